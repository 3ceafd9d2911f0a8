import Foundation
import TestKit

/// Pixels and links as fast as they are answered, beside the server framework with one route and nothing of ours.
struct WebBench: Sendable {
    private let bench: Bench
    private let seconds: Int
    private let connections: Int

    init(_ project: Project, _ options: Options) throws {
        bench = try Bench(project, options, name: "web")
        seconds = try options.number("SECONDS_EACH", 1...600, default: 10)
        connections = try options.number("WEB_CONNECTIONS", 100...50_000, default: 10_000)
    }

    func run() async throws {
        let project = bench.project
        try await bench.onFreshServers { servers, group in
            let plan = PortPlan(set: .bench, project: project)
            let (web, hello) = (try plan.choose(.web), try plan.choose(.hello))
            let settings = settings(servers, web)
            try settings.write(to: bench.folder)
            let database = DevDatabase(settings, folder: bench.folder)
            try await database.migrate()
            let campaign = try await database.number(.benchCampaign)
            try await start(group, web, hello)
            Console.heading("Measuring pixels and links, and the framework alone")
            let recorder = [
                project.program("veredus-recorder"), "--settings", "\(bench.folder)/settings/recorder.env",
            ]
            try await bench.script(
                "web",
                role: .web,
                ["--wrk", "\(project.local)/wrk/bin/wrk", "--hello-port", "\(hello)", "--web-port", "\(web)"]
                    + ["--host", "t.example.test", "--campaign", "\(campaign)"]
                    + ["--web-pid", "\(try group.pid(of: "web"))", "--seconds", "\(seconds)"]
                    + ["--connections", "\(connections)"] + bench.databaseArguments(servers)
                    + ["--recorder", String(decoding: try JSONEncoder().encode(recorder), as: UTF8.self)]
                    + ["--configuration", bench.configuration.rawValue, "--output", bench.output]
            )
        }
    }

    /// Messages name the host t.example.test, and the web side listens here.
    private func settings(_ servers: ServerAddresses, _ web: UInt16) -> ProgramSettings {
        var settings = ProgramSettings(
            project: bench.project,
            servers: servers,
            smtp: 25,
            state: "\(bench.folder)/state",
            web: web,
            messagesNameWeb: false
        )
        let busy = [
            ("VEREDUS_QUEUE_TYPE", bench.queueType.rawValue), ("VEREDUS_EVENT_BUFFER", "1000000"),
            ("VEREDUS_FLUSH_SECONDS", "5"),
        ]
        settings.more = [.web: busy, .recorder: busy]
        return settings
    }

    private func start(_ group: ProgramGroup, _ web: UInt16, _ hello: UInt16) async throws {
        // As many open connections as are measured need as many descriptors, here and there.
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let project = bench.project
        try group.start("web", [project.program("veredus-web")], settings: "\(bench.folder)/settings/web.env")
        try group.start("hello", [project.program("veredus-hello"), "--port", "\(hello)"])
        try await group.await("web", on: web)
        try await group.await("hello", on: hello)
    }
}
