import CCurl
import Core

/// Why a mailbox could not be read, and what to do about it.
package struct IMAPError: TransientFailure, Sendable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        case unreachable
        case connectionLost
        case loginRefused
        /// The certificate is not trusted, or there is no TLS.
        case untrusted
        /// The server said NO or BAD.
        case refused
        /// The mail, or the mailbox as it was, no longer exists.
        case gone
        /// The mail exceeds the limit.
        case tooLarge
        /// Stopped on request.
        case interrupted
        case misuse
    }

    package let kind: Kind
    /// The step, and libcurl's words: no password, no mail.
    package let reason: String
    /// In the imperative.
    package let remedy: String

    package var isTransient: Bool {
        switch kind {
        case .unreachable, .connectionLost, .gone, .interrupted, .refused: true
        case .loginRefused, .untrusted, .tooLarge, .misuse: false
        }
    }

    package var description: String { "\(reason). \(remedy)." }

    init(_ kind: Kind, _ reason: String, remedy: String) {
        self.kind = kind
        self.reason = reason
        self.remedy = remedy
    }

    /// A failed call; `step` names it, `words` are libcurl's.
    init(_ status: CURLcode, _ step: String, words: String) {
        let reason = "IMAP, \(step): \(words)"
        switch status {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_PROXY:
            self.init(
                .unreachable,
                reason,
                remedy: "Check that the server runs and that VEREDUS_INBOUND_IMAP_URL names it"
            )
        case CURLE_LOGIN_DENIED:
            self.init(.loginRefused, reason, remedy: "Check VEREDUS_INBOUND_IMAP_USER and the password")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE:
            self.init(
                .untrusted,
                reason,
                remedy: "Give the server a certificate for its name, or set VEREDUS_INBOUND_IMAP_CA_FILE"
            )
        case CURLE_QUOTE_ERROR:
            self.init(.refused, reason, remedy: "Check the folder's name and the user's rights in it")
        case CURLE_REMOTE_FILE_NOT_FOUND:
            self.init(.gone, reason, remedy: "None needed: the next poll reads the folder again")
        case CURLE_WRITE_ERROR:
            self.init(.tooLarge, reason, remedy: "Raise VEREDUS_INBOUND_MAX_BYTES, or read the mail by hand")
        case CURLE_ABORTED_BY_CALLBACK:
            self.init(.interrupted, reason, remedy: "Start the program again")
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_UNKNOWN_OPTION, CURLE_BAD_FUNCTION_ARGUMENT:
            self.init(.misuse, reason, remedy: "Write VEREDUS_INBOUND_IMAP_URL as imaps://host or imap://host:port")
        default:
            self.init(
                .connectionLost,
                reason,
                remedy: "Wait for the next poll; if it recurs, check the server's log"
            )
        }
    }
}
