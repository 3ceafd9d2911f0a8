import Core
import Foundation
import TestKit
import Testing

@testable import Web

/// Links that were signed with another key than the program's do not go unnoticed.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct UnknownTokenTests {
    private static func ring(_ id: UInt8, _ secret: UInt8) throws -> KeyRing {
        try KeyRing(
            keys: [TokenKey(id: id, secret: [UInt8](repeating: secret, count: 32))],
            signing: id,
            identity: AddressHashKey(secret: [UInt8](repeating: 9, count: 32))
        )
    }

    private static func text(_ token: TrackingToken, _ ring: KeyRing) -> String {
        String(decoding: ring.sign(token), as: UTF8.self)
    }

    @Test func `tokens with an unknown signature are counted by their key, and what is no token is not`() throws {
        let keys = try Self.ring(1, 0x5A)
        let unknown = UnknownTokens()
        let open = TrackingToken.open(campaign: 1, .recipient(2))
        for _ in 0..<3 { unknown.note(Self.text(open, try Self.ring(1, 0x77)).utf8, as: .open, keys: keys) }
        unknown.note(Self.text(open, try Self.ring(9, 0x77)).utf8, as: .open, keys: keys)
        unknown.note("robots.txt".utf8, as: .open, keys: keys)
        #expect(unknown.take() == [1: 3, 9: 1])
        #expect(unknown.take() == [:])
    }

    @Test func `the program says how many links had an unknown signature, and shows none of them`() async throws {
        try await PrivateDatabase.with { database in
            try await WebServer.with(database) { server in
                let other = try Self.ring(1, 0x77)
                let key = DeliveryKey(campaign: 1, seq: 1)
                let paths = [
                    "/o/\(Self.text(.open(campaign: 1, .recipient(2)), other)).gif",
                    "/c/\(Self.text(.click(campaign: 1, link: 1, .recipient(2)), other))",
                    "/u/\(Self.text(.unsubscribe(key), try Self.ring(9, 0x77)))",
                    "/u/nonsense",
                ]
                for path in paths { _ = try server.ask("GET \(path)", host: "news.example.net") }
                server.process.send(SIGTERM)
                _ = try await server.process.exit(within: .seconds(30))
                let log = try String(contentsOfFile: server.logPath, encoding: .utf8)
                let line = try #require(log.split(separator: "\n").first { $0.contains("unknown signature") }, "\(log)")
                #expect(line.contains("every program has the same VEREDUS_TOKEN_KEYS"))
                #expect(line.contains("2 of key 1, signed with another secret"), "\(line)")
                #expect(line.contains("1 of key 9, which is not set here"), "\(line)")
                #expect(line.contains("3"))
                for path in paths { #expect(!log.contains(path.dropFirst(3).prefix(20))) }
            }
        }
    }
}
