import Foundation
import MailSimulator
import Postgres
import Shared
import TestKit
import Testing

extension Scenarios {
    /// `veredus doctor` with the servers that it is made for.
    @Suite struct DoctorOnARealStage {
        @Test func `a doctor finds everything well, before the first campaign and after it, and misses the broker`()
            async throws
        {
            try await Stage.with { stage in
                let before = try await Self.doctor(stage)
                #expect(before.succeeded, "a queue that nobody needed yet is no problem: \(before.output)")
                #expect(before.output.contains("queue jobs.default: not there yet, the producer makes it"))

                try await stage.addContacts(20)
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                try await stage.wait(for: campaign)
                let well = try await Self.doctor(stage)
                #expect(well.succeeded, "\(well.output)\(well.errors)")
                #expect(!well.output.contains("PROBLEM"))
                for words in [
                    "ok       settings", "ok       database", "queue jobs.default: 0 waiting", "1 workers alive",
                    "ok       mail route",
                ] {
                    #expect(well.output.contains(words), "\(words) in: \(well.output)")
                }

                let detour = try await stage.detourToBroker()
                try await detour.set(.refuse)
                let gone = try await Self.doctor(stage, stage.broker(through: detour))
                #expect(gone.end == .exit(69))
                #expect(gone.output.contains("PROBLEM  broker"))
                #expect(gone.output.contains("ok       database"))
                #expect(gone.output.contains("ok       mail route"))
                #expect(gone.errors.contains("1 problem"))
                try await detour.stop()
            }
        }

        private static func doctor(_ stage: Stage, _ changes: [String: String] = [:]) async throws
            -> ChildProcess.Outcome
        {
            let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
                .appending(path: "veredus").path
            return try await ChildProcess.run(
                [program, "doctor"],
                environment: changes.merging([
                    "VEREDUS_DATABASE_URL": "\(stage.database.url(role: .admin))?sslmode=disable",
                    "VEREDUS_AMQP_URL": stage.brokerURL,
                    "VEREDUS_QUEUE_TYPE": "classic",
                    "VEREDUS_SMTP_URL": "smtp://127.0.0.1:\(stage.simulator.port)",
                    "VEREDUS_SMTP_STARTTLS": "off",
                    "VEREDUS_TOKEN_KEYS": "1:\(String(repeating: "ab", count: 32))",
                    "VEREDUS_ADDRESS_KEY": "1:\(String(repeating: "cd", count: 32))",
                    "VEREDUS_TRACKING_URL": "https://t.example",
                    "VEREDUS_BOUNCE_DOMAIN": "bounces.example",
                    "VEREDUS_EHLO_NAME": "sender.example",
                ]) { change, _ in change },
                within: .seconds(30)
            )
        }
    }
}
