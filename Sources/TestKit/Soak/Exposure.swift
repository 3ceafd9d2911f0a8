import Shared
import TestKit

/// What all faults of a run together can have done, letter by letter: the bounds of I4 and I6, and more.
///
/// A sum would let a fault that did nothing pay for a letter that was lost elsewhere; here each extra copy and each
/// uncertain recipient must have been in a victim's hand itself.
struct Exposure: Sendable {
    private(set) var hands: [Hand] = []

    mutating func add(_ hand: Hand) { hands.append(hand) }

    /// I6: letters in victims' hands.
    var lettersInHand: Int { attempts.count }

    private var attempts: Set<Attempt> { Set(hands.flatMap { $0.letters.map(\.attempt) }) }

    /// I4: copies that were taken from a victim's hand, whose letters may be sent again.
    func copiesPastTheDot(_ log: CopyLog) -> Int { excused(log).values.reduce(0, +) }

    /// Such copies by recipient.
    private func excused(_ log: CopyLog) -> [DeliveryKey: Int] {
        var until: [Attempt: Double] = [:]
        for hand in hands {
            for letter in hand.letters {
                until[letter.attempt] = max(until[letter.attempt] ?? 0, hand.until ?? .infinity)
            }
        }
        var found: [DeliveryKey: Int] = [:]
        for (attempt, limit) in until {
            let copies = (log.times[attempt] ?? []).count { $0 <= limit }
            if copies > 0 { found[attempt.key, default: 0] += copies }
        }
        return found
    }

    /// Recipients who got more, or of whom less is known, than a fault of their own explains.
    func unexplained(_ record: CampaignRecord, _ log: CopyLog) -> [Breach] {
        let excused = excused(log)
        let attempts = attempts
        var copies: [DeliveryKey: Int] = [:]
        for (attempt, times) in log.times { copies[attempt.key, default: 0] += times.count }
        return record.rows.compactMap { row in
            let key = DeliveryKey(campaign: record.campaign, seq: row.seq)
            let extra = (copies[key] ?? 0) - 1 - Int(row.reopened)
            if extra > excused[key] ?? 0 {
                return Breach(.atLeastOnce, "\(row.seq): \(extra) extra copies, \(excused[key] ?? 0) of a victim's")
            }
            if row.state == .uncertain, !attempts.contains(Attempt(key: key, number: row.attempt)) {
                return Breach(.uncertain, "\(row.seq), attempt \(row.attempt), was in no victim's hand")
            }
            return nil
        }
    }
}
