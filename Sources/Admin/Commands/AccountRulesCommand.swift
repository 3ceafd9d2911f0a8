import ArgumentParser
import Database

struct AccountRulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Show or change an account's bounce, complaint and throttle limits.",
        discussion: "Without options it shows the limits. A change needs --reason."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Consecutive soft bounces that suppress an address, 1 to 100.") var softBounces: Int16?
    @Option(help: "Days within which soft bounces count, 1 to 365.") var softBounceDays: Int16?
    @Option(help: "Complaint rate that warns, in percent of accepted messages.") var complaintsWarn: Double?
    @Option(help: "Complaint rate that pauses marketing, in percent.") var complaintsPause: Double?
    @Option(help: "Minimum number of complaints for a pause.") var complaintsLeast: Int32?
    @Option(help: "Sender refusals within ten minutes that throttle a lane.") var throttleBlocks: Int32?
    /// The name of an earlier version, until 1.0.
    @Option(name: .customLong("brake-blocks"), help: .hidden) var oldThrottleBlocks: Int32?
    @Option(help: "The reason, for the audit log.") var reason: String?
    @Argument(help: "The account's name.") var name: String

    private var blocks: Int32? { throttleBlocks ?? oldThrottleBlocks }
    private var changes: Bool {
        softBounces != nil || softBounceDays != nil || complaintsWarn != nil || complaintsPause != nil
            || complaintsLeast != nil || blocks != nil
    }

    func validate() throws {
        func check(_ isFine: Bool, _ text: String) throws {
            guard isFine else { throw ValidationError(text) }
        }
        try check(softBounces.map { (1...100).contains($0) } ?? true, "--soft-bounces must be 1 to 100")
        try check(softBounceDays.map { (1...365).contains($0) } ?? true, "--soft-bounce-days must be 1 to 365")
        for rate in [complaintsWarn, complaintsPause] {
            try check(rate.map { (0.0001...100).contains($0) } ?? true, "a rate must be 0.0001 to 100 percent")
        }
        try check((complaintsLeast ?? 1) >= 1, "--complaints-least must be 1 or more")
        try check((blocks ?? 1) >= 1, "--throttle-blocks must be 1 or more")
        try check(
            changes == (reason.map { !$0.isEmpty } ?? false),
            "--reason goes with a change, and a change needs it"
        )
    }

    func run() async throws {
        try await Session.run(common) { session in
            let account = try await session.account(named: name)
            var rules = try await session.database.rules(of: account.id)
            if changes {
                let changed = self
                changed.apply(to: &rules)
                guard rules.complaintsWarn <= rules.complaintsPause else {
                    throw AdminFailure(
                        .usage,
                        "--complaints-warn must not be above --complaints-pause"
                    )
                }
                rules = try await session.database.change(account.id, reason: reason ?? "") { changed.apply(to: &$0) }
            }
            if output.json { return session.console.print(rules.json) }
            session.console.print(rules.text)
        }
    }

    private func apply(to rules: inout AccountRules) {
        func millionths(_ percent: Double) -> Int32 { Int32((percent * 10_000).rounded()) }
        rules.softBounces = softBounces ?? rules.softBounces
        rules.softBounceDays = softBounceDays ?? rules.softBounceDays
        rules.complaintsWarn = complaintsWarn.map(millionths) ?? rules.complaintsWarn
        rules.complaintsPause = complaintsPause.map(millionths) ?? rules.complaintsPause
        rules.complaintsLeast = complaintsLeast ?? rules.complaintsLeast
        rules.throttleBlocks = blocks ?? rules.throttleBlocks
    }
}

struct AccountReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Lift an account's throttles before they expire."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var why: ReasonOption
    @Argument(help: "The account's name.") var name: String

    func run() async throws {
        try await Session.run(common) { session in
            let account = try await session.account(named: name)
            let released = try await session.database.releaseThrottles(of: account.id, reason: why.reason)
            session.console.print(released == 0 ? "the account is not throttled" : "released \(released)")
        }
    }
}
