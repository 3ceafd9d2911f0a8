import CCurl
import Glibc
import RuntimeSupport

/// What a route answers to a visit without a message.
package struct SMTPProbeResult: Sendable {
    package let capabilities: SMTPCapabilities
    /// Whether the connection has TLS.
    package let isEncrypted: Bool
    /// Whether the server's certificate was verified.
    package let isVerified: Bool
    package let isLoggedIn: Bool
}

extension SMTPRouteSettings {
    /// Connects, logs in, says QUIT: what `doctor` shows.
    ///
    /// - Returns: What the server offers.
    /// - Throws: What went wrong and what to do about it.
    package func probe() async throws(SMTPRouteError) -> SMTPProbeResult {
        let result: Result<SMTPProbeResult, SMTPRouteError> = await withCheckedContinuation { continuation in
            // A thread of its own: libcurl blocks it for as long as the server takes.
            startThread(name: "smtp-probe") { [self] in continuation.resume(returning: visit()) }
        }
        return try result.get()
    }

    private func visit() -> Result<SMTPProbeResult, SMTPRouteError> {
        do throws(SMTPRouteError) {
            let sockets = OpenSockets()
            let easy = try CurlEasy.open(self, sockets: sockets, multi: nil)
            let status = easy.perform()
            guard status == CURLE_OK else { return .failure(easy.failure(status, self)) }
            let hasTLS = isTLSFirst || easy.watch.replies.hasBegunTLS
            var count = 0
            let quit: StaticString = "QUIT\r\n"
            // Whether it is heard does not matter: what was asked is answered.
            _ = curl_easy_send(easy.raw, quit.utf8Start, quit.utf8CodeUnitCount, &count)
            return withExtendedLifetime(sockets) {
                .success(
                    SMTPProbeResult(
                        capabilities: easy.watch.replies.capabilities,
                        isEncrypted: hasTLS,
                        isVerified: hasTLS && verifiesServer,
                        isLoggedIn: credentials != nil
                    )
                )
            }
        } catch {
            return .failure(error)
        }
    }
}
