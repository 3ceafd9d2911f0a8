import CCurl
import Core

/// The mailbox and how to reach it.
package struct IMAPSettings: Sendable, Equatable, CustomStringConvertible {
    /// The URL or a related setting is invalid.
    package struct Malformed: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    let host: String
    let port: Int
    /// TLS from the start, port 993.
    let isTLSFirst: Bool
    let startsTLS: Bool
    let authorityFile: String?
    let user: String
    let password: String
    package let folder: String
    package let moveTo: String?
    /// Larger mails are not fetched.
    let mostBytes: Int
    package var connectTimeout = Duration.seconds(30)
    /// Per command with its answer.
    package var commandTimeout = Duration.seconds(120)

    /// Without user and password.
    package var description: String { "\(isTLSFirst ? "imaps" : "imap")://\(host):\(port)" }

    /// Reads a URL `imaps://host[:993]` or `imap://host[:143]`: no user, no path, no query.
    ///
    /// - Throws: ``Malformed``, also for a password that would be sent unencrypted to another machine.
    package init(_ inputs: InboundIMAPInputs, mostBytes: Int) throws(Malformed) {
        guard let handle = curl_url() else { throw Malformed(description: "libcurl: out of memory") }
        defer { curl_url_cleanup(handle) }
        func part(_ part: CURLUPart) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard curl_url_get(handle, part, &text, 0) == CURLUE_OK, let text else { return nil }
            defer { curl_free(text) }  // curl_url_get(3)
            return text.pointee == 0 ? nil : String(cString: text)
        }
        let form = "must be imaps://host or imap://host:port, without user, path and query"
        guard curl_url_set(handle, CURLUPART_URL, inputs.url, 0) == CURLUE_OK, let host = part(CURLUPART_HOST),
            let scheme = part(CURLUPART_SCHEME), scheme == "imap" || scheme == "imaps",
            part(CURLUPART_USER) == nil, part(CURLUPART_QUERY) == nil, ["/", nil].contains(part(CURLUPART_PATH))
        else { throw Malformed(description: form) }
        let isTLSFirst = scheme == "imaps"
        let isLoopback = ["127.0.0.1", "[::1]", "localhost"].contains(host)
        guard isTLSFirst || inputs.startTLS == .required || isLoopback else {
            throw Malformed(description: "would send the password unencrypted; use imaps or STARTTLS")
        }
        // The argument of a command as a quoted string.
        guard ([inputs.folder, inputs.moveTo ?? "x"]).allSatisfy(Self.isPlain) else {
            throw Malformed(description: "folder names must be printable ASCII, as the server lists them (UTF-7)")
        }
        self.host = host
        port = part(CURLUPART_PORT).flatMap { Int($0) } ?? (isTLSFirst ? 993 : 143)
        self.isTLSFirst = isTLSFirst
        startsTLS = inputs.startTLS == .required
        authorityFile = inputs.certificateAuthorities
        user = inputs.user
        password = inputs.password
        folder = inputs.folder
        moveTo = inputs.moveTo
        self.mostBytes = mostBytes
    }

    private static func isPlain(_ folder: String) -> Bool {
        !folder.isEmpty && folder.utf8.count <= 200 && folder.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }
}
