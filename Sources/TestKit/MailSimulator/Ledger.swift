import NIOCore
import Synchronization

/// What all connections share: attempts, accepted copies, counters, and who waits for them.
///
/// Every method is one short critical section; none is called with another's lock held.
final class Ledger: Sendable {
    /// A recipient and a Message-ID.
    private struct Letter: Hashable {
        let recipient: String
        let messageID: String
    }

    private struct Waiter {
        let count: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Books {
        var summary = Summary()
        var accepted: [AcceptedMessage] = []
        var attempts: [String: Int] = [:]
        var copies: [Letter: Int] = [:]
        var copiesByRecipient: [String: Int] = [:]
        var ruleUses: [Int: Int] = [:]
        var keptMessages = 0
        var allowance = 0.0
        var allowanceAt: NIODeadline?
        var waiters: [Int: Waiter] = [:]
        var lastWaiter = 0
    }

    private let books = Mutex(Books())
    private let configuration: MailSimulator.Configuration
    private let record: RecordFile?
    private let spool: Spool?
    /// Takes back what comes back; `nil` where nothing does.
    let postman: Postman?
    /// Read what was accepted; `nil` where nobody does.
    let readers: Readers?

    init(_ configuration: MailSimulator.Configuration, postman: Postman? = nil, readers: Readers? = nil) throws {
        self.postman = postman
        self.readers = readers
        self.configuration = configuration
        record = try configuration.recordPath.map { try RecordFile(path: $0) }
        spool = try configuration.spoolPath.map { try Spool(folder: $0) }
    }

    var summary: Summary {
        var summary = books.withLock { $0.summary }
        summary.sentBack = postman?.sent ?? 0
        return summary
    }
    var accepted: [AcceptedMessage] { books.withLock { $0.accepted } }

    func copies(of recipient: String) -> Int {
        books.withLock { $0.copiesByRecipient[recipient] ?? 0 }
    }

    func copies(of recipient: String, messageID: String) -> Int {
        books.withLock { $0.copies[Letter(recipient: recipient, messageID: messageID)] ?? 0 }
    }

    func attempts(of recipient: String) -> Int {
        books.withLock { $0.attempts[recipient] ?? 0 }
    }

    /// The connection's number, and whether it is one too many.
    func opened() -> (number: Int, isTooMany: Bool) {
        books.withLock { books in
            books.summary.connections += 1
            books.summary.open += 1
            books.summary.mostOpen = max(books.summary.mostOpen, books.summary.open)
            let limit = configuration.maxConnections ?? .max
            return (books.summary.connections, books.summary.open > limit)
        }
    }

    func closed() {
        books.withLock { $0.summary.open -= 1 }
    }

    func countAttempt(of address: String) -> Int {
        books.withLock { books in
            books.attempts[address, default: 0] += 1
            return books.attempts[address, default: 0]
        }
    }

    func count(_ violation: Violation, times: Int = 1) {
        books.withLock { $0.summary.violations[violation, default: 0] += times }
    }

    func countRefusal(at step: Behaviour.Step) {
        books.withLock { $0.summary.refused[step, default: 0] += 1 }
    }

    /// Whether a rule that may be limited in number still applies, and counts that it did.
    func mayUse(rule index: Int, times: Int?) -> Bool {
        guard let times else { return true }
        return books.withLock { books in
            guard books.ruleUses[index, default: 0] < times else { return false }
            books.ruleUses[index, default: 0] += 1
            return true
        }
    }

    /// Whether one more transaction fits into the rate; a bucket that holds one second's worth.
    func isWithinRate(now: NIODeadline) -> Bool {
        guard let rate = configuration.maxMailsPerSecond.map(Double.init) else { return true }
        return books.withLock { books in
            let elapsed = books.allowanceAt.map { Double((now - $0).nanoseconds) / 1e9 } ?? 1
            books.allowanceAt = now
            books.allowance = min(rate, books.allowance + elapsed * rate)
            guard books.allowance >= 1 else { return false }
            books.allowance -= 1
            return true
        }
    }

    /// Whether the next message's octets are wanted.
    func keepsNextContent() -> Bool {
        if spool != nil || readers != nil { return true }
        guard configuration.keepsContentOfFirst > 0 else { return false }
        return books.withLock { $0.keptMessages < configuration.keepsContentOfFirst }
    }

    /// Takes responsibility for a message: from here on it counts, whatever becomes of the connection.
    func accept(_ message: ReceivedMessage) {
        let time = secondsSince1970()
        let bytes = message.content.map { Array($0.readableBytesView) }
        let (copies, number, satisfied) = books.withLock { books in
            enter(message, time: time, bytes: bytes, in: &books)
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
        in books: inout Books
    ) -> (copies: [AcceptedMessage], number: Int, satisfied: [Waiter]) {
        let keeps = bytes != nil && books.keptMessages < configuration.keepsContentOfFirst
        if keeps { books.keptMessages += 1 }
        books.summary.messages += 1
        books.summary.bytes += message.sizeBytes
        var copies: [AcceptedMessage] = []
        for recipient in message.recipients {
            let letter = Letter(recipient: recipient.address, messageID: message.messageID ?? "")
            books.copies[letter, default: 0] += 1
            books.copiesByRecipient[recipient.address, default: 0] += 1
            let copy = books.copies[letter, default: 1]
            books.summary.accepted += 1
            if copy == 1 { books.summary.distinct += 1 }
            if copy == 2 { books.summary.repeated += 1 }
            if !message.isAnswered { books.summary.unanswered += 1 }
            copies.append(message.copy(copy, for: recipient, time: time, content: keeps ? bytes : nil))
        }
        if configuration.keepsAccepted { books.accepted += copies }
        let count = books.summary.accepted
        let satisfied = books.waiters.filter { $0.value.count <= count }
        for key in satisfied.keys { books.waiters[key] = nil }
        return (copies, books.summary.messages, Array(satisfied.values))
    }

    /// Returns when so many copies are accepted; throws when the task is cancelled.
    func waitForAccepted(count: Int) async throws {
        let key = books.withLock { books in
            books.lastWaiter += 1
            return books.lastWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isDone = books.withLock { books in
                    guard books.summary.accepted < count, !Task.isCancelled else { return true }
                    books.waiters[key] = Waiter(count: count, continuation: continuation)
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            let waiter = books.withLock { $0.waiters.removeValue(forKey: key) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
        try Task.checkCancellation()
    }

    /// Writes what the record has in hand.
    func flush() {
        record?.flush()
    }
}
