import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient
import Messages
import Service
import Templates

struct CampaignCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Render a campaign for every recipient without sending, and report problems.",
        discussion: "Exits with 65 when a message cannot be rendered."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Messages a second, for the time estimate.") var rate = 100
    @OptionGroup var campaign: CampaignArgument

    func validate() throws {
        guard (1...1_000_000).contains(rate) else { throw ValidationError("--rate must be 1 to 1000000") }
    }

    func run() async throws {
        var reader = try Session.settings(common)
        let database = PostgresSettings(reading: &reader)
        let keyRing = KeyRing(reading: &reader)
        let installation = MessageSettings(reading: &reader)
        let (settings, keys) = try reader.finished(database, keyRing)
        try await Session.run(settings) { session in
            try await session.confirm(keys)
            let message = try await session.message(of: campaign.id)
            let run = DryRun(
                database: session.database,
                message: message,
                template: try MessageTemplate(message, installation: installation),
                keys: keys
            )
            let result = try await run.run(.everybody) { done in
                session.console.redraw("\(grouped(done)) messages rendered")
            }
            session.console.endLine()
            session.console.print(output.json ? json(result, run).text : text(result, run))
            guard result.recipients > 0 else {
                throw AdminFailure(
                    .badData,
                    "list \"\(message.listName)\" has no subscribers: import contacts first"
                )
            }
            guard result.isClean else {
                throw AdminFailure(
                    .badData,
                    "campaign \(campaign.id) has messages that cannot be rendered. Give missing fields a default in "
                        + "campaign.yaml and run `veredus campaign update`, or import the fields"
                )
            }
        }
    }

    private static func sorted(_ notes: [URLNote: DryRun.Finding]) -> [(URLNote, DryRun.Finding)] {
        notes.sorted { ($0.key.field, $0.key.kind.name) < ($1.key.field, $1.key.kind.name) }
    }

    private func seconds(_ result: DryRun.Result) -> Double {
        Double(result.recipients - result.suppressed) / Double(rate)
    }

    private func json(_ result: DryRun.Result, _ run: DryRun) -> JSONValue {
        let head: JSONValue = ["campaign": .number(campaign.id), "version": .number(run.message.version)]
        return head.adding(.object(result.fields)).adding([
            "links": .number(run.template.links.count),
            "link_notes": .array(
                run.template.linkNotes.map { ["url": .string($0.url), "note": .string($0.kind.name)] }
            ),
            "field_notes": .array(
                Self.sorted(result.urlNotes).map { note, finding in
                    [
                        "field": .string(note.field), "note": .string(note.kind.name), "count": .number(finding.count),
                        "example_contact": .number(finding.exampleContact),
                    ]
                }
            ),
            "rate": .number(rate), "seconds": .decimal(seconds(result)),
        ])
    }

    private func text(_ result: DryRun.Result, _ run: DryRun) -> String {
        var lines = [
            "campaign \(campaign.id): \(run.message.name), version \(run.message.version)",
            "recipients    \(grouped(result.recipients)), of whom \(grouped(result.suppressed)) have opted out",
            "messages      \(grouped(result.averageBytes)) bytes on average, \(grouped(result.largestBytes)) at most; "
                + "longest line \(result.longestLine)",
            "links         \(run.template.links.count) counted",
            "time          \(spoken(seconds: seconds(result))) at \(grouped(rate)) messages a second",
        ]
        if result.needSMTPUTF8 > 0 {
            lines.append("SMTPUTF8      \(grouped(result.needSMTPUTF8)) addresses need a server that supports it")
        }
        for (field, finding) in result.missing.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "MISSING       field \"\(field)\" for \(grouped(finding.count)), such as contact \(finding.exampleContact)"
            )
        }
        for (problem, finding) in result.failures.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "FAILS         \(grouped(finding.count)), such as contact \(finding.exampleContact): \(problem)"
            )
        }
        for note in run.template.linkNotes { lines.append("LINK          \(note.text)") }
        for (note, finding) in Self.sorted(result.urlNotes) {
            lines.append(
                "LINK          \(note.text): \(grouped(finding.count)), such as contact \(finding.exampleContact)"
            )
        }
        if result.isClean { lines.append("all messages can be rendered") }
        return lines.joined(separator: "\n")
    }
}

extension Session {
    /// The newest version of a campaign's message.
    func message(of campaign: CampaignID) async throws -> CampaignVersion {
        let account = try await account(of: campaign)
        guard let message = try await database.message(of: campaign, account: account) else {
            throw AdminFailure(
                .badData,
                "campaign \(campaign) has no message: veredus campaign update \(campaign) FOLDER"
            )
        }
        return message
    }
}
