import Core
import Foundation
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    /// Users say no while the database is away: nobody is told "done" before it is, and nobody who was told is mailed.
    @Suite struct UnsubscribedInAnOutage {
        private static let recipients = 2_400
        private static let noes = 1_000

        @Test(.enabled(if: Browser.isAvailable, "no .local/venv"))
        func `nobody whose no was acknowledged is mailed, whatever fell meanwhile`() async throws {
            let cluster = try await PostgresCluster.start()
            let broker = try PrivateBroker()
            try await broker.start()
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(15)
            try await Stage.with(mail, on: .init(cluster: cluster, broker: broker)) { stage in
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign()
                let programs = [try stage.startProducer(), try stage.startWorker(Stage.shortLease)]
                let web = try await stage.startWeb()
                try await stage.simulator.waitForAccepted(count: 200)
                try await cluster.stop(.immediate)

                // Those whose messages come last.
                let keys = try Stage.keys()
                let tokens = (Self.recipients - Self.noes + 1...Self.recipients).map { seq in
                    String(
                        decoding: keys.sign(.unsubscribe(DeliveryKey(campaign: campaign, seq: Seq(seq)))),
                        as: UTF8.self
                    )
                }
                let told = try await Self.unsubscribe(tokens, at: web.base) {
                    broker.kill()
                    try broker.wipe()
                    try await broker.start()
                    try await cluster.start()
                }
                #expect(told.contains("first round: {503: \(Self.noes)}"), "never a false done: \(told)")
                #expect(told.contains("acknowledged \(Self.noes)"), "\(told)")

                let totals = try await stage.wait(for: campaign)
                #expect(programs.allSatisfy { $0.isRunning } && web.program.isRunning)
                #expect(try await stage.number("SELECT count(*) FROM opt_out_proofs WHERE way = 0") == Self.noes)
                #expect(try await stage.number("SELECT count(*) FROM suppressions") == Self.noes)
                // Whose message was recalled has no copy: the simulator's count, by the return path's token.
                let recalled = try await stage.number("SELECT count(*) FROM opt_out_proofs WHERE recalled = 1")
                #expect(recalled > Self.noes / 2, "most messages were still queued")
                #expect(totals[.suppressed] >= recalled)
                let copies = Set(
                    stage.simulator.accepted.compactMap { AcceptedCopy($0, keys: keys).key?.seq }
                )
                let acknowledged = try await stage.numbers("SELECT seq FROM opt_out_proofs WHERE recalled = 1")
                #expect(copies.isDisjoint(with: acknowledged.map { Seq($0) }))
                try await stage.expectTruth(of: campaign)
                print("\(Self.noes) opt-outs in an outage: \(recalled) recalled, \(totals[.accepted]) mailed to others")
            }
        }

        /// Starts the script, does something once all have asked in vain, and waits until all are acknowledged.
        private static func unsubscribe(
            _ tokens: [String],
            at base: String,
            then mend: () async throws -> Void
        ) async throws -> String {
            let folder = FileManager.default.temporaryDirectory
            let input = folder.appending(path: "tokens-\(UUID().uuidString)").path
            let output = folder.appending(path: "told-\(UUID().uuidString)").path
            try tokens.joined(separator: "\n").write(toFile: input, atomically: false, encoding: .utf8)
            defer { for path in [input, output] { try? FileManager.default.removeItem(atPath: path) } }
            let script = try Browser.start("unsubscribe_many.py", [base], input: input, output: output)
            try await eventually("each was refused once", within: .seconds(120)) {
                try ChildProcess.text(of: output).contains("first round") || !script.isRunning
            }
            try await mend()
            try await script.exit(within: .seconds(120))
            return try ChildProcess.text(of: output)
        }
    }
}
