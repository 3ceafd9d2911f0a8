import Glibc

/// Ends this process; what stdio still holds is written.
///
/// Not exit(3): it runs the C libraries' own clean-up beside threads that are just ending. OPENSSL_cleanup and a
/// connection's thread then free the same block ("double free or corruption", SIGABRT behind the last line of the
/// log), and a program that did all of its work looks as if it had crashed. The kernel takes back everything.
package func endProcess(_ status: Int32) -> Never {
    fflush(nil)
    _exit(status)
}
