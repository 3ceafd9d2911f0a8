import Core
import Database

/// A campaign's progress, as one bar of all its states.
enum ProgressBar {
    struct Part: Equatable {
        let state: DeliveryState
        /// In thousandths of the bar.
        let start: Double
        let width: Double
    }

    /// Successful states first, unfinished ones last.
    private static let order: [DeliveryState] = [
        .accepted, .failed, .suppressed, .uncertain, .cancelled, .expired, .dead, .sending, .deferred, .pending,
    ]

    /// Every state, even if empty, so that a script can resize them.
    static func parts(_ report: CampaignReport) -> [Part] {
        let total = Double(max(1, report.counts.total))
        var start = 0.0
        return order.map { state in
            let width = Double(report.counts[state]) * 1_000 / total
            defer { start += width }
            return Part(state: state, start: start, width: width)
        }
    }

    /// `hasEmptyParts`: for the script; rows of a list leave out what is not seen.
    static func svg(_ report: CampaignReport, hasEmptyParts: Bool = true) -> String {
        let rects = parts(report).filter { hasEmptyParts || $0.width > 0 }.map { part in
            "<rect class=\"f-\(part.state.name)\" data-bar=\"\(part.state.name)\" x=\"\(SVG.number(part.start))\" y=\"0\" "
                + "width=\"\(SVG.number(part.width))\" height=\"10\"/>"
        }
        let text = "\(LiveFigures.percent(report)) of \(grouped(report.audience)) recipients are done"
        return "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" role=\"img\" "
            + "aria-label=\"\(text)\">\(rects.joined())</svg>"
    }
}

/// Pieces of SVG.
enum SVG {
    /// With at most two decimals, never with an exponent.
    static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "0" }
        let hundredths = Int64((value * 100).rounded())
        let whole = hundredths / 100
        let rest = abs(hundredths % 100)
        let sign = hundredths < 0 && whole == 0 ? "-" : ""
        guard rest != 0 else { return "\(sign)\(whole)" }
        let decimals = rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)"
        return "\(sign)\(whole).\(decimals)"
    }
}
