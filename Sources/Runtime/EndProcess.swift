import Glibc

/// Ends this process after flushing stdio.
///
/// Not exit(3): it runs the C libraries' clean-up beside threads that are just ending. OPENSSL_cleanup and a
/// connection's thread then free the same block ("double free or corruption", SIGABRT after the last line of the log),
/// and a successful program appears to crash. The kernel frees everything.
package func endProcess(_ status: Int32) -> Never {
    fflush(nil)
    _exit(status)
}
