import Core
import Database
import DatabaseClient
import MailSimulator
import ReturnedMail
import TestKit
import Testing

extension Scenarios {
    @Suite struct ClosedLoop {
        /// The simulator's reports, complaints and answers about real messages of a real worker, read and settled as the
        /// program that receives mail does it.
        @Test func `what the simulator sends back finds its message and has its consequence`() async throws {
            var sink = MailSimulator.Configuration()
            sink.keepsContentOfFirst = 100
            let inbound = try await MailSimulator.start(sink)
            var world = MailSimulator.Configuration()
            world.inbound = ("127.0.0.1", inbound.port)
            world.laterAfter = .milliseconds(50)
            try await Stage.with(world) { stage in
                let kinds = [
                    "bounce-5.1.1", "bounce-later-5.2.2", "complain", "autoreply", "unsubscribe", "reject-550-5.1.1",
                    "user",
                ]
                try await stage.addContacts(14) { "\(kinds[($0 - 1) % 7])+\($0)@example.net" }
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                try await stage.wait(for: campaign)
                try await inbound.waitForAccepted(count: 10)

                let pool = PostgresPool(settings: stage.database.settings(role: .inbound), name: "inbound", size: 2)
                let keys = try Stage.keys()
                for (number, mail) in inbound.accepted.enumerated() {
                    let cut = cutReport(try #require(mail.content))
                    let report = readReport(cut, sentTo: Array(mail.recipient.utf8))
                    let returned = ReturnedMail(
                        mail: Int64(number),
                        receivedAt: mail.time,
                        report: report,
                        origin: report.origin(keys)
                    )
                    let settlement = try await pool.withConnection { connection in
                        try await connection.transaction { try $0.settle(returned) }
                    }
                    #expect(settlement != .notOurs)
                }
                let judgements = ReplyJudgements(pool) { RuleBook.builtIn.classify($0, at: $1) }
                for reply in try await judgements.judgeBatch(after: 0).weighty { try await judgements.judge(reply) }
                await pool.close()

                let suppressed = """
                    SELECT string_agg(format('%s %s/%s', split_part(c.address, '+', 1), s.scope, s.reason), ', '
                                      ORDER BY c.contact_id)
                    FROM suppressions s JOIN contacts c USING (address_hash) WHERE c.contact_id <= 7
                    """
                #expect(
                    try await stage.text(suppressed)
                        == "bounce-5.1.1 0/1, complain 0/2, unsubscribe 2/0, reject-550-5.1.1 0/1"
                )
                let bounces = "SELECT count(*) FROM bounces"
                #expect(
                    try await stage.number(bounces) == 10,
                    "two each of two bounces, complaint, opt-out and refusal"
                )
                #expect(try await stage.number(bounces + " WHERE detail LIKE '%@%'") == 0)
                try await stage.expectTruth(of: campaign)

                let again = try await stage.startCampaign()
                let totals = try await stage.wait(for: again)
                #expect(totals.audience == 12, "who unsubscribed is not on the list any more")
                #expect(totals[.suppressed] == 6, "the loop is closed")
                #expect(totals[.accepted] == 6)
            }
            try await inbound.stop()
        }
    }
}
