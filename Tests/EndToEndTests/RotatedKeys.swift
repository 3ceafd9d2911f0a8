import Core
import DatabaseClient
import Glibc
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct RotatedKeys {
        private static let secrets: [UInt8: String] = [
            1: String(repeating: "ab", count: 32), 2: String(repeating: "ef", count: 32),
        ]
        private static let identity = String(repeating: "cd", count: 32)

        @Test func `after a key rotation in mid-campaign old tokens verify, and a second attempt is the same message`()
            async throws
        {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(5)
            try await Stage.with(mail) { stage in
                // The first twenty are stored and never answered: they are sent again after the rotation.
                try await stage.addContacts(600) {
                    $0 <= 20 ? "once-forget-dot+\($0)@example.net" : "user\($0)@example.net"
                }
                let campaign = try await stage.startCampaign(policy: .atLeastOnce)
                _ = try stage.startProducer()
                let old = try stage.startWorker(["VEREDUS_RETRY_FIRST": "600"])
                try await stage.simulator.waitForAccepted(count: 200)
                old.send(SIGTERM)
                #expect(try await old.exit(within: .seconds(10)) == .exit(0))
                try await stage.execute("UPDATE retries SET due = now(), publish_at = now()")
                let both = [UInt8]([2, 1]).map { "\($0):\(Self.secrets[$0] ?? "")" }.joined(separator: ",")
                _ = try stage.startWorker(["VEREDUS_TOKEN_KEYS": both])
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == 600)
                let ring = try Self.ring([1, 2])
                try await stage.expectTruth(of: campaign, copies: 2, signedWith: ring)
                let first = try Self.ring([1])
                var signedByFirst = 0
                for message in stage.simulator.accepted {
                    let local = Array(message.sender.utf8.prefix { $0 != UInt8(ascii: "@") })
                    _ = try ring.verify(localPart: local)
                    if (try? first.verify(localPart: local)) != nil { signedByFirst += 1 }
                }
                #expect(signedByFirst >= 200)
                #expect(signedByFirst < 620)
                #expect(stage.simulator.summary.distinct == 600, "I12: the Message-ID does not depend on the token key")
                #expect(stage.simulator.summary.repeated == 20)
            }
        }

        @Test func `with another address key no program starts that hashes addresses`() async throws {
            try await Stage.with { stage in
                let noted = """
                    INSERT INTO key_checks (purpose, key_version, check_value)
                    VALUES ('address', 1, decode(repeat('00', 32), 'hex'))
                    ON CONFLICT (purpose, key_version) DO UPDATE SET check_value = EXCLUDED.check_value
                    """
                try await stage.execute(noted)
                for (name, role) in [
                    ("veredus-worker", StatementRole.worker), ("veredus-web", .web), ("veredus-inbound", .inbound),
                ] {
                    let program = try stage.start(
                        name,
                        role: role,
                        settings: ["VEREDUS_DASHBOARD_URL": "https://t.example"]
                    )
                    #expect(try await program.exit(within: .seconds(20)) == .exit(70), "\(name)")
                    #expect(
                        program.lastWords.contains("is not the key that hashed the addresses"),
                        "\(program.lastWords)"
                    )
                }
            }
        }

        @Test func `with another token key under a known number no program starts that signs or verifies`()
            async throws
        {
            try await Stage.with { stage in
                let other = ["VEREDUS_TOKEN_KEYS": "1:\(String(repeating: "99", count: 32))"]
                let first = try stage.startWorker()
                let noted = Statement("noted-token-keys", "SELECT count(*) FROM key_checks WHERE purpose = 'token'")
                let superuser = try await stage.database.connect()
                try await eventually("the worker has noted its key") {
                    try await superuser.rows(noted) { try $0.int64(0) } == [1]
                }
                await superuser.close()
                first.send(SIGTERM)
                #expect(try await first.exit(within: .seconds(20)) == .exit(0))
                for (name, role) in [
                    ("veredus-worker", StatementRole.worker), ("veredus-web", .web), ("veredus-inbound", .inbound),
                ] {
                    let program = try stage.start(
                        name,
                        role: role,
                        settings: other.merging(["VEREDUS_DASHBOARD_URL": "https://t.example"]) { $1 }
                    )
                    #expect(try await program.exit(within: .seconds(20)) == .exit(70), "\(name)")
                    let words = "VEREDUS_TOKEN_KEYS: key 1 is not the key that signs tokens under this number"
                    #expect(program.lastWords.contains(words), "\(program.lastWords)")
                }
            }
        }

        private static func ring(_ ids: [UInt8]) throws -> KeyRing {
            let keys = ids.map { TokenKey(id: $0, secret: bytes(secrets[$0] ?? "")) }
            return try KeyRing(keys: keys, signing: ids[0], identity: AddressHashKey(secret: bytes(identity)))
        }

        private static func bytes(_ hex: String) -> [UInt8] {
            stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
        }
    }
}
