import ArgumentParser
import Database

struct AccountRulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Show or change when an account gives somebody up, warns and pauses.",
        discussion: "Without an option it shows the rules and changes nothing. A change needs --reason."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Soft bounces in a row that suppress, 1 to 100.") var softBounces: Int16?
    @Option(help: "Within how many days, 1 to 365.") var softBounceDays: Int16?
    @Option(help: "Complaints that warn, in percent of accepted messages.") var complaintsWarn: Double?
    @Option(help: "Complaints that pause marketing, in percent.") var complaintsPause: Double?
    @Option(help: "Fewer complaints than these pause nothing.") var complaintsLeast: Int32?
    @Option(help: "Refusals of the sender in ten minutes that throttle a lane.") var throttleBlocks: Int32?
    /// The name of an earlier version, until 1.0.
    @Option(name: .customLong("brake-blocks"), help: .hidden) var oldThrottleBlocks: Int32?
    @Option(help: "Why; for the audit log.") var reason: String?
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
        try check(changes == (reason.map { !$0.isEmpty } ?? false), "a change needs --reason, and only a change")
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
                        "complaints must warn before they pause: --complaints-warn is the higher one"
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
        abstract: "Take an account's throttles off before they end by themselves."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var why: ReasonOption
    @Argument(help: "The account's name.") var name: String

    func run() async throws {
        try await Session.run(common) { session in
            let account = try await session.account(named: name)
            let released = try await session.database.releaseThrottles(of: account.id, reason: why.reason)
            session.console.print(released == 0 ? "no throttle is on" : "released \(released)")
        }
    }
}
