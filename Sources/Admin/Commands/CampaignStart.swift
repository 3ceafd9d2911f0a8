import ArgumentParser
import Core
import Database
import Service

struct CampaignStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start sending a campaign, now or at a set time.",
        discussion: """
            Checks the messages first: all of them, or 10,000 spread over a longer list. It refuses to start if some \
            cannot be rendered or there is none to send; --anyway starts regardless. A producer starts it within seconds. \
            `veredus campaign watch` shows its progress.

            With --at the campaign is scheduled. Until its time, `veredus campaign update` changes it, \
            `veredus campaign start` sets another time, and `veredus campaign unschedule` makes it a draft again.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "When to start, with a UTC offset: 2026-11-30T09:00:00+01:00 (default: now).") var at: String?
    @Flag(help: "Start despite problems that the check finds.") var anyway = false
    @OptionGroup var campaign: CampaignArgument

    func run() async throws {
        let moment = try at.map { text in
            guard let seconds = Timestamp.seconds(text) else {
                throw AdminFailure(
                    .usage,
                    "--at: \"\(text)\" is not a time; write it with a UTC offset, like 2026-11-30T09:00:00+01:00"
                )
            }
            return seconds
        }
        try await Session.run(common) { session in
            let account = try await session.account(of: campaign.id)
            let requests = CampaignRequests(session.database, account: account)
            guard let (started, readiness) = try await requests.start(campaign.id, at: moment, anyway: anyway) else {
                throw AdminFailure(.badData, "campaign \(campaign.id) is gone")
            }
            let when = moment.map { Timestamp.text($0) }
            let problems = readiness?.problems ?? []
            if output.json {
                session.console.print([
                    "campaign": .number(campaign.id), "state": .string(started.report.state.name),
                    "start_at": .string(orNull: when), "problems": .array(problems.map { .string($0) }),
                ])
            } else {
                for problem in problems { session.console.say("started anyway: \(problem)") }
                if let readiness, !readiness.result.isComplete, problems.isEmpty {
                    session.console.print(readiness.scope)
                }
                session.console.print("campaign \(campaign.id) starts \(when.map { "at \($0)" } ?? "now")")
            }
        }
    }
}
