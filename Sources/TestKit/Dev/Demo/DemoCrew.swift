import Foundation
import TestKit

/// The demo's programs: the mail simulator, a producer, workers, the web program, and the receiver of mail.
struct DemoCrew {
    let group: ProgramGroup
    let settings: ProgramSettings
    /// The operator's.
    let tool: Tool
    private let demo: Demo
    private let ports: (smtp: UInt16, inbound: UInt16, web: UInt16)

    /// Restarted if they die while a campaign is sent.
    var sending: [String] { ["inbound", "recorder", "web", "producer"] + (1...demo.workers).map { "worker-\($0)" } }

    init(_ demo: Demo, _ addresses: ServerAddresses, _ group: ProgramGroup) throws {
        let plan = PortPlan(set: .dev, project: demo.project)
        ports = (try plan.choose(.smtp), try plan.choose(.inbound), try plan.choose(.web))
        var settings = ProgramSettings(
            project: demo.project,
            servers: addresses,
            smtp: ports.smtp,
            state: "\(demo.folder)/state",
            web: ports.web,
            inbound: ports.inbound
        )
        // A demo should not wait: deferred messages are retried after at most two seconds.
        settings.more[.worker] = [("VEREDUS_RETRY_FIRST", "2")]
        // Nor for the minute that opens and clicks are held back to hide their order.
        settings.more[.recorder] = [("VEREDUS_FLUSH_SECONDS", "2")]
        (self.demo, self.group, self.settings) = (demo, group, settings)
        tool = Tool(project: demo.project, settings: "\(demo.folder)/settings/admin.env")
    }

    /// An empty folder, settings, and a database with the current schema.
    func prepare(isFresh: Bool) async throws {
        // The journals of a database that is dropped are not the next one's.
        for name in ["spool", "record.jsonl", "report.json"] + (isFresh ? ["state"] : []) {
            try? FileManager.default.removeItem(atPath: "\(demo.folder)/\(name)")
        }
        try FileManager.default.createDirectory(atPath: "\(demo.folder)/spool", withIntermediateDirectories: true)
        try settings.write(to: demo.folder)
        Console.heading("Preparing the database")
        let database = DevDatabase(settings, folder: demo.folder)
        if isFresh { try await database.drop() }
        try await database.migrate()
    }

    func start() async throws {
        Console.heading(
            "Starting the mail simulator, a producer, \(demo.workers) workers, the web side, and what receives mail"
        )
        for program in ["inbound", "recorder", "web"] { try start(program) }
        try await group.await("inbound", on: ports.inbound)
        try await group.await("web", on: ports.web)
        let record = ["--record", "\(demo.folder)/record.jsonl", "--spool", "\(demo.folder)/spool"]
        let readers = ["--open-rate", "0.4", "--click-rate", "0.3", "--leave-rate", "0.01"]
        try group.start(
            "simulator",
            [
                demo.project.program("veredus-simulator"), "--port", "\(ports.smtp)", "--inbound",
                "127.0.0.1:\(ports.inbound)",
            ]
                + record + readers
        )
        try await group.await("simulator", on: ports.smtp)
        for program in sending where !group.isRunning(program) { try start(program) }
    }

    /// Starts one of ``sending``.
    func start(_ program: String) throws {
        let role = String(program.prefix { $0 != "-" })
        let more = role == "worker" ? ["--connections", "20", "--lanes", "default"] : []
        try group.start(
            program,
            [demo.project.program("veredus-\(role)")] + more,
            settings: "\(demo.folder)/settings/\(role).env"
        )
        Console.say("demo-\(program) runs as process \(try group.pid(of: program))")
    }
}
