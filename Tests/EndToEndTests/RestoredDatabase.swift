import Core
import Foundation
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    /// A snapshot that comes back to life must not send a campaign again.
    ///
    /// The one scenario that does not end with the invariants: what the database has forgotten is beyond them.
    @Suite struct RestoredDatabase {
        private static let recipients = 400

        @Test func `a database restored from a snapshot sends nothing until somebody has looked`() async throws {
            let cluster = try await PostgresCluster.start()
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(20)
            try await Stage.with(mail, on: .init(cluster: cluster)) { stage in
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign()
                let state = StateFolder()
                defer { state.remove() }

                // A quarter is sent, everything is stopped, and the snapshot is taken.
                try await Self.send(stage, state, upTo: Self.recipients / 4)
                try await cluster.stop(.fast)
                try await Self.copy("\(cluster.folder)/data", to: "\(cluster.folder)/snapshot")
                try await cluster.start()

                // It goes on, and more is sent. Then the database comes back from the snapshot.
                try await Self.send(stage, state, upTo: Self.recipients / 2)
                let sent = stage.simulator.summary.accepted
                try await cluster.stop(.fast)
                try FileManager.default.removeItem(atPath: "\(cluster.folder)/data")
                try await Self.copy("\(cluster.folder)/snapshot", to: "\(cluster.folder)/data")
                try await cluster.start()
                #expect(try await stage.number("SELECT count(*) FROM deliveries WHERE state = 3") < sent)

                // The broker's restore guard is enough, and so is any of the machine's when the broker was wiped: the worker's
                // own, another worker's, and one in the place where older versions kept it.
                let producer = try stage.startProducer()
                #expect(try await producer.exit(within: .seconds(20)) == .exit(70))
                #expect(try String(contentsOfFile: producer.logPath, encoding: .utf8).contains("doctor --adopt"))
                let installation = try await stage.text("SELECT installation_id::text FROM installation")
                try await stage.control("delete_queue", queue: "witness.\(installation)")
                try await Self.expectRefusal(of: stage, ["VEREDUS_STATE_DIRECTORY": state.path])
                try await Self.expectRefusal(
                    of: stage,
                    ["VEREDUS_STATE_DIRECTORY": state.path, "VEREDUS_INSTANCE": "2"]
                )
                try state.makeOld()
                try await Self.expectRefusal(of: stage, ["VEREDUS_STATE_DIRECTORY": state.path])
                #expect(stage.simulator.summary.accepted == sent)
                #expect(try await stage.totals(campaign).state == .running, "nobody but an operator changes that")

                // Adopted, the campaign is held; resumed, it goes on, and who was forgotten is mailed again.
                let adopted = try await stage.tool("doctor", "--adopt", "--reason", "restored from a snapshot")
                #expect(adopted.succeeded, "\(adopted.output)\(adopted.errors)")
                #expect(adopted.output.contains("campaign \(campaign) is held: it is paused"))
                #expect(try await stage.totals(campaign).state == .paused)
                _ = try stage.startProducer()
                let again = try stage.startWorker(["VEREDUS_STATE_DIRECTORY": state.path])
                try await stage.ask(.resume, of: campaign)
                try await stage.wait(for: campaign)
                #expect(again.isRunning)
            }
        }

        @Test func `a server that is promoted under running programs gets no message marked`() async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(10)
            try await Stage.with(mail) { stage in
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                let worker = try stage.startWorker()
                try await stage.simulator.waitForAccepted(count: Self.recipients / 4)
                // What a promotion leaves behind: the server is on another timeline than the database was last, and
                // sessions that could write are gone.
                try await stage.execute("UPDATE installation SET timeline = timeline + 1")
                try await stage.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'veredus_worker'"
                )
                let end = try await worker.exit(within: .seconds(20))
                #expect(end == .exit(70), "\(worker.lastWords)")
                #expect(worker.lastWords.contains("promoted or recovered"))
                let sent = stage.simulator.summary.accepted
                #expect(sent < Self.recipients)
                #expect(try await stage.totals(campaign)[.pending] > 0)
            }
        }

        @Test func `of many programs that start together on a restored database none sends`() async throws {
            try await Stage.with { stage in
                try await stage.addContacts(100)
                _ = try await stage.startCampaign()
                let first = try stage.startProducer()
                try await stage.wait { try await stage.number("SELECT count(*) FROM deliveries") == 100 }
                first.crash()
                try await stage.execute("UPDATE installation SET generation = generation - 100")
                let workers = try (1...8).map { _ in try stage.startWorker(connections: 1) }
                for worker in workers {
                    let end = try await worker.exit(within: .seconds(60))
                    #expect(end == .exit(70), "\(worker.lastWords)")
                }
                #expect(stage.simulator.summary.accepted == 0)
            }
        }

        @Test func `looking again and again does not wear the restore guard out`() async throws {
            try await Stage.with { stage in
                let quorum = ["VEREDUS_QUEUE_TYPE": "quorum"]
                try await stage.expectTool(["doctor", "--adopt", "--reason", "test"], quorum)
                // RabbitMQ 4 drops what was returned twenty times; here it does so sooner.
                try await Stage.control([
                    "-p", stage.database.name, "set_policy", "limit", ".*", #"{"delivery-limit": 3}"#, "--apply-to",
                    "queues",
                ])
                try await stage.execute("UPDATE installation SET generation = generation - 100")
                for look in 1...7 {
                    let doctor = try await stage.tool(["doctor"], quorum)
                    #expect(doctor.output.contains("older copy of itself"), "look \(look): \(doctor.output)")
                }
            }
        }

        /// Runs a producer and a worker until so many messages are accepted, and ends both in good order.
        private static func send(_ stage: Stage, _ state: StateFolder, upTo count: Int) async throws {
            let worker = try stage.startWorker(["VEREDUS_STATE_DIRECTORY": state.path])
            let producer = try stage.startProducer()
            try await stage.simulator.waitForAccepted(count: count)
            for program in [worker, producer] { program.send(SIGTERM) }
            #expect(try await worker.exit(within: .seconds(20)) == .exit(0))
            #expect(try await producer.exit(within: .seconds(20)) == .exit(0))
        }

        private static func expectRefusal(of stage: Stage, _ settings: [String: String]) async throws {
            let worker = try stage.startWorker(settings)
            #expect(try await worker.exit(within: .seconds(20)) == .exit(70))
            #expect(worker.lastWords.contains("older copy of itself"), "\(worker.lastWords)")
        }

        private static func copy(_ folder: String, to other: String) async throws {
            let outcome = try await ChildProcess.run(["cp", "-a", folder, other])
            try #require(outcome.succeeded, "\(outcome.errors)")
        }
    }

    /// A folder that outlives the programs.
    private struct StateFolder {
        let path: String

        init() {
            path = FileManager.default.temporaryDirectory.appending(path: "veredus-state-\(UUID().uuidString)").path
            // The programs make it.
        }

        /// What an older version left behind: one file of all programs.
        func makeOld() throws {
            try FileManager.default.moveItem(atPath: "\(path)/veredus-worker/restore-guard", toPath: "\(path)/witness")
            try FileManager.default.removeItem(atPath: "\(path)/veredus-worker")
        }

        func remove() { try? FileManager.default.removeItem(atPath: path) }
    }
}
