import Core
import Database

extension ReturnedFacts {
    package func complaintRate(accepted: Int64) -> ComplaintRate {
        ComplaintRate(complaints: Int(complaints), accepted: Int(accepted))
    }

    /// Returned mail, in `Report` of the API's document.
    func json(accepted: Int64) -> JSONValue {
        let rate = complaintRate(accepted: accepted)
        return [
            "bounced": .number(failed), "complaints": .number(complaints),
            "complaints_percent": .decimal(rate.percent), "complaints_verdict": .string(rate.verdict(rule).name),
            "unsubscribed": .number(left), "unsubscribed_by_mail": .number(unsubscribed),
            "bounces": .array(bounced.map(\.json)),
        ]
    }
}

extension ReturnedFacts.Bounced {
    fileprivate var json: JSONValue {
        [
            "reason": .string(reason.name), "consequence": .string(consequence.name), "lane": .string(lane),
            "domain": domain.isEmpty ? .null : .string(domain), "count": .number(count),
        ]
    }
}

extension ThrottleFacts {
    package var json: JSONValue {
        ["lane": .string(lane), "until": .moment(until), "level": .number(level), "blocked": .number(blocked)]
    }
}
