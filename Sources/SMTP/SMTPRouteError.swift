import CCurl
import Core

/// Why connecting or logging in to a route failed, and what to do about it.
package struct SMTPRouteError: Error, CustomStringConvertible {
    package enum Kind: Sendable { case unreachable, noTLS, refusedLogin, refusedUs, outOfMemory, other }
    package let kind: Kind
    /// libcurl's own name, so that it can be looked up.
    package let call: String
    /// libcurl's words, and the server's last line; no password, no recipient's address.
    package let reason: String
    /// In the imperative.
    package let remedy: String
    /// The step of the login at which it ended.
    package let step: SMTPStep
    /// The SMTP reply that ended it, 0 without one.
    package let code: Int

    package var isTransient: Bool { kind == .unreachable || kind == .refusedUs }
    package var description: String { "\(call): \(reason). \(remedy)." }

    init(
        call: String,
        status: CURLcode,
        route: SMTPRouteSettings,
        words: String? = nil,
        code: Int = 0,
        lastLine: String = ""
    ) {
        (kind, step, remedy) = Self.classify(status, route)
        self.call = call
        self.code = code >= 400 ? code : 0
        var reason = "\(words ?? CurlLibrary.explain(status)) (\(route.host):\(route.port))"
        // A line that asks for more of the log-in (334) may echo parts of it.
        if code >= 400, !lastLine.isEmpty { reason += ": \(lastLine)" }
        self.reason = presentableText(Array(reason.utf8), hiding: [])
    }

    private static func classify(_ status: CURLcode, _ route: SMTPRouteSettings) -> (Kind, SMTPStep, String) {
        let tls: SMTPStep = route.isTLSFirst ? .connect : .startTLS
        switch status {
        case CURLE_COULDNT_RESOLVE_HOST:
            return (.unreachable, .connect, "Check the host name in VEREDUS_SMTP_URL, and DNS")
        case CURLE_COULDNT_CONNECT:
            return (.unreachable, .connect, "Check that a mail server listens there and that no firewall is between")
        case CURLE_OPERATION_TIMEDOUT:
            return (
                .unreachable, .connect,
                "Check the network, or raise connect-timeout= or greeting-timeout= in VEREDUS_SMTP_URL"
            )
        case CURLE_PEER_FAILED_VERIFICATION:
            return (
                .noTLS, tls,
                "Name the server in VEREDUS_SMTP_URL as its certificate does, or name its issuer with VEREDUS_SMTP_CA_FILE"
            )
        case CURLE_USE_SSL_FAILED:
            let remedy =
                "Use a port that offers STARTTLS, or smtps:// in VEREDUS_SMTP_URL. VEREDUS_SMTP_STARTTLS=off sends in clear: "
                + "only to a relay on this machine or in a network of your own"
            return (.noTLS, .startTLS, remedy)
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER:
            return (
                .noTLS, tls,
                "Check that the port in VEREDUS_SMTP_URL speaks TLS 1.2 or newer, and the file of VEREDUS_SMTP_CA_FILE"
            )
        case CURLE_LOGIN_DENIED:
            return (
                .refusedLogin, .auth,
                "Check VEREDUS_SMTP_USER and VEREDUS_SMTP_PASSWORD, or user, password and auth= in VEREDUS_SMTP_URL"
            )
        case CURLE_REMOTE_ACCESS_DENIED:
            return (
                .refusedUs, .ehlo,
                "Ask the server's operator why it refuses this machine and its name in VEREDUS_EHLO_NAME"
            )
        case CURLE_WEIRD_SERVER_REPLY:
            return (.refusedUs, .greeting, "Check that this is a mail server and that it accepts this machine")
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING:
            return (.unreachable, .greeting, "The server hung up: check its log, and whether it limits connections")
        case CURLE_OUT_OF_MEMORY:
            return (.outOfMemory, .connect, "Give the process more memory, or the route fewer connections")
        default:
            return (.other, .connect, "Look the code up in libcurl-errors(3): \(status.rawValue)")
        }
    }
}
