import Foundation
import TestKit

/// `./dev demo`: a real campaign on real servers to simulated recipients, with its totals at the end.
struct Demo {
    static let optionNames = ["RECIPIENTS", "WORKERS", "KEEP", "FRESH", "DEMO_CONFIGURATION"]
    /// More crashes than this are a defect.
    private static let restarts = 10

    let project: Project
    let recipients: Int
    let workers: Int
    /// Whether everything keeps running after the demo.
    let isKept: Bool
    /// Whether it begins with an empty database.
    let isFresh: Bool
    var folder: String { "\(project.local)/demo" }

    init(_ project: Project, _ arguments: [String]) throws {
        self.project = project
        let options = try Options(Self.optionNames, arguments, environment: project.environment)
        recipients = try options.number("RECIPIENTS", 1...1_000_000, default: 10_000)
        workers = try options.number("WORKERS", 1...16, default: 2)
        isKept = try options.flag("KEEP")
        isFresh = try options.flag("FRESH")
        _ = try options.choice("DEMO_CONFIGURATION", default: BuildConfiguration.debug)
    }

    func run() async throws {
        let lock = try project.onlyOne("demo")
        if KeptPrograms.exist(of: "demo", project) {
            Console.say("Stopping the programs that an earlier demo left running")
            await KeptPrograms.stop(of: "demo", project)
        }
        let servers = try await Servers(.dev, of: project)
        try await servers.use { addresses in
            let group = try ProgramGroup("demo", of: project)
            do {
                try await send(on: addresses, group)
            } catch {
                Console.say("Stopping what the demo started")
                await group.stop()
                throw error
            }
            if isKept {
                try group.letGo()
                try Data().write(to: URL(fileURLWithPath: servers.folder.keep))
            } else {
                Console.say("Stopping what the demo started")
                await group.stop()
            }
        }
        withExtendedLifetime(lock) {}
    }

    private func send(on addresses: ServerAddresses, _ group: ProgramGroup) async throws {
        let crew = try DemoCrew(self, addresses, group)
        try await crew.prepare(isFresh: isFresh)
        try await crew.start()
        let campaign = try await makeCampaign(crew.tool)
        Console.heading("Sending")
        try await crew.tool.run("campaign", "start", "\(campaign)")
        try await follow(campaign, crew)
        try await DemoReport(demo: self, tool: crew.tool, campaign: campaign, siteURL: crew.settings.siteURL).tell()
    }

    /// Account, list, contacts and campaign.
    ///
    /// - Returns: The campaign's number.
    private func makeCampaign(_ tool: Tool) async throws -> Int {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyy-MM-dd HH:mm:ss"
        let list = "Bakery newsletter \(format.string(from: Date()))"
        Console.heading(
            "Importing \(recipients) contacts; of each hundred, two are deferred once, one is refused and three bounce, complain or opt out"
        )
        let contacts = "\(folder)/contacts.csv"
        try DemoContacts.text(recipients).write(toFile: contacts, atomically: false, encoding: .utf8)
        if try await !tool.outcome("account", "show", "demo").succeeded {
            try await tool.run("account", "create", "demo")
        }
        try await tool.run("list", "create", "--account", "demo", list)
        try await tool.run("contacts", "import", contacts, "--account", "demo", "--list", list)
        let made = try await tool.json("campaign", "create", "Examples/newsletter", "--account", "demo", "--list", list)
        return try made.number("campaign")
    }

    /// Shows its progress; restarts programs that die, as systemd or compose would.
    private func follow(_ campaign: Int, _ crew: DemoCrew) async throws {
        let pid = try crew.group.pid(of: "worker-1")
        Console.say("Try it: kill -9 \(pid) in another terminal. A killed program is started again here.")
        let watch = try crew.tool.startVeredus("campaign", "watch", "\(campaign)")
        var restarts = 0
        while watch.isRunning {
            for program in crew.sending where !crew.group.isRunning(program) {
                restarts += 1
                guard restarts <= Self.restarts else { throw crew.group.failure(of: program) }
                Console.say("")
                Console.warn("demo-\(program) has died; starting it again")
                try crew.start(program)
            }
            try await Task.sleep(for: .milliseconds(300))
        }
        guard watch.end == .exit(0) else {
            throw Failure(
                "'veredus campaign watch' ended with an error",
                "See also the logs: \(project.run)/demo-*.log"
            )
        }
    }
}
