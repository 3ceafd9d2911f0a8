import Broker
import Core
import Database
import DatabaseClient
import Foundation
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    /// What an operator does about recipients who were not reached, with the tool as a program of its own.
    @Suite struct Requeued {
        @Test func `who was dead for a missing field is mailed once when it is there and the message is requeued`()
            async throws
        {
            try await Stage.with { stage in
                try await stage.limitDeliveries(to: 20)
                try await stage.addContacts(20)
                try await stage.execute("UPDATE contacts SET attributes = '{}' WHERE contact_id % 4 = 0")
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer(["VEREDUS_QUEUE_TYPE": "quorum"])
                _ = try stage.startWorker(["VEREDUS_QUEUE_TYPE": "quorum"])
                #expect(try await stage.wait(for: campaign)[.dead] == 5)
                let publisher = try AMQPPublisher(BrokerSettings(parsing: stage.brokerURL, caFile: nil))
                try await stage.wait { try await publisher.depth(of: "dead-letters") == 5 }

                for _ in 1...25 {
                    let list = try await stage.tool("dead-letters", "list", "--json")
                    #expect(list.output.contains(#""reason":"render-error""#), "\(list.errors)")
                    try await stage.expectTool("dead-letters", "show", "1")
                }
                #expect(try await stage.number("SELECT count(*) FROM dead_letters WHERE settled_at IS NULL") == 5)
                #expect(try await publisher.depth(of: "dead-letters") == 5, "50 looks change nothing")

                let requeue = ["dead-letters", "requeue", "--cause", "render-error", "--reason", "fields imported"]
                // Too soon: they die once more, as dead letters of their own, and the command has an end.
                try await stage.expectTool(requeue + ["--yes"])
                try await stage.wait(for: campaign) { $0.state == .finished && $0[.dead] == 5 }
                #expect(try await stage.number("SELECT count(*) FROM dead_letters WHERE settlement = 0") == 5)
                #expect(try await stage.number("SELECT count(*) FROM dead_letters WHERE settled_at IS NULL") == 5)

                try await stage.execute(
                    """
                    UPDATE contacts SET attributes = '{"name": "Corrected"}', version = version + 1
                    WHERE contact_id % 4 = 0
                    """
                )
                try await stage.suppress(contact: 8)
                let dry = try await stage.tool(requeue)
                #expect(dry.end == .exit(0), "\(dry.errors)")
                #expect(dry.errors.contains("nothing was changed"))
                #expect(try await stage.totals(campaign)[.dead] == 5)
                let outcome = try await stage.tool(requeue + ["--yes"])
                #expect(outcome.succeeded, "\(outcome.errors)")
                #expect(outcome.output.contains("done: 4 will be mailed again"))

                let totals = try await stage.wait(for: campaign) { $0.state == .finished }
                #expect(totals[.accepted] == 19)
                #expect(totals[.suppressed] == 1, "opted out meanwhile")
                try await stage.expectTruth(of: campaign)
                #expect(stage.simulator.summary.accepted == 19)
                let audit = try await stage.tool("campaign", "audit", "\(campaign)")
                #expect(audit.succeeded, "\(audit.output)")
                #expect(try await publisher.depth(of: "dead-letters") == 10, "settling leaves the queue alone")
                await publisher.close()
            }
        }

        @Test func `a tool that is killed in mid-requeue loses nobody and doubles nobody`() async throws {
            try await Stage.with { stage in
                let recipients = 9_000
                try await stage.addContacts(recipients)
                let campaign = try await stage.startCampaign()
                // Without a worker: dead before anybody saw a job.
                _ = try stage.startProducer(["VEREDUS_PAUSE_AT_DEAD": "0"])
                try await stage.wait(for: campaign) { $0[.pending] == recipients }
                try await stage.execute(
                    """
                    BEGIN;
                    UPDATE deliveries SET state = 9, reason = 4 WHERE campaign_id = \(campaign);
                    INSERT INTO dead_letters (campaign_id, seq, account_id, reason, detail, worker, queue, envelope)
                    SELECT campaign_id, seq, account_id, 3, 'seeded', 'w', 'jobs.default', '' FROM deliveries;
                    COMMIT
                    """
                )
                try await stage.wait(for: campaign)
                let line = ["dead-letters", "requeue", "--campaign", "\(campaign)", "--reason", "mended", "--yes"]
                let settled = "SELECT count(*) FROM dead_letters WHERE settled_at IS NOT NULL"

                // In the middle of a transaction: it waits for the audit log, with all rows changed.
                let auditor = try await stage.database.connect()
                try await auditor.execute("SELECT pg_advisory_lock(\(AdvisoryLock.auditLog.sql), 0)")
                let first = try stage.startTool(line)
                try await stage.wait {
                    try await stage.number(
                        """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND usename = 'veredus_admin' AND wait_event = 'advisory'
                        """
                    ) == 1
                }
                first.kill()
                await auditor.close()
                try await stage.wait {
                    try await stage.number(
                        """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND usename = 'veredus_admin' AND state <> 'idle'
                        """
                    ) == 0
                }
                #expect(try await stage.number(settled) == 0, "nothing of it is done")
                #expect(try await stage.totals(campaign)[.dead] == recipients)

                // Between two transactions.
                let second = try stage.startTool(line)
                try await stage.wait { try await stage.number(settled) >= AccountDatabase.reopenLimit }
                second.kill()
                #expect(try await stage.number(settled) < recipients, "or the kill came too late")

                _ = try stage.startWorker()
                let last = try await stage.tool(line)
                #expect(last.succeeded, "\(last.errors)")
                let totals = try await stage.wait(for: campaign) { $0.state == .finished && $0[.dead] == 0 }
                #expect(totals[.accepted] == recipients)
                try await stage.expectTruth(of: campaign)
                #expect(stage.simulator.summary.accepted == recipients)
                #expect(try await stage.number("SELECT count(*) FROM deliveries WHERE reopened <> 1") == 0)
                #expect(try await stage.number(settled) == recipients)
                try await stage.expectTool("campaign", "audit", "\(campaign)")
            }
        }

        @Test func `an envelope that is too new goes back to its queue, one that cannot be read is refused`()
            async throws
        {
            try await Stage.with { stage in
                try await stage.addContacts(1)
                _ = try stage.startWorker(["VEREDUS_TOO_NEW_GRACE": "1"])
                var broker = try BrokerSettings(parsing: stage.brokerURL, caFile: nil)
                broker.queueType = .classic
                let publisher = try AMQPPublisher(broker)
                try await publisher.declare(["jobs.default"])
                let bodies = ["v9 from the future", "not an envelope"].map { Array($0.utf8) }
                #expect(try await publisher.publish(bodies, to: "jobs.default").allSatisfy { $0 == .confirmed })
                try await stage.wait { try await stage.number("SELECT count(*) FROM dead_letters") == 2 }

                let outcome = try await stage.tool(
                    "dead-letters",
                    "requeue",
                    "--cause",
                    "too-new",
                    "--reason",
                    "new workers",
                    "--yes"
                )
                #expect(outcome.succeeded, "\(outcome.errors)")
                // The workers are as old as before: it comes back as another dead letter.
                let comeBack = """
                    SELECT count(*) FROM dead_letters
                    WHERE reason = 1 AND envelope = 'v9 from the future' AND settled_at IS NULL
                    """
                try await stage.wait { try await stage.number(comeBack) == 1 }
                #expect(try await stage.number("SELECT count(*) FROM dead_letters WHERE settlement = 0") == 1)

                let refused = try await stage.tool(
                    "dead-letters",
                    "requeue",
                    "--cause",
                    "undecodable",
                    "--reason",
                    "x",
                    "--yes"
                )
                #expect(refused.end == .exit(65))
                #expect(refused.errors.contains("not a job message: unexpected byte at 0"))
                for cause in ["undecodable", "too-new"] {
                    let line = ["dead-letters", "discard", "--cause", cause, "--reason", "a test's", "--yes"]
                    try await stage.expectTool(line)
                }
                #expect(try await stage.number("SELECT count(*) FROM dead_letters WHERE settled_at IS NULL") == 0)
                let doctor = try await stage.tool("doctor")
                #expect(doctor.output.contains("Empty it: rabbitmqctl purge_queue dead-letters"), "\(doctor.output)")
                #expect(try await publisher.depth(of: "dead-letters") == 3, "doctor takes nothing")
                await publisher.close()
            }
        }

        @Test func `uncertain ones are resent when the operator says so, and a follow-up mails those who failed`()
            async throws
        {
            try await Stage.with { stage in
                try await stage.addContacts(30) { number in
                    ["once-forget-dot", "once-reject-550-5.1.1", "user"][number % 3] + "+\(number)@example.net"
                }
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                let before = try await stage.wait(for: campaign)
                #expect(before[.uncertain] == 10)
                #expect(before[.failed] == 10)

                let resolve = ["campaign", "resolve-uncertain", "\(campaign)", "--reason", "they never got it"]
                let left = try await stage.tool(resolve + ["--leave", "--yes"])
                #expect(left.output.contains("10 uncertain"), "\(left.errors)")
                #expect(try await stage.totals(campaign) == before)
                let resent = try await stage.tool(resolve + ["--resend", "--yes"])
                #expect(resent.succeeded, "\(resent.errors)")
                let totals = try await stage.wait(for: campaign) { $0.state == .finished }
                #expect(totals[.accepted] == 20)
                #expect(
                    try await stage.number("SELECT count(*) FROM deliveries WHERE reopened = 1 AND attempt = 2") == 10
                )
                try await stage.expectTruth(of: campaign, copies: 2)

                let made = try await stage.tool("campaign", "resend", "\(campaign)", "--only", "failed")
                #expect(made.succeeded, "\(made.errors)")
                try await stage.suppress(contact: 1)
                try await stage.expectTool("campaign", "start", "\(campaign + 1)")
                let followUp = try await stage.wait(for: campaign + 1)
                #expect(followUp.audience == 10)
                #expect(followUp[.accepted] == 9)
                #expect(followUp[.suppressed] == 1)
                #expect(try await stage.totals(campaign) == totals, "totals of their own")
                for number in stride(from: 4, through: 30, by: 3) {
                    #expect(stage.simulator.copies(of: "once-reject-550-5.1.1+\(number)@example.net") == 1)
                }
            }
        }
    }
}

extension Stage {
    /// Suppresses a contact for all mail.
    fileprivate func suppress(contact: Int) async throws {
        let statement = Statement("hash-of-one", "SELECT address_hash FROM contacts WHERE contact_id = $1")
        let hash = try await superuser.withConnection { connection in
            try await connection.rows(statement, [.int64(Int64(contact))]) { try $0.bytes(0) }
        }
        _ = try await admin.suppress(
            Suppression(
                account: 1,
                addressHash: try #require(hash.first),
                hashKey: 1,
                scope: .all,
                list: 0,
                reason: .unsubscribe,
                source: "test",
                way: .commandLine
            )
        )
    }

    /// Lets the broker give up a message that was handed out so often.
    fileprivate func limitDeliveries(to limit: Int) async throws {
        try await Self.control([
            "-p", database.name, "set_policy", "limit", ".*", #"{"delivery-limit": \#(limit)}"#, "--apply-to", "queues",
        ])
    }
}
