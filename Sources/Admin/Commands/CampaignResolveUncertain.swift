import ArgumentParser
import Core
import Database

struct CampaignResolveUncertain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve-uncertain",
        abstract: "Resolve recipients whose delivery outcome is unknown.",
        discussion: """
            --leave records the decision that they stay uncertain. --resend mails them again, so that some may get two \
            copies; opt-outs are skipped. A finished campaign runs again, for at least another lifetime. Lists them \
            first, and changes nothing without --yes or a confirmation at the terminal.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var decision: DecisionOptions
    @Flag(help: "Leave them uncertain.") var leave = false
    @Flag(help: "Send them another copy.") var resend = false
    @Option(name: .customLong("seq"), help: "Only this recipient's number; can be repeated.") var seqs: [Seq] = []
    @OptionGroup var campaign: CampaignArgument

    func validate() throws {
        guard leave != resend else { throw ValidationError("give either --leave or --resend") }
    }

    func run() async throws {
        try await Session.run(common) { session in
            let account = try await session.account(of: campaign.id)
            guard let report = try await session.database.report(on: campaign.id, account: account) else {
                throw AdminFailure.noCampaign(campaign.id)
            }
            let rows = try await uncertainRows(report, session)
            let absent = Set(seqs).subtracting(rows.map(\.seq)).sorted()
            guard absent.isEmpty else {
                throw AdminFailure(
                    .badData,
                    "--seq: not uncertain in campaign \(campaign.id): \(absent.map { String($0) }.joined(separator: ", "))"
                )
            }
            let plan = UncertainPlan(campaign: campaign.id, rows: rows, isResend: resend)
            if !output.json { session.console.print(plan.text) }
            guard !rows.isEmpty, decision.isConfirmed(plan.question, session.console) else {
                if output.json { session.console.print(plan.json(done: false, reopened: 0)) }
                return
            }
            var receipt = ReopenReceipt()
            if resend {
                receipt = try await reopen(rows.filter { !$0.hasOptedOut }.map(\.seq), account, session)
            } else {
                try await session.database.audit(
                    AuditEntry("campaign.leave-uncertain", plan.subject, reason: decision.reason),
                    account: account
                )
            }
            if output.json {
                session.console.print(plan.json(done: true, reopened: receipt.reopened))
            } else {
                session.console.print(
                    resend
                        ? "done: \(grouped(receipt.reopened)) will be mailed again"
                        : "recorded: they stay uncertain in the totals"
                )
            }
        }
    }

    /// Page by page, so that no snapshot is held while a large campaign is read.
    private func uncertainRows(_ report: CampaignReport, _ session: Session) async throws -> [UncertainRow] {
        let page: Seq = 50_000
        let wanted = Set(seqs)
        var rows: [UncertainRow] = []
        for start in stride(from: 0, to: report.audience, by: Int(page)) {
            rows += try await session.database.uncertainRows(
                of: report.campaign,
                account: report.account,
                above: start,
                upTo: start + page
            ).filter { wanted.isEmpty || wanted.contains($0.seq) }
        }
        return rows
    }

    private func reopen(_ seqs: [Seq], _ account: AccountID, _ session: Session) async throws -> ReopenReceipt {
        var receipt = ReopenReceipt()
        for start in stride(from: 0, to: seqs.count, by: AccountDatabase.reopenLimit) {
            receipt += try await session.database.reopen(
                Array(seqs[start..<min(seqs.count, start + AccountDatabase.reopenLimit)]),
                of: campaign.id,
                account: account,
                from: [.uncertain],
                reason: decision.reason
            )
        }
        return receipt
    }
}

/// A campaign's uncertain recipients, and the plan for them.
struct UncertainPlan: Sendable {
    /// Recipients with the same facts.
    struct Cause: Sendable {
        let step: String
        let words: String
        var count: Int
        var from: Double
        var to: Double
    }

    let campaign: CampaignID
    let rows: [UncertainRow]
    let isResend: Bool

    var optedOut: Int { rows.count(where: \.hasOptedOut) }

    /// The most frequent first.
    var causes: [Cause] {
        var causes: [String: Cause] = [:]
        for row in rows {
            let step = row.step.map { SMTPStep.name(of: $0) } ?? "unknown"
            let words = row.words.isEmpty ? DeliveryReason.name(of: row.reason) : row.words
            var cause =
                causes["\(step) \(words)"] ?? Cause(step: step, words: words, count: 0, from: row.at, to: row.at)
            cause.count += 1
            (cause.from, cause.to) = (min(cause.from, row.at), max(cause.to, row.at))
            causes["\(step) \(words)"] = cause
        }
        return causes.values.sorted { ($0.count, $1.words) > ($1.count, $0.words) }
    }

    var question: String { isResend ? "Send them another copy?" : "Leave them uncertain?" }

    /// For the audit log.
    var subject: String {
        let seqs = rows.map(\.seq).prefix(20).map { String($0) }.joined(separator: ", ")
        return "campaign \(campaign), \(rows.count) uncertain: seq \(seqs)\(rows.count > 20 ? ", …" : "")"
    }

    func json(done: Bool, reopened: Int) -> JSONValue {
        [
            "done": .bool(done), "campaign": .number(campaign), "decision": .string(isResend ? "resend" : "leave"),
            "uncertain": .number(rows.count), "opted_out": .number(optedOut), "reopened": .number(reopened),
            "causes": .array(
                causes.map { cause in
                    [
                        "count": .number(cause.count), "step": .string(cause.step), "words": .string(cause.words),
                        "from": .string(Timestamp.text(cause.from)), "to": .string(Timestamp.text(cause.to)),
                    ]
                }
            ),
        ]
    }

    var text: String {
        guard !rows.isEmpty else { return "campaign \(campaign) has no uncertain recipients" }
        var lines = ["campaign \(campaign): \(grouped(rows.count)) uncertain"]
        lines.append(
            Table(
                ["COUNT", "STEP", "FROM", "TO", "WHY"],
                causes.map { cause in
                    [
                        grouped(cause.count), cause.step, Timestamp.text(cause.from), Timestamp.text(cause.to),
                        cause.words,
                    ]
                }
            ).text
        )
        if isResend {
            let left = optedOut == 0 ? "" : "; \(grouped(optedOut)) have opted out and get no message"
            lines.append(
                "\(grouped(rows.count - optedOut)) would be mailed again; some may get two copies\(left)"
            )
        } else {
            lines.append("they would stay uncertain and get no further copy")
        }
        return lines.joined(separator: "\n")
    }
}
