import NIOCore
import Synchronization

/// The state that all connections share: attempts, accepted copies, counters, and their waiters.
///
/// Every method is one short critical section; none is called with another's lock held.
final class Ledger: Sendable {
    /// A recipient and a Message-ID.
    private struct CopyKey: Hashable {
        let recipient: String
        let messageID: String
    }

    private struct Waiter {
        let count: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Totals {
        var summary = Summary()
        var accepted: [AcceptedMessage] = []
        var attempts: [String: Int] = [:]
        var copies: [CopyKey: Int] = [:]
        var copiesByRecipient: [String: Int] = [:]
        var ruleUses: [Int: Int] = [:]
        var keptMessages = 0
        var allowance = 0.0
        var allowanceAt: NIODeadline?
        var waiters: [Int: Waiter] = [:]
        var lastWaiter = 0
    }

    private let totals = Mutex(Totals())
    private let configuration: MailSimulator.Configuration
    private let record: RecordFile?
    private let spool: Spool?
    /// Sends mail back; `nil` if none is sent.
    let postman: Postman?
    /// Read accepted messages; `nil` without readers.
    let readers: Readers?

    init(_ configuration: MailSimulator.Configuration, postman: Postman? = nil, readers: Readers? = nil) throws {
        self.postman = postman
        self.readers = readers
        self.configuration = configuration
        record = try configuration.recordPath.map { try RecordFile(path: $0) }
        spool = try configuration.spoolPath.map { try Spool(folder: $0) }
    }

    var summary: Summary {
        var summary = totals.withLock { $0.summary }
        summary.sentBack = postman?.sent ?? 0
        return summary
    }
    var accepted: [AcceptedMessage] { totals.withLock { $0.accepted } }

    func copies(of recipient: String) -> Int {
        totals.withLock { $0.copiesByRecipient[recipient] ?? 0 }
    }

    func copies(of recipient: String, messageID: String) -> Int {
        totals.withLock { $0.copies[CopyKey(recipient: recipient, messageID: messageID)] ?? 0 }
    }

    func attempts(of recipient: String) -> Int {
        totals.withLock { $0.attempts[recipient] ?? 0 }
    }

    /// The connection's number, and whether it is one too many.
    func opened() -> (number: Int, isTooMany: Bool) {
        totals.withLock { totals in
            totals.summary.connections += 1
            totals.summary.open += 1
            totals.summary.mostOpen = max(totals.summary.mostOpen, totals.summary.open)
            let limit = configuration.maxConnections ?? .max
            return (totals.summary.connections, totals.summary.open > limit)
        }
    }

    func closed() {
        totals.withLock { $0.summary.open -= 1 }
    }

    func countAttempt(of address: String) -> Int {
        totals.withLock { totals in
            totals.attempts[address, default: 0] += 1
            return totals.attempts[address, default: 0]
        }
    }

    func count(_ violation: Violation, times: Int = 1) {
        totals.withLock { $0.summary.violations[violation, default: 0] += times }
    }

    func countRefusal(at step: Behaviour.Step) {
        totals.withLock { $0.summary.refused[step, default: 0] += 1 }
    }

    /// Whether a rule that may be limited in number still applies, and counts that it did.
    func mayUse(rule index: Int, times: Int?) -> Bool {
        guard let times else { return true }
        return totals.withLock { totals in
            guard totals.ruleUses[index, default: 0] < times else { return false }
            totals.ruleUses[index, default: 0] += 1
            return true
        }
    }

    /// Whether one more transaction fits into the rate; a bucket that holds one second's worth.
    func isWithinRate(now: NIODeadline) -> Bool {
        guard let rate = configuration.maxMailsPerSecond.map(Double.init) else { return true }
        return totals.withLock { totals in
            let elapsed = totals.allowanceAt.map { Double((now - $0).nanoseconds) / 1e9 } ?? 1
            totals.allowanceAt = now
            totals.allowance = min(rate, totals.allowance + elapsed * rate)
            guard totals.allowance >= 1 else { return false }
            totals.allowance -= 1
            return true
        }
    }

    /// Whether the next message's octets are wanted.
    func keepsNextContent() -> Bool {
        if spool != nil || readers != nil { return true }
        guard configuration.keepsContentOfFirst > 0 else { return false }
        return totals.withLock { $0.keptMessages < configuration.keepsContentOfFirst }
    }

    /// Takes responsibility for a message: from here on it counts, whatever happens to the connection.
    func accept(_ message: ReceivedMessage) {
        let time = secondsSince1970()
        let bytes = message.content.map { Array($0.readableBytesView) }
        let (copies, number, satisfied) = totals.withLock { totals in
            enter(message, time: time, bytes: bytes, in: &totals)
        }
        if let bytes {
            spool?.write(bytes, number: number)
            for recipient in message.recipients { readers?.read(bytes, recipient: recipient.address) }
        }
        if let record { record.append(copies, message: number) }
        for waiter in satisfied { waiter.continuation.resume() }
    }

    private func enter(
        _ message: ReceivedMessage,
        time: Double,
        bytes: [UInt8]?,
        in totals: inout Totals
    ) -> (copies: [AcceptedMessage], number: Int, satisfied: [Waiter]) {
        let keeps = bytes != nil && totals.keptMessages < configuration.keepsContentOfFirst
        if keeps { totals.keptMessages += 1 }
        totals.summary.messages += 1
        totals.summary.bytes += message.sizeBytes
        var copies: [AcceptedMessage] = []
        for recipient in message.recipients {
            let key = CopyKey(recipient: recipient.address, messageID: message.messageID ?? "")
            totals.copies[key, default: 0] += 1
            totals.copiesByRecipient[recipient.address, default: 0] += 1
            let copy = totals.copies[key, default: 1]
            totals.summary.accepted += 1
            if copy == 1 { totals.summary.distinct += 1 }
            if copy == 2 { totals.summary.repeated += 1 }
            if !message.isAnswered { totals.summary.unanswered += 1 }
            copies.append(message.copy(copy, for: recipient, time: time, content: keeps ? bytes : nil))
        }
        if configuration.keepsAccepted { totals.accepted += copies }
        let count = totals.summary.accepted
        let satisfied = totals.waiters.filter { $0.value.count <= count }
        for key in satisfied.keys { totals.waiters[key] = nil }
        return (copies, totals.summary.messages, Array(satisfied.values))
    }

    /// Returns once this many copies are accepted; throws if the task is cancelled.
    func waitForAccepted(count: Int) async throws {
        let key = totals.withLock { totals in
            totals.lastWaiter += 1
            return totals.lastWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isDone = totals.withLock { totals in
                    guard totals.summary.accepted < count, !Task.isCancelled else { return true }
                    totals.waiters[key] = Waiter(count: count, continuation: continuation)
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            let waiter = totals.withLock { $0.waiters.removeValue(forKey: key) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
        try Task.checkCancellation()
    }

    /// Writes what the record has in flight.
    func flush() {
        record?.flush()
    }
}
