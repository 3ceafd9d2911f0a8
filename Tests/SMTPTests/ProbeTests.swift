import Foundation
import SMTP
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ProbeTests {
    @Test func `a probe says what the server offers, and QUIT`() async throws {
        let hasEnded = Gate()
        let server = try RawServer { peer in
            peer.logIn(offering: "PIPELINING", "SIZE 1000", "8BITMIME")
            peer.takeMessages()
            hasEnded.open()
        }
        let result = try await SMTPRouteSettings.plain(server.port).probe()
        #expect(result.capabilities.pipelining && result.capabilities.eightBitMIME)
        #expect(result.capabilities.sizeLimit == 1_000)
        #expect(!result.isEncrypted && !result.isVerified && !result.isLoggedIn)
        await hasEnded.opened()
        #expect(server.lines == ["EHLO client.test", "QUIT"])
    }

    @Test func `a server that never answers QUIT does not hold a probe up`() async throws {
        let server = try RawServer { peer in
            peer.logIn()
            while peer.line() != nil {}
        }
        let start = ContinuousClock.now
        _ = try await SMTPRouteSettings.plain(server.port).probe()
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func `a probe of nothing says what to do`() async throws {
        let port = try freePort()
        let error = await #expect(throws: SMTPRouteError.self) { try await SMTPRouteSettings.plain(port).probe() }
        #expect(error?.isTransient == true)
        #expect(error?.kind == .unreachable)
        #expect(
            error?.description.hasSuffix("Check that a mail server listens there and that no firewall is between.")
                == true
        )
    }
}
