import Core
import Database

/// What came back for a campaign, for people and for programs.
struct ReturnedMailReport: Sendable {
    let facts: ReturnedFacts
    let accepted: Int64
    let throttles: [ThrottleFacts]

    var rate: ComplaintRate { ComplaintRate(complaints: Int(facts.complaints), accepted: Int(accepted)) }

    var fields: [JSONValue.JSONField] {
        let bounces = facts.bounced.map { row -> JSONValue in
            [
                "reason": .string(row.reason.rawValue), "consequence": .string(row.consequence.rawValue),
                "lane": .string(row.lane), "domain": .string(row.domain), "count": .number(row.count),
            ]
        }
        return [
            .init(name: "bounced", value: .number(facts.failed)),
            .init(name: "complaints", value: .number(facts.complaints)),
            .init(name: "complaints_percent", value: .decimal(rate.percent)),
            .init(name: "complaints_verdict", value: .string(rate.verdict(facts.rule).rawValue)),
            .init(name: "unsubscribed_by_mail", value: .number(facts.unsubscribed)),
            .init(name: "bounces", value: .array(bounces)),
            .init(name: "throttles", value: .array(throttles.map(\.json))),
        ]
    }

    /// Empty where nothing came back; else it begins with a line end.
    var text: String {
        var lines: [String] = []
        if facts.failed + facts.complaints + facts.unsubscribed > 0 {
            lines.append(
                "came back: \(grouped(facts.failed)) bounces, \(grouped(facts.complaints)) complaints "
                    + "(\(Self.percent(rate))), \(grouped(facts.unsubscribed)) opt-outs by mail"
            )
        }
        switch rate.verdict(facts.rule) {
        case .fine: break
        case .warn: lines.append("WARNING: providers begin to refuse senders about whom so many complain")
        case .pause: lines.append("STOP: so many complaints pause marketing. Ask where these addresses come from")
        }
        for throttle in throttles { lines.append(throttle.line) }
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

    static func percent(_ rate: ComplaintRate) -> String { "\((rate.percent * 1_000).rounded() / 1_000) %" }
}

extension ThrottleFacts {
    var json: JSONValue {
        [
            "lane": .string(lane), "until": .string(Timestamp.text(until)), "level": .number(level),
            "blocked": .number(blocked),
        ]
    }

    var line: String {
        "lane \(lane) is throttled until \(Timestamp.text(until)): \(grouped(blocked)) messages were refused for who sends them"
    }
}

/// How an account stands with its recipients.
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
            "percent": .decimal(rate.percent), "verdict": .string(rate.verdict(rules.complaints).rawValue),
        ]
    }

    var lines: [String] {
        let verdict = rate.verdict(rules.complaints)
        let word = verdict == .fine ? "" : verdict == .warn ? ", WARNING" : ", too many: marketing pauses"
        return [
            "complaints    \(rate.complaints) of \(rate.accepted) in 30 days: \(ReturnedMailReport.percent(rate))\(word)",
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
