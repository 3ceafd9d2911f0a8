import Core
import Database
import Service

/// A campaign's returned mail and settled messages, as text.
extension FullReport {
    private var facts: ReturnedFacts { returned }
    private var rate: ComplaintRate { complaints }

    /// Empty without returned mail; otherwise it begins with a line end.
    var returnedText: String {
        var lines: [String] = []
        if facts.failed + facts.complaints + facts.unsubscribed > 0 {
            lines.append(
                "returned: \(grouped(facts.failed)) bounces, \(grouped(facts.complaints)) complaints "
                    + "(\(rate.percentText)), \(grouped(facts.unsubscribed)) opt-outs by mail"
            )
        }
        switch rate.verdict(facts.rule) {
        case .fine: break
        case .warn: lines.append("WARNING: providers start to refuse senders at this complaint rate")
        case .pause: lines.append("STOP: too many complaints, marketing is paused. Check the source of these addresses")
        }
        for throttle in throttles { lines.append(throttle.line) }
        let (putBack, known) = ((settled[.putBack] ?? 0) + (settled[.begun] ?? 0), settled[.recorded] ?? 0)
        if putBack + known + (settled[.unknown] ?? 0) > 0 {
            lines.append(
                "flight logs of dead workers: \(grouped(putBack)) messages put back, \(grouped(known)) recorded, "
                    + "\(grouped(settled[.unknown] ?? 0)) past the dot and unknown"
            )
        }
        if !facts.bounced.isEmpty {
            lines.append("")
            lines.append(
                Table(
                    ["BOUNCED FOR", "MEANS", "LANE", "PROVIDER", "TIMES"],
                    facts.bounced.map { row in
                        [
                            row.reason.rawValue, row.consequence.rawValue, row.lane,
                            row.domain.isEmpty ? "(erased)" : row.domain, grouped(row.count),
                        ]
                    }
                ).text
            )
        }
        return lines.isEmpty ? "" : "\n\n" + lines.joined(separator: "\n")
    }
}

extension ComplaintRate {
    var percentText: String { "\((percent * 1_000).rounded() / 1_000) %" }
}

extension ThrottleFacts {
    var line: String {
        "lane \(lane) is throttled until \(Timestamp.text(until)): \(grouped(blocked)) messages were refused because of their sender"
    }
}

/// An account's bounces and complaints.
struct AccountStanding: Sendable {
    let rules: AccountRules
    let rate: ComplaintRate
    let throttles: [ThrottleFacts]

    init(of account: AccountID, _ session: Session) async throws {
        rules = try await session.database.rules(of: account)
        rate = try await session.database.complaintRate(of: account)
        throttles = try await session.database.throttles(of: account)
    }

    var complaintsJSON: JSONValue {
        [
            "days": .number(30), "complaints": .number(rate.complaints), "accepted": .number(rate.accepted),
            "percent": .decimal(rate.percent), "verdict": .string(rate.verdict(rules.complaints).name),
        ]
    }

    var lines: [String] {
        let verdict = rate.verdict(rules.complaints)
        let word = verdict == .fine ? "" : verdict == .warn ? ", WARNING" : ", too many: marketing is paused"
        return [
            "complaints    \(rate.complaints) of \(rate.accepted) in 30 days: \(rate.percentText)\(word)",
            "rules         \(rules.text)",
        ] + throttles.map(\.line)
    }
}

extension AccountRules {
    var json: JSONValue {
        [
            "soft_bounces": .number(softBounces), "soft_bounce_days": .number(softBounceDays),
            "complaints_warn_percent": .decimal(Double(complaintsWarn) / 10_000),
            "complaints_pause_percent": .decimal(Double(complaintsPause) / 10_000),
            "complaints_least": .number(complaintsLeast), "throttle_blocks": .number(throttleBlocks),
        ]
    }

    var text: String {
        "\(softBounces) soft bounces in \(softBounceDays) days suppress; complaints warn at "
            + "\(Double(complaintsWarn) / 10_000) %, pause at \(Double(complaintsPause) / 10_000) % and \(complaintsLeast); "
            + "\(throttleBlocks) blocks throttle"
    }
}
