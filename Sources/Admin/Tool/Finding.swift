import Core
import Database

/// One result of `doctor`.
struct Finding: Sendable, Equatable {
    enum Verdict: String, WireNamed {
        case ok = "ok"
        /// Information without a problem.
        case note = "note"
        case problem = "problem"
    }

    /// `settings`, `database`, `campaigns`, `broker`, `mail route`, `dead letters`, `opt-outs`, `journal`.
    let part: String
    let verdict: Verdict
    /// What, where and what to do.
    let text: String

    static func ok(_ part: String, _ text: String) -> Finding { Finding(part: part, verdict: .ok, text: text) }
    static func note(_ part: String, _ text: String) -> Finding { Finding(part: part, verdict: .note, text: text) }
    static func problem(_ part: String, _ text: String) -> Finding {
        Finding(part: part, verdict: .problem, text: text)
    }

    /// Compares the configured token keys with those that programs have started with.
    static func tokenKeys(_ checks: [KeyCheck], noted: [Int16: [UInt8]]) -> [Finding] {
        var findings: [Finding] = []
        var known: [Int16] = []
        for check in checks {
            switch noted[check.number] {
            case check.value: known.append(check.number)
            case nil:
                let words = "no program has started with token key \(check.number) yet"
                findings.append(.note("keys", words))
            default:
                findings.append(
                    .problem(
                        "keys",
                        "VEREDUS_TOKEN_KEYS: key \(check.number) is not the one that signs tokens under this number "
                            + "here, and links in messages would answer 404: set the same key for every program"
                    )
                )
            }
        }
        let numbers = known.map { String($0) }.joined(separator: ", ")
        if !known.isEmpty { findings.append(.ok("keys", "token keys \(numbers) match every program's")) }
        return findings
    }

    /// Whether every campaign has the programs that it waits for. One that is scheduled waits for none until it is due.
    static func campaigns(
        _ ways: [CampaignsUnderWay],
        workersAlive: Int64,
        unservedLanes: [String] = []
    ) -> [Finding] {
        var findings: [Finding] = []
        func add(_ campaigns: [CampaignsUnderWay], _ make: (String, String) -> Finding, _ text: String) {
            let count = campaigns.reduce(0) { $0 + $1.count }
            guard count > 0 else { return }
            let some = campaigns.flatMap(\.examples).sorted().prefix(5).map { String($0) }.joined(separator: ", ")
            let names = (count == 1 ? "campaign " : "\(grouped(count)) campaigns, ") + some
            findings.append(make("campaigns", "\(names)\(count > 5 ? ", …" : ""): \(text)"))
        }
        let ready = "start one (veredus-producer), or read its log"
        add(
            ways.filter { $0.isDue && !$0.isDriven },
            Finding.problem,
            "to be started by now, and no producer has taken it: \(ready). After VEREDUS_START_GRACE ask again: "
                + "`veredus campaign start`"
        )
        add(
            ways.filter { CampaignState.underWay.contains($0.state) && $0.state != .paused && !$0.isDriven },
            Finding.problem,
            "under way, and no producer drives it: \(ready)"
        )
        if workersAlive == 0 {
            add(
                ways.filter { $0.state == .running },
                Finding.problem,
                "running, and no worker is alive, so that nothing is sent: start one (veredus-worker), or read its log"
            )
        }
        let isRunning = ways.contains { $0.state == .running }
        if workersAlive > 0, !unservedLanes.isEmpty {
            let make = isRunning ? Finding.problem : Finding.note
            let names = unservedLanes.joined(separator: ", ")
            findings.append(
                make(
                    "campaigns",
                    "no living worker serves \(unservedLanes.count == 1 ? "lane" : "the lanes") \(names), so that nothing "
                        + "is sent to recipients there: name it in VEREDUS_LANES of a worker"
                )
            )
        }
        let waiting = ways.filter { $0.state == .scheduled && !$0.isDue }
        let first = waiting.compactMap(\.firstStart).min().map { ", the first one at \(Timestamp.text($0))" } ?? ""
        add(waiting, Finding.note, "scheduled\(first)")
        if !findings.contains(where: { $0.verdict == .problem }) {
            let running = ways.filter { $0.state == .running }.reduce(0) { $0 + $1.count }
            findings.insert(
                .ok("campaigns", "\(grouped(running)) running; none waits for a program that is missing"),
                at: 0
            )
        }
        return findings
    }

    /// Compares the table of dead letters, which is authoritative, with the copies in the broker's queue.
    ///
    /// - Parameters:
    ///   - table: The number waiting for a decision, and the total.
    ///   - queued: Messages in the queue `dead-letters`.
    ///   - virtualHost: The broker's, for the command.
    /// - Returns: The meaning of a difference, and what to do.
    static func deadLetters(
        _ table: (waiting: Int64, total: Int64),
        queued: Int,
        in virtualHost: String
    ) -> Finding {
        let (waiting, queued) = (table.waiting, Int64(queued))
        let facts = "\(grouped(waiting)) need a decision, \(grouped(queued)) in the queue"
        let decide = waiting > 0 ? ". `veredus dead-letters list` lists them" : ""
        func say(_ text: String) -> Finding { .note("dead letters", facts + text + decide) }
        switch queued {
        case waiting where waiting == 0: return .ok("dead letters", "none")
        case waiting: return say("")
        case ..<waiting:
            return say(
                ": copies are missing from the queue, which was purged or lost. The table has them "
                    + "all; no action is needed"
            )
        case ...table.total:
            let when = waiting == 0 ? "Empty it" : "Once none needs a decision, empty it"
            return say(
                ": the queue keeps copies of settled dead letters. \(when): rabbitmqctl purge_queue dead-letters --vhost "
                    + virtualHost
            )
        default:
            return say(
                ", but the table has only \(grouped(table.total)): another program publishes there, or the database was "
                    + "restored from a backup. Inspect them with the broker's tools before you remove them"
            )
        }
    }

    /// Accounts whose marketing is throttled.
    static func throttles(_ on: (accounts: Int64, lanes: [String], until: Double?)) -> Finding {
        guard on.accounts > 0, let until = on.until else { return .ok("throttles", "none is on") }
        return .note(
            "throttles",
            "\(grouped(on.accounts)) accounts are throttled in \(on.lanes.joined(separator: ", ")), until \(Timestamp.text(until)) at "
                + "the latest: servers refused too many of their messages. `veredus account show` has the replies"
        )
    }

    /// The time from an opt-out to the recall of queued messages.
    static func optOuts(_ latency: LatencyHistogram) -> Finding {
        guard let half = latency.quantile(0.5), let most = latency.quantile(0.99), let worst = latency.worst else {
            return .note("opt-outs", "no latency measured yet")
        }
        return .note(
            "opt-outs",
            "from request to recall: half within \(half) ms, 99 of 100 within \(most) ms, all \(grouped(latency.total)) "
                + "within \(worst) ms"
        )
    }

    var line: String {
        let mark =
            switch verdict {
            case .ok: "ok       "
            case .note: "note     "
            case .problem: "PROBLEM  "
            }
        return mark + part + String(repeating: " ", count: max(1, 14 - part.count)) + text
    }

    var json: JSONValue {
        ["part": .string(part), "verdict": .string(verdict.rawValue), "text": .string(text)]
    }
}
