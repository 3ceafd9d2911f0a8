import Core
import Database
import HTTPTypes
import Hummingbird
import NIOCore

/// Live updates of a campaign's page: server-sent events, at most one a second, when something changes.
extension Dashboard {
    /// A comment line, so that proxies stay connected and a closed browser is noticed.
    private static let heartbeat = Duration.seconds(15)
    private static let sessionCheck = Duration.seconds(15)

    func addLive(to router: Router<WebContext>) {
        accountPage(router, "campaigns/:campaign/live", needs: .seeCampaigns) { _, context, visit in
            let campaign = try self.campaign(in: context)
            guard try await feeds.look(at: campaign, of: visit.account) != nil else { throw Refusal.notThere }
            guard streams.hasRoom(visit.visit.token.hash) else {
                return .text("too many live pages in this session\n", status: .tooManyRequests)
            }
            return Response(
                status: .ok,
                headers: [
                    .contentType: "text/event-stream", .cacheControl: "no-store",
                    // nginx buffers an answer unless told not to.
                    .unchecked("X-Accel-Buffering"): "no",
                ],
                body: ResponseBody { writer in
                    try await follow(campaign, visit) { text in
                        try await writer.write(ByteBuffer(string: text))
                    }
                    try await writer.finish(nil)
                }
            )
        }
    }

    /// Writes events until the browser goes away, the session ends or the program stops.
    private func follow(
        _ campaign: CampaignID,
        _ visit: AccountContext,
        write: (String) async throws -> Void
    ) async throws {
        let session = visit.visit.token.hash
        guard let ticket = streams.open(session) else { return }
        defer { streams.close(ticket) }
        var last = ""
        var lastWrite = ContinuousClock.now
        var lastCheck = lastWrite
        while !parts.drain.isDraining, !Task.isCancelled, streams.isOpen(ticket) {
            let now = ContinuousClock.now
            do {
                if now - lastCheck > Self.sessionCheck {
                    let seen = try await sessions.session(session, idleSeconds: Self.idleSeconds)
                    guard seen?.account == visit.account else { return }
                    lastCheck = now
                }
                guard let look = try await feeds.look(at: campaign, of: visit.account) else { return }
                let text = "event: figures\ndata: \(LiveFigures.json(look).text)\n\n"
                if text != last {
                    try await write(text)
                    last = text
                    lastWrite = now
                }
            } catch let error where error.isTransientFailure {
                // The page keeps its values until the database is back.
            }
            if now - lastWrite >= Self.heartbeat {
                try await write(": still here\n\n")
                lastWrite = now
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// The campaign of an address.
    func campaign(in context: WebContext) throws -> CampaignID {
        guard let campaign = context.parameters.get("campaign", as: Int32.self), campaign > 0 else {
            throw Refusal.notThere
        }
        return campaign
    }
}

/// The parts of a campaign's page that change every second.
enum LiveFigures {
    /// Values for `data-live`, and for the bar's parts, `data-bar`.
    static func json(_ look: CampaignLook) -> JSONValue {
        let report = look.report
        let counts = DeliveryState.allCases.map { state in
            JSONValue.JSONField(name: state.name, value: .string(grouped(report.counts[state])))
        }
        return [
            "state": .string(report.state.name),
            "texts": .object(counts + texts(look).map { .init(name: $0.key, value: .string($0.value)) }),
            "bar": .array(
                ProgressBar.parts(report).map { part in
                    ["state": .string(part.state.name), "x": .decimal(part.start), "width": .decimal(part.width)]
                }
            ),
        ]
    }

    /// In a stable order: an event is written when its text differs.
    static func texts(_ look: CampaignLook) -> KeyValuePairs<String, String> {
        let report = look.report
        return [
            "ended": grouped(report.counts.ended),
            "percent": percent(report),
            "rate": report.state == .running ? "\(grouped(Int(look.perSecond.rounded())))/s" : "–",
            "left": look.secondsLeft.map { spoken(seconds: $0) } ?? "–",
            "note": note(look),
        ]
    }

    static func percent(_ report: CampaignReport) -> String {
        guard report.audience > 0 else { return "0 %" }
        return "\(report.counts.ended * 100 / Int64(report.audience)) %"
    }

    /// Why nothing happens, if known.
    static func note(_ look: CampaignLook) -> String {
        let report = look.report
        switch report.state {
        case .scheduled where report.hasMissedItsStart, .starting where report.hasMissedItsStart:
            return "It missed its start because no producer was running. Start it again, or ask the operator."
        case .scheduled:
            let start = report.startAt ?? report.readAt
            return start > report.readAt ? "Starts in \(spoken(seconds: start - report.readAt))." : "Starts now."
        case .starting: return "Preparing."
        case .paused where !report.heldBecause.isEmpty: return "Paused automatically: \(report.heldBecause)"
        case .running where look.workersAlive == 0: return "No worker is running; sending continues when one starts."
        case .running where report.counts[.pending] == 0 && report.counts[.deferred] > 0:
            return "The rest wait for their next attempt."
        default: return ""
        }
    }
}
