import Core
import Database

// Opens and clicks as text; withheld figures are "fewer than …".
extension Engagement {
    /// Without a final line end; empty without tracking.
    var text: String {
        guard mode != .none else { return "" }
        let head = ["", "UNIQUE", "TOTAL", "MACHINES"]
        var rows = [["opens"] + opens.cells, ["clicks"] + clicks.cells]
        rows += links.map { ["\($0.number) \($0.url)"] + $0.clicks.cells }
        return Table(head, rows).text
    }
}

extension EngagementCounts {
    fileprivate var cells: [String] {
        let machines = isTold(\.machine) ? grouped(machine) : told(\.machine)
        return isBlurred ? [told(\.unique), "", machines] : [grouped(unique), grouped(total), machines]
    }
}
