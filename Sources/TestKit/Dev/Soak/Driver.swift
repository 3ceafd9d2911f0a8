import Core
import Foundation
import MailSimulator
import TestKit

/// Carries out a schedule, one fault after the other, and records the possible effects of each.
struct Driver {
    let stage: Stage
    let cluster: PostgresCluster
    let broker: PrivateBroker
    let campaign: CampaignID
    var report: Report
    var crew: Crew
    private var log: CopyLog
    private var exposure = Exposure()

    /// How long a fault may look for its target.
    private static let aim = Duration.seconds(40)
    /// A run with this many deviations is aborted.
    private static let mostTroubles = 8

    init(
        stage: Stage,
        cluster: PostgresCluster,
        broker: PrivateBroker,
        campaign: CampaignID,
        report: Report,
        crew: Crew
    ) throws {
        self.stage = stage
        self.cluster = cluster
        self.broker = broker
        self.campaign = campaign
        self.report = report
        self.crew = crew
        log = try CopyLog()
    }

    mutating func carryOut(_ schedule: Schedule) async throws {
        for (number, entry) in schedule.entries.enumerated() {
            guard try await waitForCopies(entry.copies) else {
                report.troubles.append("stalled at \(stage.simulator.summary.accepted) of \(entry.copies) copies")
                return
            }
            let words = entry.fault.words
            do {
                let hit = try await strike(entry.fault)
                tell("\(number + 1)/\(schedule.entries.count) at \(entry.copies): \(words): \(hit)")
            } catch let missed as Missed {
                let trouble = "fault \(number + 1), \(words), hit nothing: \(missed.description)"
                tell(trouble)
                report.troubles.append(trouble)
            }
        }
    }

    /// A fault without a target, or a run that cannot continue.
    struct Missed: Error, CustomStringConvertible {
        let description: String
    }

    // MARK: Faults

    private mutating func strike(_ fault: Schedule.Fault) async throws -> String {
        switch fault {
        case .killWorker(let place, let spot):
            let hit = try await killWorker(place, spot)
            report.kills["worker", default: 0] += 1
            return hit
        case .stopWorker(let place, let time): return try await stopWorker(place, for: .milliseconds(time))
        case .killProducer(let place):
            guard crew.producers[place].isRunning else { throw Missed(description: "it had ended") }
            crew.producers[place].crash()
            try crew.replaceProducer(place)
            report.kills["producer", default: 0] += 1
            return "replaced"
        case .killBroker(let isWiped):
            broker.kill()
            if isWiped { try broker.wipe() }
            try await broker.start()
            report.kills[isWiped ? "brokerWiped" : "broker", default: 0] += 1
            return "back"
        case .crashDatabase: return try await crashDatabase()
        }
    }

    private mutating func killWorker(_ place: Int, _ spot: Schedule.Spot) async throws -> String {
        let delay = Soak.replyDelaySeconds
        var (place, hand, holdsSince) = try await catchAt(spot, place)
        let program = crew.workers[place].program
        try await crew.kill(program)
        hand.add(try await crew.hand(of: program.process.pid, at: hand.frozenAt, &log))
        exposure.add(hand)
        let at = (
            past: hand.unanswered(replyDelay: delay), answered: hand.answered(replyDelay: delay),
            unacknowledged: hand.claimed(after: holdsSince)
        )
        report.spots[.anywhere, default: 0] += 1
        if at.past > 0 { report.spots[.pastDot, default: 0] += 1 }
        if at.answered > 0 { report.spots[.beforeRecord, default: 0] += 1 }
        if at.unacknowledged > 0 { report.spots[.beforeAck, default: 0] += 1 }
        try await crew.replaceWorker(place)
        return "\(hand.messages.count) in flight, \(at.past) past the dot, \(at.answered) replied to and not "
            + "recorded, \(at.unacknowledged) claimed and not acknowledged"
    }

    /// Stops a worker when it has a message in the wanted place; for `beforeAck`, whose acknowledgements are held back
    /// since the moment that is returned.
    private mutating func catchAt(
        _ spot: Schedule.Spot,
        _ place: Int
    ) async throws -> (place: Int, hand: InFlight, holdsSince: Double) {
        let delay = Soak.replyDelaySeconds
        guard spot == .beforeAck else {
            let (place, hand) = try await catchWorker(try await awake(from: place)) { hand in
                switch spot {
                case .anywhere, .beforeAck: !hand.isEmpty
                case .pastDot: hand.unanswered(replyDelay: delay) > 0
                case .beforeRecord: hand.answered(replyDelay: delay) > 0
                }
            }
            return (place, hand, .infinity)
        }
        let deadline = ContinuousClock.now + Self.aim
        var next = place
        while true {
            let place = try await awake(from: next)
            // From here on no acknowledgement reaches the broker; what is claimed later is claimed without one.
            try await crew.workers[place].proxy.set(.halfOpen(afterBytes: 0, .toServer))
            let holdsSince = Date().timeIntervalSince1970
            do {
                let (_, hand) = try await catchWorker(place, othersWillDo: false, within: .seconds(3)) { hand in
                    hand.claimed(after: holdsSince) > 0
                }
                return (place, hand, holdsSince)
            } catch let missed as Missed {
                // It had no job to claim, and gets none through a dead connection.
                try await crew.workers[place].proxy.set(.passOn)
                crew.workers[place].proxy.endConnections(byReset: true)
                guard ContinuousClock.now < deadline else { throw missed }
                next = (place + 1) % crew.workers.count
            }
        }
    }

    /// Its messages are swept meanwhile. Results of those past the dot no longer count; those before it must
    /// not be sent.
    private mutating func stopWorker(_ place: Int, for time: Duration) async throws -> String {
        let delay = Soak.replyDelaySeconds
        var (place, hand) = try await catchWorker(try await awake(from: place)) { hand in
            let past = hand.unanswered(replyDelay: delay)
            return past > 0 && hand.messages.count > past + hand.answered(replyDelay: delay)
        }
        let until = ContinuousClock.now + time
        // What it had sent to the database has been read by then, and the sweep has not come yet.
        try await Task.sleep(for: .seconds(1))
        hand.add(try await crew.hand(of: crew.workers[place].program.process.pid, at: hand.frozenAt, &log))
        crew.workers[place].sleep = (until, hand)
        report.kills["stopped", default: 0] += 1
        return "\(hand.messages.count) messages in flight, \(hand.unanswered(replyDelay: delay)) past the dot"
    }

    private mutating func crashDatabase() async throws -> String {
        // No worker can be inspected while it is gone.
        try await cluster.stop(.immediate)
        try await cluster.start()
        let hand = try await crew.hand(of: nil, at: Date().timeIntervalSince1970, &log)
        exposure.add(hand)
        report.kills["database", default: 0] += 1
        return "back, \(hand.messages.count) messages in flight"
    }

    /// Stops a worker when its messages in flight are as wanted; it is still stopped on return.
    ///
    /// - Parameters:
    ///   - place: The worker to try first.
    ///   - othersWillDo: Whether another one will do if this one has no such messages in flight.
    ///   - limit: How long to look.
    ///   - isWanted: Whether the messages in flight are as wanted.
    /// - Returns: The worker, and its messages in flight.
    /// - Throws: ``Missed``.
    private mutating func catchWorker(
        _ place: Int,
        othersWillDo: Bool = true,
        within limit: Duration = Self.aim,
        _ isWanted: (InFlight) -> Bool
    ) async throws -> (place: Int, hand: InFlight) {
        let deadline = ContinuousClock.now + limit
        var looks = 0
        while ContinuousClock.now < deadline {
            let place = othersWillDo ? (place + looks / 10) % crew.workers.count : place
            looks += 1
            let program = crew.workers[place].program
            guard crew.workers[place].sleep == nil, program.isRunning else {
                try await lookAfterTheCrew()
                try await Task.sleep(for: .milliseconds(1))
                continue
            }
            let frozenAt = try await crew.freeze(program)
            let hand = try await crew.hand(of: program.process.pid, at: frozenAt, &log)
            if isWanted(hand) {
                if hand.messages.count > Crew.handCapacity {
                    let words =
                        "a worker had \(hand.messages.count) messages in flight; the maximum is \(Crew.handCapacity)"
                    report.breaches.append(Breach(.uncertain, words))
                }
                return (place, hand)
            }
            program.send(SIGCONT)
            // An uneven step, so as not to fall into the pipeline's own rhythm.
            try await Task.sleep(for: .milliseconds(3 + looks * 17 % 50))
        }
        throw Missed(description: "no worker had such messages in flight in \(looks) looks")
    }

    /// A worker that runs: the one asked for, or the next.
    private mutating func awake(from place: Int) async throws -> Int {
        while true {
            try await lookAfterTheCrew()
            let places = crew.workers.indices.map { (place + $0) % crew.workers.count }
            if let awake = places.first(where: { crew.workers[$0].sleep == nil }) { return awake }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Lets a stopped worker go on.
    private mutating func go(_ place: Int, _ hand: InFlight) {
        var hand = hand
        // A copy that it sends from now on is its own fault, and excused by nothing.
        hand.until = Date().timeIntervalSince1970
        exposure.add(hand)
        crew.workers[place].program.send(SIGCONT)
        crew.workers[place].sleep = nil
    }

    // MARK: Waiting

    private mutating func waitForCopies(_ count: Int) async throws -> Bool {
        var last = (copies: -1, at: ContinuousClock.now)
        while true {
            let copies = stage.simulator.summary.accepted
            if copies >= count { return true }
            if copies != last.copies { last = (copies, .now) }
            guard ContinuousClock.now < last.at + Soak.patience else { return false }
            try await lookAfterTheCrew()
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private mutating func lookAfterTheCrew() async throws {
        for place in crew.workers.indices {
            if let sleep = crew.workers[place].sleep, sleep.until <= .now { go(place, sleep.hand) }
        }
        for death in try await crew.replaceTheDead() { report.troubles.append(death) }
        guard report.troubles.count < Self.mostTroubles else {
            throw Missed(description: "too much went wrong: \(report.troubles.joined(separator: "\n"))")
        }
    }

    /// Waits until the campaign has ended, or is stuck.
    mutating func waitForTheEnd() async throws {
        var last = (ended: -1, at: ContinuousClock.now)
        while true {
            try await lookAfterTheCrew()
            let totals = try await stage.readTotals(campaign)
            if totals.hasEnded, !crew.workers.contains(where: { $0.sleep != nil }) { break }
            let ended = DeliveryState.allCases.filter(\.isFinal).map { totals[$0] }.reduce(0, +)
            if ended != last.ended { last = (ended, .now) }
            guard ContinuousClock.now < last.at + Soak.patience else {
                report.troubles.append("the campaign is stuck: \(totals)")
                return
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        // A worker that was stopped and now continues might still send.
        try await Task.sleep(for: .seconds(1))
    }

    // MARK: Judging

    mutating func judge() async throws {
        let record = try await stage.record(of: campaign)
        log.read(stage.simulator)
        exposure.findStrays(in: record)
        report.leasesLost = exposure.leasesLost
        let extraBound = exposure.copiesPastTheDot(log)
        let truth = Truth(
            record,
            copies: log.all,
            bounds: .init(extraCopies: extraBound, uncertain: exposure.messagesInFlight)
        )
        report.extra = truth.extra
        report.lost = truth.lost
        report.uncertain = record.totals[.uncertain]
        report.extraBound = extraBound
        report.uncertainBound = exposure.messagesInFlight
        report.breaches += truth.breaches + exposure.unexplained(record, log)
        if truth.lost > 0 { report.breaches.append(Breach(.atLeastOnce, "\(truth.lost) recipients are lost")) }
        if record.totals[.dead] > 0 {
            report.breaches.append(Breach(.atRest, "\(record.totals[.dead]) are dead because of a crash"))
        }
        report.troubles += report.blindSpots
        tell(
            "totals at the end: \(record.totals.counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))"
        )
    }
}
