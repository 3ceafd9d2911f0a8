import Core
import Database

extension Engagement {
    /// `Engagement` in the API's document.
    package func json(of campaign: CampaignID) -> JSONValue {
        [
            "campaign": .number(campaign), "tracking": .string(mode.name), "opens": opens.json, "clicks": clicks.json,
            "hours": .array(
                toldHours.map { hour in
                    ["start": .moment(hour.start), "opens": hour.opens.json, "clicks": hour.clicks.json]
                }
            ),
        ]
    }

    /// The items of `Links` in the API's document: all links of the message, followed or not.
    ///
    /// `all`: The links of the frozen message.
    package func json(of all: [(number: Int32, url: String)]) -> JSONValue {
        let clicks = Dictionary(links.map { ($0.number, $0.clicks) }) { first, _ in first }
        return .array(
            all.map { link in
                [
                    "number": .number(link.number), "url": .string(link.url),
                    "clicks": (clicks[link.number] ?? EngagementCounts()).json,
                ]
            }
        )
    }
}

extension EngagementCounts {
    /// `Figures` in the API's document: figures that would identify a person are null.
    package var json: JSONValue {
        [
            "unique": isBlurred ? .null : .number(unique), "total": isBlurred ? .null : .number(total),
            "machine": isTold(\.machine) ? .number(machine) : .null,
            "fewer_than": isBlurred || !isTold(\.machine) ? .number(Self.least) : .null,
        ]
    }
}
