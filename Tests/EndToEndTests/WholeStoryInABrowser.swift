import Core
import Database
import DatabaseClient
import Foundation
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    /// A person sets a password, signs in, starts a campaign, sees it move; a recipient opens the message, follows a link
    /// and leaves: in Chromium, with every program and server there is (Tests/Browser/whole_story.py).
    @Suite struct WholeStoryInABrowser {
        private static let recipients = 60

        @Test(.enabled(if: Browser.isAvailable, "no chromium, or no .local/venv"))
        func `a campaign from the first password to the last opt-out`() async throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "story-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            let spool = folder.appending(path: "spool").path
            try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: true)
            var mail = MailSimulator.Configuration()
            mail.spoolPath = spool
            // Slow enough to be seen moving.
            mail.delay = .milliseconds(40)
            var habits = ReaderHabits()
            habits.openRate = 0.7
            habits.clickRate = 0.7
            mail.readers = habits
            try await Stage.with(mail) { stage in
                try await stage.addContacts(Self.recipients) { number in
                    number > Self.recipients - 2 ? "by-hand-\(number)@example.net" : "user\(number)@example.net"
                }
                let web = try await stage.startWeb(["VEREDUS_WEB_TRUSTED_PROXIES": "127.0.0.1"])
                let here = ["VEREDUS_TRACKING_URL": web.base, "VEREDUS_DASHBOARD_URL": web.base]
                _ = try stage.start("veredus-recorder", role: .recorder, settings: ["VEREDUS_FLUSH_SECONDS": "1"])
                _ = try stage.startProducer(here)
                _ = try stage.startWorker(connections: 1, here)
                let campaign = try await stage.admin.createCampaign(Self.draft, account: 1, list: 1)
                let account = try await stage.text("SELECT name FROM accounts WHERE account_id = 1")
                let added = try await stage.tool(
                    ["user", "add", "ann@acme.example", "--account", account, "--role", "owner"],
                    here
                )
                let link = added.output.trimmingCharacters(in: .whitespacesAndNewlines)
                #expect(link.hasPrefix(web.base), "\(added.errors)")

                let kept = ProcessInfo.processInfo.environment["VEREDUS_PICTURES"]
                let pictures = kept ?? folder.appending(path: "pictures").path
                let outcome = try await Browser.run(
                    "whole_story.py",
                    [web.base, link, "\(campaign)", spool, pictures],
                    within: .seconds(240)
                )
                #expect(outcome.succeeded, "\(outcome.output)\(outcome.errors)")
                for part in ["signed in", "sent", "with script", "without script", "figures"] {
                    #expect(outcome.output.contains("ok \(part)"), "\(outcome.output)")
                }
                #expect(try await stage.number("SELECT count(*) FROM opt_out_proofs WHERE action = 0") == 2)
                #expect(try await stage.number("SELECT count(*) FROM counted WHERE purpose = 0") > 5)
                #expect(try await stage.number("SELECT count(*) FROM counted WHERE purpose = 1") > 1)
                #expect(try await stage.number("SELECT count(*) FROM audit WHERE action = 'campaign.start'") == 1)
                try await stage.expectTruth(of: campaign)
            }
        }

        private static let draft = CampaignDraft(
            name: "Spring & <b>Summer</b>",
            kind: .marketing,
            policy: .atMostOnce,
            tracking: .aggregate,
            lifetime: "3 days",
            subject: "Hello {{name}}",
            html: """
                <html><body><h1>Hello {{name}}</h1><p>Bread is <a href="https://shop.example/bread">here</a>,
                cake is <a href="https://shop.example/cake?a=1&amp;b=2">there</a>.</p></body></html>
                """,
            plain: nil,
            settings: #"{"from": {"name": "Test", "address": "news@sender.example"}, "language": "en"}"#
        )
    }
}
