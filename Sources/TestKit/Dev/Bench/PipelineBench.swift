import Foundation
import TestKit

/// What the two benchmarks of the whole pipeline have in common: one producer, workers, and a sink.
struct PipelineBench: Sendable {
    /// The server that accepts the messages: both kinds count them and keep nothing.
    enum Sink: String, Sendable {
        /// Postfix's smtp-sink, which is fast.
        case postfix = "sink"
        /// The mail simulator, which can be slow.
        case simulator
    }

    let bench: Bench
    let sink: Sink
    let jobsPerMessage: Int
    let connections: Int
    let delayMilliseconds: Int
    /// By the names under which they run.
    let workers: [String]
    /// Of the HTML part; the message's own where it is larger.
    private let messageKiB: Int

    private var project: Project { bench.project }
    /// The file in which the sink writes its count.
    var counter: String {
        sink == .postfix ? "\(project.run)/bench-sink.log" : "\(bench.folder)/simulator.json"
    }
    /// The facts that the scripts note beside the figures.
    var noted: [String] {
        [
            "--jobs-per-message", "\(jobsPerMessage)", "--queue-type", bench.queueType.rawValue,
            "--connections", "\(connections)", "--delay-ms", "\(delayMilliseconds)",
        ]
    }

    init(_ bench: Bench, _ options: Options, sink: (_ delayMilliseconds: Int) -> Sink) throws {
        self.bench = bench
        jobsPerMessage = try options.number("JOBS_PER_MESSAGE", 1...256, default: 32)
        connections = try options.number("CONNECTIONS", 1...400, default: 100)
        delayMilliseconds = try options.number("DELAY_MS", 0...10_000, default: 0)
        workers = try (1...options.number("WORKERS", 1...16, default: 1)).map { $0 == 1 ? "worker" : "worker-\($0)" }
        messageKiB = try options.number("MESSAGE_KIB", 1...1_024, default: 1)
        self.sink = sink(delayMilliseconds)
    }

    private func settings(_ servers: ServerAddresses, smtp: UInt16) -> ProgramSettings {
        ProgramSettings(project: project, servers: servers, smtp: smtp, state: "\(bench.folder)/state")
    }

    func database(_ servers: ServerAddresses) -> DevDatabase {
        DevDatabase(settings(servers, smtp: 0), folder: bench.folder)
    }

    /// Starts the sink, a producer and a worker for some lanes on an empty database.
    ///
    /// Recipients of `slowDomain` have a lane `slow` of their own, and a server that is slow.
    ///
    /// - Returns: The sink's port.
    func start(_ servers: ServerAddresses, _ group: ProgramGroup, slowDomain: String? = nil) async throws -> UInt16 {
        let port = try PortPlan(set: .bench, project: project).choose(.smtp)
        var settings = settings(servers, smtp: port)
        for role in [ProgramRole.producer, .worker] {
            settings.more[role] = [
                ("VEREDUS_JOBS_PER_MESSAGE", "\(jobsPerMessage)"), ("VEREDUS_QUEUE_TYPE", bench.queueType.rawValue),
                ("VEREDUS_SMTP_CONNECTIONS", "\(connections)"),
            ]
        }
        try settings.write(to: bench.folder)
        let database = DevDatabase(settings, folder: bench.folder)
        try await database.migrate()
        if let slowDomain { try await bench.tool.run("lane", "create", "slow", "--domains", slowDomain) }
        try await startSink(group, port, slowDomain)
        try group.start(
            "producer",
            [project.program("veredus-producer")],
            settings: "\(bench.folder)/settings/producer.env"
        )
        let lanes = slowDomain == nil ? "default" : "default,slow"
        for worker in workers {
            try group.start(
                worker,
                [project.program("veredus-worker"), "--connections", "\(connections)", "--lanes", lanes],
                settings: "\(bench.folder)/settings/worker.env"
            )
        }
        try await eventually("the workers have leases", within: .seconds(20), every: .milliseconds(200)) {
            for worker in workers { _ = try group.pid(of: worker) }
            return try await database.number(.liveWorkers) == workers.count
        }
        _ = try group.pid(of: "producer")
        return port
    }

    private func startSink(_ group: ProgramGroup, _ port: UInt16, _ slowDomain: String?) async throws {
        switch sink {
        case .postfix:
            // As root it changes to another user, or refuses.
            let user = getuid() == 0 ? ["-u", "nobody"] : []
            let program = "\(project.postfix)/bin/smtp-sink"
            try group.start("sink", [program] + user + ["-c", "-m", "1000", "127.0.0.1:\(port)", "1024"])
        case .simulator:
            var trouble = ["--delay", "\(delayMilliseconds)"]
            if let slowDomain {
                let script = "\(bench.folder)/slow.json"
                let rules = #"{"rules": [{"domain": "\#(slowDomain)", "behaviour": "delay-dot-200"}]}"#
                try rules.write(toFile: script, atomically: false, encoding: .utf8)
                trouble += ["--script", script]
            }
            try group.start(
                "simulator",
                [project.program("veredus-simulator"), "--port", "\(port)", "--status-file", counter] + trouble
            )
        }
        try await group.await(sink.rawValue, on: port, within: .seconds(10))
    }

    /// Writes a CSV file of contacts; with `slow`, every second one is of that domain.
    func writeContacts(_ rows: Int, prefix: String, slow: String? = nil) throws -> String {
        let path = "\(bench.folder)/contacts.csv"
        let text = (1...rows).reduce(into: "email,name,city,code\n") { text, row in
            let domain = slow.flatMap { row.isMultiple(of: 2) ? $0 : nil } ?? "domain-\(row % 500).example"
            let digits = "\(row)"
            let code = String(repeating: "0", count: max(0, 7 - digits.count)) + digits
            text += "\(prefix)-\(row)@\(domain),Reader \(row),City \(row % 977),C-\(code)\n"
        }
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }

    /// - Returns: The number of a new campaign.
    func makeCampaign(list: String) async throws -> Int {
        let made = try await bench.tool.json(
            "campaign",
            "create",
            try message(),
            "--account",
            "bench",
            "--list",
            list
        )
        return try made.number("campaign")
    }

    /// The folder of the message, made longer by paragraphs where a larger one is asked for.
    private func message() throws -> String {
        let files = FileManager.default
        let (source, copy) = ("Benchmarks/message", "\(bench.folder)/message")
        let path = "\(copy)/body.html.mustache"
        let html = try String(contentsOfFile: "\(source)/body.html.mustache", encoding: .utf8)
        let missing = messageKiB * 1_024 - html.utf8.count
        guard missing > 0, let end = html.range(of: "</body>") else { return source }
        try? files.removeItem(atPath: copy)
        try files.copyItem(atPath: source, toPath: copy)
        let paragraph = "<p>Trains leave from platform {{code}} all day; read on before you travel.</p>\n"
        let more = String(repeating: paragraph, count: missing / paragraph.utf8.count + 1)
        try html.replacingCharacters(in: end.lowerBound..<end.lowerBound, with: more)
            .write(toFile: path, atomically: false, encoding: .utf8)
        return copy
    }
}
