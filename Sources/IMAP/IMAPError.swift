/// Why a mailbox could not be read.
package struct IMAPError: Error {
}
