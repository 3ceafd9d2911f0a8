import Core
import DatabaseClient
import Foundation
import TestKit

/// One campaign from its start to its last recorded result; or several that share the recipients, started at once.
struct WholeBench: Sendable {
    private let pipeline: PipelineBench
    private let recipients: Int
    private let campaigns: Int
    private let growth: BenchGrowth

    private var bench: Bench { pipeline.bench }

    init(_ project: Project, _ options: Options) throws {
        let isSlow = try options.number("DELAY_MS", 0...10_000, default: 0) > 0
        let bench = try Bench(project, options, name: isSlow ? "delay" : "latest")
        pipeline = try PipelineBench(bench, options) { $0 > 0 ? .simulator : .postfix }
        recipients = try options.number("RECIPIENTS", 100...10_000_000, default: 100_000)
        campaigns = try options.number("CAMPAIGNS", 1...10_000, default: 1)
        growth = try BenchGrowth(options)
    }

    func run() async throws {
        try await bench.onFreshServers { servers, group in
            let port = try await pipeline.start(servers, group)
            let timed = "\(bench.folder)/timed.json"
            let campaign = try await prepare(timed)
            try await growth.grow(pipeline.database(servers))
            let first = try await split(campaign, pipeline.database(servers))
            let processes =
                [("producer", try group.pid(of: "producer"))]
                + (try pipeline.workers.map { ($0, try group.pid(of: $0)) }) + [
                    ("postgresql", servers.postgresPID), ("rabbitmq", servers.rabbitmqPID),
                    ("sink", try group.pid(of: pipeline.sink.rawValue)),
                ]
            Console.heading("Measuring: the ceiling first, then the campaign")
            try await bench.script(
                "measure",
                ["run"] + processes.flatMap { ["--process", "\($0)=\($1)"] } + bench.databaseArguments(servers)
                    + ["--campaign", "\(first)", "--campaigns", "\(campaigns)", "--start", start(first)]
                    + ["--report", command("report", "\(first)", "--json")]
                    + ["--sink-log", pipeline.counter, "--sink-port", "\(port)"]
                    + ["--smtp-source", "\(bench.project.postfix)/bin/smtp-source"]
                    + pipeline.noted + ["--timed", timed, "--output", bench.output]
            )
        }
    }

    /// Imports the contacts, timed.
    private func prepare(_ timed: String) async throws -> Int {
        Console.heading("Importing \(recipients) contacts")
        let contacts = try pipeline.writeContacts(recipients, prefix: "reader")
        try await bench.tool.run("account", "create", "bench")
        try await bench.tool.run("list", "create", "--account", "bench", "bench")
        let veredus = bench.project.program("veredus")
        try await bench.script(
            "measure",
            ["timed", timed, "import", "--", veredus, "contacts", "import", contacts, "--account", "bench"]
                + ["--list", "bench"]
        )
        try FileManager.default.removeItem(atPath: contacts)
        return try await pipeline.makeCampaign(list: "bench")
    }

    /// Gives each of several campaigns its share of the list: their setting up is not what is measured.
    ///
    /// - Returns: The number of the first; the others follow.
    private func split(_ campaign: Int, _ database: DevDatabase) async throws -> Int {
        guard campaigns > 1 else { return campaign }
        return Int(try await database.number(.splitCampaign(campaign, into: campaigns)))
    }

    /// The command that starts what is measured; a thousand starts one by one would take longer than the sending.
    private func start(_ first: Int) throws -> String {
        guard campaigns > 1 else { return try command("start", "\(first)") }
        let sql = Statement.startCampaigns(first...first + campaigns - 1).sql
        return String(decoding: try JSONEncoder().encode(["sql", sql]), as: UTF8.self)
    }

    /// A `veredus campaign` command as a JSON list.
    private func command(_ words: String...) throws -> String {
        let command = [bench.project.program("veredus"), "campaign"] + words
        return String(decoding: try JSONEncoder().encode(command), as: UTF8.self)
    }
}
