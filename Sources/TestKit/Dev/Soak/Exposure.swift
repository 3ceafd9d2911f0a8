import Core
import TestKit

/// The possible effects of all faults of a run, message by message: the bounds of I4 and I6, and more.
///
/// In a sum, a fault without effect would excuse a message lost elsewhere; here each extra copy and each uncertain
/// recipient must itself have been in flight at a struck worker. A worker that no fault struck can lose its lease, too:
/// after a database crash, or on a machine too slow for a short lease. The sweep's records identify its messages, which
/// are reported.
struct Exposure: Sendable {
    private var hands: [InFlight] = []
    private var victims: Set<String> = []
    /// Messages swept from workers that no fault struck, by recipient.
    private var strays: [DeliveryKey: Int] = [:]
    /// Such workers.
    private(set) var leasesLost = 0

    mutating func add(_ hand: InFlight) {
        hands.append(hand)
        victims.formUnion(hand.workerRuns)
    }

    /// Finds what was swept from workers that no fault had struck.
    mutating func findStrays(in record: CampaignRecord) {
        var workerRuns: Set<Substring> = []
        for reply in record.replies where reply.text.hasSuffix("ended with it in flight") {
            let words = reply.text.split(separator: " ")
            guard words.count > 1, !victims.contains(String(words[1])) else { continue }
            workerRuns.insert(words[1])
            strays[DeliveryKey(campaign: record.campaign, seq: reply.seq), default: 0] += 1
        }
        leasesLost = workerRuns.count
    }

    /// I6: messages in flight at struck workers.
    var messagesInFlight: Int { attempts.count + strays.values.reduce(0, +) }

    private var attempts: Set<Attempt> { Set(hands.flatMap { $0.messages.map(\.attempt) }) }

    /// I4: copies accepted from struck workers, whose messages may be sent again.
    func copiesPastTheDot(_ log: CopyLog) -> Int {
        excused(log).values.reduce(0, +) + strays.values.reduce(0, +)
    }

    /// Such copies by recipient; a copy from after the victim woke is not one of them.
    private func excused(_ log: CopyLog) -> [DeliveryKey: Int] {
        var limits: [Attempt: Double] = [:]
        for hand in hands {
            for attempt in hand.messages.map(\.attempt) {
                limits[attempt] = max(limits[attempt] ?? 0, hand.until ?? .infinity)
            }
        }
        var found: [DeliveryKey: Int] = [:]
        for (attempt, limit) in limits {
            let copies = (log.times[attempt] ?? []).count { $0 <= limit }
            if copies > 0 { found[attempt.key, default: 0] += copies }
        }
        return found
    }

    /// Recipients with more copies, or less certainty, than a fault of their own explains.
    func unexplained(_ record: CampaignRecord, _ log: CopyLog) -> [Breach] {
        let excused = excused(log)
        let attempts = attempts
        var copies: [DeliveryKey: Int] = [:]
        for (attempt, times) in log.times { copies[attempt.key, default: 0] += times.count }
        return record.rows.compactMap { row in
            let key = DeliveryKey(campaign: record.campaign, seq: row.seq)
            let extra = (copies[key] ?? 0) - 1 - Int(row.reopened)
            if extra > (excused[key] ?? 0) + (strays[key] ?? 0) {
                return Breach(
                    .atLeastOnce,
                    "\(row.seq): extra copies that no fault explains. \(history(of: key, record, log))"
                )
            }
            if row.state == .uncertain, !attempts.contains(Attempt(key: key, number: row.attempt)), strays[key] == nil {
                return Breach(
                    .uncertain,
                    "\(row.seq): uncertain, but no fault explains it. \(history(of: key, record, log))"
                )
            }
            return nil
        }
    }

    /// All facts about one recipient, to find the cause; moments in seconds of the day.
    private func history(of key: DeliveryKey, _ record: CampaignRecord, _ log: CopyLog) -> String {
        func moment(_ time: Double) -> Double {
            (time * 1_000).rounded() / 1_000 - (time / 86_400).rounded(.down) * 86_400
        }
        let marks = record.marks.filter { $0.seq == key.seq }.map { "\($0.attempt) at \(moment($0.time))" }
        let copies = log.times.filter { $0.key.key == key }.map { "\($0.key.number) at \($0.value.map(moment))" }
        let replies = record.replies.filter { $0.seq == key.seq }.map(\.text)
        return "marks: \(marks.joined(separator: ", ")); copies: \(copies.joined(separator: ", ")); \(replies)"
    }
}
