import Core
import Database

// How opens and clicks are told; what is too small to be told is `null`, or "fewer than …".
extension Engagement {
    /// `null` where nothing is tracked.
    var json: JSONValue {
        guard mode != .none else { return .null }
        return [
            "tracking": .string(mode.name), "opens": opens.json, "clicks": clicks.json,
            "links": .array(
                links.map { link in
                    ["number": .number(link.number), "url": .string(link.url), "clicks": link.clicks.json]
                }
            ),
            "hours": .array(
                hours.map { hour in
                    [
                        "start": .string(Timestamp.text(hour.start)), "opens": hour.opens.json,
                        "clicks": hour.clicks.json,
                    ]
                }
            ),
        ]
    }

    /// Without a line end at its end; empty where nothing is tracked.
    var text: String {
        guard mode != .none else { return "" }
        let head = ["", "UNIQUE", "TOTAL", "MACHINES"]
        var rows = [["opens"] + opens.cells, ["clicks"] + clicks.cells]
        rows += links.map { ["\($0.number) \($0.url)"] + $0.clicks.cells }
        return Table(head, rows).text
    }
}

extension EngagementCounts {
    fileprivate var json: JSONValue {
        [
            "unique": isBlurred ? .null : .number(unique), "total": isBlurred ? .null : .number(total),
            "machines": isTold(\.machine) ? .number(machine) : .null,
            "fewer_than": isBlurred || !isTold(\.machine) ? .number(Self.least) : .null,
        ]
    }

    fileprivate var cells: [String] {
        let machines = isTold(\.machine) ? grouped(machine) : told(\.machine)
        return isBlurred ? [told(\.unique), "", machines] : [grouped(unique), grouped(total), machines]
    }
}
