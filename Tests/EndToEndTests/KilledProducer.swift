import Core
import Glibc
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct KilledProducer {
        private static let recipients = 2_000

        @Test func `a producer that is killed while it freezes and while it publishes loses and doubles nobody`()
            async throws
        {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(5)
            try await Stage.with(mail) { stage in
                try await stage.addContacts(Self.recipients)
                try await stage.execute(Self.slowFreeze)
                let campaign = try await stage.startCampaign()
                _ = try stage.startWorker()
                for _ in 1...3 {
                    let producer = try stage.startProducer()
                    try await stage.wait { try await stage.number(Self.freezing) == 1 }
                    producer.crash()
                    #expect(try await stage.number("SELECT count(*) FROM deliveries") == 0)
                    try await stage.wait { try await stage.number(Self.freezing) == 0 }
                    try await stage.endLeases()
                }
                try await stage.execute("DROP TRIGGER slow ON deliveries")
                for kill in 1...3 {
                    let producer = try stage.startProducer()
                    try await stage.simulator.waitForAccepted(count: kill * Self.recipients / 5)
                    producer.crash()
                    try await stage.endLeases()
                }
                _ = try stage.startProducer()
                let totals = try await stage.wait(for: campaign)
                #expect(totals.audience == Self.recipients)
                #expect(totals[.accepted] == Self.recipients)
                try await stage.expectTruth(of: campaign)
            }
        }

        /// A freeze stands still with its rows written.
        private static let slowFreeze = """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); RETURN NULL; END $$;
            CREATE TRIGGER slow AFTER INSERT ON deliveries FOR EACH STATEMENT EXECUTE FUNCTION slow();
            """
        private static let freezing = """
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'
            """
    }
}
