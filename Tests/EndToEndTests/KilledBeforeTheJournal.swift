import Core
import Foundation
import TestKit
import Testing

extension LongScenarios {
    /// The web program is killed at any moment, and the database restored from before: what was answered is not forgotten.
    @Suite struct KilledBeforeTheJournal {
        private static let recipients = 60

        @Test func `an opt-out that was answered outlives kill -9 and a restore, and nobody else is suppressed`()
            async throws
        {
            let cluster = try await PostgresCluster.start()
            try await Stage.with(on: .init(cluster: cluster)) { stage in
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign()
                let producer = try stage.startProducer()
                try await stage.wait { try await stage.number("SELECT count(*) FROM deliveries") == Self.recipients }
                producer.crash()
                try await cluster.stop(.fast)
                try await Self.copy("\(cluster.folder)/data", to: "\(cluster.folder)/snapshot")
                try await cluster.start()

                let state = FileManager.default.temporaryDirectory.appending(path: "veredus-\(UUID().uuidString)").path
                defer { try? FileManager.default.removeItem(atPath: state) }
                let folder = ["VEREDUS_STATE_DIRECTORY": state]
                var asked: Set<Int> = []
                var answered: Set<Int> = []
                for round in 0..<5 {
                    let web = try await stage.startWeb(folder)
                    let seqs = (round * 8 + 1)...(round * 8 + 8)
                    asked.formUnion(seqs)
                    try await withThrowingTaskGroup(of: (Int, Bool).self) { tasks in
                        for seq in seqs {
                            tasks.addTask { (seq, try await Self.optOut(campaign, seq, at: web.base)) }
                        }
                        // As soon as the first has its answer, others are in the middle of theirs.
                        if let first = try await tasks.next(), first.1 { answered.insert(first.0) }
                        web.program.crash()
                        for try await (seq, isAnswered) in tasks where isAnswered { answered.insert(seq) }
                    }
                }
                #expect(answered.count >= 5 && asked.count == 40)

                try await cluster.stop(.fast)
                try FileManager.default.removeItem(atPath: "\(cluster.folder)/data")
                try await Self.copy("\(cluster.folder)/snapshot", to: "\(cluster.folder)/data")
                try await cluster.start()
                #expect(try await stage.number("SELECT count(*) FROM suppressions") == 0)

                let web = try await stage.startWeb(folder)
                let doctor = try await stage.tool("doctor")
                #expect(doctor.output.contains("had opt-outs"), "\(doctor.output)")
                let adopted = try await stage.tool("doctor", "--adopt", "--reason", "restored")
                #expect(adopted.succeeded, "\(adopted.output)\(adopted.errors)")
                #expect(adopted.output.contains("changes brought back"), "\(adopted.output)")
                let suppressed = Set(
                    try await stage.numbers(
                        """
                        SELECT d.seq FROM deliveries d JOIN contacts c ON c.contact_id = d.contact_id
                        JOIN suppressions s ON s.address_hash = c.address_hash
                        """
                    )
                )
                #expect(suppressed.isSuperset(of: answered))
                #expect(suppressed.isSubset(of: asked))
                #expect(web.program.isRunning)
            }
        }

        private static func optOut(_ campaign: CampaignID, _ seq: Int, at base: String) async throws -> Bool {
            let token = String(
                decoding: try Stage.keys().sign(.unsubscribe(DeliveryKey(campaign: campaign, seq: Seq(seq)))),
                as: UTF8.self
            )
            let outcome = try await ChildProcess.run([
                "curl", "--silent", "--data", "List-Unsubscribe=One-Click", "--write-out", " %{http_code}",
                "\(base)/u/\(token)",
            ])
            return outcome.output.hasSuffix("200")
        }

        private static func copy(_ folder: String, to other: String) async throws {
            let outcome = try await ChildProcess.run(["cp", "-a", folder, other])
            try #require(outcome.succeeded, "\(outcome.errors)")
        }
    }
}
