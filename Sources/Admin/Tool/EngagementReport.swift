import Core
import Database

// Opens and clicks as text; withheld figures are "fewer than …".
extension Engagement {
    /// Without a final line end; empty without tracking. Long links are cut; JSON has them in full.
    func text(width: Int) -> String {
        guard mode != .none else { return "" }
        let head = ["", "UNIQUE", "TOTAL", "MACHINES"]
        var rows = [["opens"] + opens.cells, ["clicks"] + clicks.cells]
        rows += links.map { ["\($0.number) \($0.url)"] + $0.clicks.cells }
        return Table(head, rows, cutting: 0, to: width).text
    }
}

extension EngagementCounts {
    fileprivate var cells: [String] {
        let machines = isTold(\.machine) ? grouped(machine) : told(\.machine)
        return isBlurred ? [told(\.unique), "", machines] : [grouped(unique), grouped(total), machines]
    }
}
