import Core
import Database
import Service

/// The output of `campaign watch`, from one reading to the next.
struct WatchView {
    /// Seconds without progress that need an explanation.
    private static let patience = 5.0

    private let console: Console
    private let isJSON: Bool
    private var meter = RateMeter()
    /// The last line written.
    private var lastLine = ""
    private var lastWrittenAt = -Double.infinity
    private var firstSeenAt: Double?
    private var lastProgressAt: Double?

    init(console: Console, isJSON: Bool) {
        self.console = console
        self.isJSON = isJSON
    }

    mutating func show(_ report: CampaignReport, workersAlive: Int64) {
        note(report)
        if isJSON {
            console.print(
                report.json.adding([
                    "per_second": .decimal(rate),
                    "seconds_left": secondsLeft(report).map { .decimal($0) } ?? .null,
                    "remedy": .string(orNull: remedy(report, workersAlive)),
                ])
            )
            return
        }
        draw(line(report, remedy: remedy(report, workersAlive)), at: report.readAt, isUrgent: false)
    }

    /// Prints a message beside the counts.
    mutating func say(_ text: String) { draw(text, at: lastWrittenAt, isUrgent: true) }

    mutating func end(_ report: CampaignReport) {
        guard !isJSON else { return }
        draw(line(report, remedy: nil), at: report.readAt, isUrgent: true)
        if console.isOutputTerminal { console.print("") }
    }

    // MARK: Figures

    private mutating func note(_ report: CampaignReport) {
        let ended = report.counts.ended
        firstSeenAt = firstSeenAt ?? report.readAt
        if meter.last != ended || report.counts[.sending] > 0 {
            lastProgressAt = report.readAt
        }
        meter.note(ended, at: report.readAt)
    }

    /// Recipients per second that reached a final state recently.
    private var rate: Double { meter.perSecond }

    private func secondsLeft(_ report: CampaignReport) -> Double? {
        guard report.state == .running, rate > 0 else { return nil }
        return Double(Int64(report.audience) - report.counts.ended) / rate
    }

    /// Advice when nothing happens.
    private func remedy(_ report: CampaignReport, _ workersAlive: Int64) -> String? {
        let now = report.readAt
        switch report.state {
        case .scheduled, .starting:
            if let startAt = report.startAt, startAt > now { return nil }
            let since = max(report.startAt ?? now, firstSeenAt.map { min($0, report.startAt ?? $0) } ?? now)
            guard !report.isLeased, now - since > Self.patience else { return nil }
            return
                "no producer has taken it for \(spoken(seconds: now - since)): start one (veredus-producer), or check its log. "
                + "If it missed its start by more than VEREDUS_START_GRACE, start it again: veredus campaign start"
        case .paused where !report.heldBecause.isEmpty: return "paused automatically: \(report.heldBecause)"
        case .running where workersAlive == 0: return "no worker is alive: start one (veredus-worker), or check its log"
        case .running:
            guard let lastProgressAt, now - lastProgressAt > Self.patience else { return nil }
            return report.counts[.deferred] > 0 && report.counts[.pending] == 0
                ? "the rest wait for their next attempt"
                : "no progress for \(spoken(seconds: now - lastProgressAt)): run `veredus doctor`"
        default: return nil
        }
    }

    // MARK: Text

    private func line(_ report: CampaignReport, remedy: String?) -> String {
        var parts = [report.state.name]
        if let startAt = report.scheduledFor, startAt > report.readAt {
            parts.append("for \(Timestamp.text(startAt)), in \(spoken(seconds: startAt - report.readAt))")
        }
        if report.audience > 0 {
            let ended = report.counts.ended
            parts.append(
                "\(grouped(ended)) of \(grouped(report.audience)) (\(ended * 100 / Int64(report.audience)) %)"
            )
            if report.state == .running {
                parts.append("\(grouped(Int(rate.rounded())))/s")
                if let left = secondsLeft(report) { parts.append("\(spoken(seconds: left)) left") }
            } else if let seconds = report.seconds, report.state == .finished || report.state == .cancelled {
                parts.append("in \(spoken(seconds: seconds))")
            }
            for state in DeliveryState.allCases where state != .pending && report.counts[state] > 0 {
                parts.append("\(state.name) \(grouped(report.counts[state]))")
            }
        }
        if let remedy { parts.append(remedy) }
        return parts.joined(separator: "  ")
    }

    /// A terminal's line is redrawn; elsewhere a changed line is written, at most one in two seconds.
    private mutating func draw(_ line: String, at moment: Double, isUrgent: Bool) {
        if console.isOutputTerminal {
            console.write(Array("\r\u{1B}[K\(VisibleText.line(line))".utf8))
        } else if line != lastLine, isUrgent || moment - lastWrittenAt >= 2 {
            lastWrittenAt = moment
            lastLine = line
            console.print(line)
        }
    }
}
