import CCurl
import Glibc
import RuntimeSupport

/// A route's answers to a connection without a message.
package struct SMTPProbeResult: Sendable {
    package let capabilities: SMTPCapabilities
    /// Whether the connection has TLS.
    package let isEncrypted: Bool
    /// Whether the server's certificate was verified.
    package let isVerified: Bool
    package let isLoggedIn: Bool
}

extension SMTPRouteSettings {
    /// Connects, logs in, sends QUIT, for `doctor`.
    ///
    /// - Returns: The server's capabilities.
    /// - Throws: The problem and what to do about it.
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
            // It does not matter whether the server reads it.
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
