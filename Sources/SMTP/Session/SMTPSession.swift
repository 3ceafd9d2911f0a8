import Core

/// The mail transactions of one connection after its login, as a value: received bytes go in; bytes to write and
/// messages' outcomes come out.
///
/// One message at a time, one recipient a message. It decides the effect of each reply, silence or loss; sockets,
/// clocks and the choice of the next message are the caller's. After every call the caller looks at ``phase``,
/// ``takeFinished()`` and ``withPending(_:)``. When a session is `closed`, the caller closes the connection.
package struct SMTPSession: Sendable {
    /// What the connection waits for.
    package enum Phase: Sendable, Equatable {
        /// Nothing: it can begin a message.
        case idle
        case mail, rcpt, data
        /// The content goes out, or has gone out and its reply is due.
        case dot
        /// After a refused RCPT that a 354 followed nevertheless: the reply to an empty message without recipients.
        case loneDot
        case reset, quit, closed
    }

    /// A message that has ended on this connection.
    package struct Finished: Sendable, Equatable {
        package let outcome: MessageOutcome
        /// A connection that had been idle turned out to be closed before the server said anything about this message;
        /// on another connection it is as new.
        package let mayTryAnotherConnection: Bool
    }

    package let capabilities: SMTPCapabilities
    package internal(set) var phase: Phase = .idle
    /// Whether a final dot of the message under way may have left: from then on a loss is `unknown`.
    package internal(set) var isPastDot = false
    /// When to call ``timeOut(now:)``; `.max` while nothing is due.
    package internal(set) var deadline: MonotonicNanoseconds = .max

    let timeouts: SMTPTimeouts
    let messagesLimit: Int
    var messagesBegun = 0
    var parser = SMTPReplyParser()
    var finished: Finished?
    /// The message under way; `nil` once its outcome is known.
    var message: UnderWay?
    var transactionEnd: MonotonicNanoseconds = .max
    private let bornAt: MonotonicNanoseconds

    /// Commands and content in the order in which they go out; reused from message to message.
    var output: [UInt8] = []
    /// How much of `output` is written, and how much may be.
    var written = 0
    var allowed = 0
    /// Where the commands of the message under way end in `output`.
    var commandEnds = (mail: 0, rcpt: 0, data: 0)

    /// What must be remembered of a message until it has ended.
    struct UnderWay: Sendable {
        let id: UInt64
        let recipient: [UInt8]
        let isOnWarmConnection: Bool
        var isAnswered = false
    }

    /// - Parameters:
    ///   - capabilities: What the last EHLO was answered.
    ///   - timeouts: Only those from `mail` on are used.
    ///   - messagesLimit: After so many messages it says QUIT; at least 1.
    ///   - now: A message begun at this very moment is not on a connection that has been idle.
    package init(
        capabilities: SMTPCapabilities,
        timeouts: SMTPTimeouts = SMTPTimeouts(),
        messagesLimit: Int = .max,
        now: MonotonicNanoseconds
    ) {
        self.capabilities = capabilities
        self.timeouts = timeouts
        self.messagesLimit = max(1, messagesLimit)
        bornAt = now
    }

    /// Takes the message that has ended since the last call.
    package mutating func takeFinished() -> Finished? {
        defer { finished = nil }
        return finished
    }

    /// Begins a message; only while ``phase`` is `idle`.
    ///
    /// A message that must not leave is finished at once, and the session stays idle.
    package mutating func begin(_ message: OutgoingMessage, now: MonotonicNanoseconds) {
        guard phase == .idle else {
            finished = Finished(
                outcome: MessageOutcome(id: message.id, judgement: .notStarted, code: 0, text: "busy", step: .connect),
                mayTryAnotherConnection: false
            )
            return
        }
        let isWarm = messagesBegun > 0 || now > bornAt
        self.message = UnderWay(id: message.id, recipient: message.recipient, isOnWarmConnection: isWarm)
        isPastDot = false
        do {
            try stage(message)
        } catch {
            finish(error.judgement, text: error.reason, step: .mail)
            return
        }
        messagesBegun += 1
        transactionEnd = now &+ timeouts.transaction.nanoseconds
        allowed = capabilities.pipelining ? commandEnds.data : commandEnds.mail
        enter(.mail, limit: timeouts.mail, now: now)
    }

    /// Says QUIT; only while ``phase`` is `idle`.
    package mutating func quit(now: MonotonicNanoseconds) {
        guard phase == .idle else { return }
        write("QUIT\r\n")
        enter(.quit, limit: timeouts.quit, now: now)
    }

    // MARK: Writing

    /// How many bytes one write offers at most: whole records of TLS.
    private static var chunk: Int { 65_536 }

    /// What may be written now; empty when the next move is the server's.
    private var pending: Range<Int> {
        guard phase != .closed, written < allowed else { return written..<written }
        guard allowed - written > Self.chunk else { return written..<allowed }
        // The final dot is never torn from its line end: it goes with the last write, and with no other.
        return written..<min(written + Self.chunk, allowed - 3)
    }

    package var hasPending: Bool { phase != .closed && written < allowed }

    /// Whether the next write holds a final dot: ask the fence, then call ``passDot()``, then write.
    package var pendingHoldsDot: Bool { phase == .dot && hasPending && pending.upperBound == output.count }

    /// Hands the bytes of the next write to `body`. Until ``wrote(_:now:)`` they are the same bytes at the same
    /// address, as OpenSSL demands of a write that is tried again (SSL_write(3)). Mutating, or it would be called on a
    /// copy of the session.
    package mutating func withPending<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        output.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[pending])) }
    }

    /// The point of no return: call it before the write that holds the final dot.
    package mutating func passDot() { isPastDot = true }

    /// Notes that so many of the pending bytes were taken.
    package mutating func wrote(_ count: Int, now: MonotonicNanoseconds) {
        written += min(count, allowed - written)
        guard phase == .dot else { return }
        if written == output.count {
            deadline = now &+ timeouts.dot.nanoseconds
        } else {
            deadline = min(now &+ timeouts.block.nanoseconds, transactionEnd)
        }
    }

    // MARK: Ends

    /// The peer closed the connection, or the network failed.
    ///
    /// - Parameter reason: libcurl's words, without an address.
    package mutating func connectionLost(_ reason: String) {
        if let message, !isPastDot, !message.isAnswered, message.isOnWarmConnection {
            finish(.later, text: reason, step: step, mayTryAnotherConnection: true)
        }
        breakOff(reason)
    }

    /// Call it when ``deadline`` has come; earlier it does nothing.
    package mutating func timeOut(now: MonotonicNanoseconds) {
        guard now >= deadline else { return }
        let what = hasPending ? "the server takes no more bytes" : "no reply in time"
        breakOff("\(what) (\(stepName))")
    }

    /// The fence does not allow the final dot: none of it is sent, and the connection is closed.
    package mutating func fence() {
        if !isPastDot { finish(.notStarted, text: "the lease of this worker has ended", step: .dot) }
        breakOff("the lease of this worker has ended")
    }

    /// Ends the current message: a deliberate loss.
    package mutating func stop() {
        breakOff(isPastDot ? "stopped while waiting" : "stopped before the end of the message", isStopped: true)
    }

    /// Closes without QUIT; the current message is `unknown` past the dot, otherwise `later`.
    mutating func breakOff(_ reason: String, isStopped: Bool = false) {
        finish(isPastDot ? .unknown : .later, text: reason, step: step, isStopped: isStopped)
        phase = .closed
        deadline = .max
    }

    // MARK: Parts

    mutating func finish(
        _ judgement: Judgement,
        code: Int = 0,
        text: String,
        step: SMTPStep,
        mayTryAnotherConnection: Bool = false,
        isStopped: Bool = false
    ) {
        guard let ended = message else { return }
        message = nil
        let outcome = MessageOutcome(
            id: ended.id,
            judgement: judgement,
            code: Int16(code),
            text: text,
            step: step,
            isStopped: isStopped
        )
        finished = Finished(outcome: outcome, mayTryAnotherConnection: mayTryAnotherConnection)
    }

    mutating func enter(_ next: Phase, limit: Duration, now: MonotonicNanoseconds) {
        phase = next
        let due = now &+ limit.nanoseconds
        deadline = message == nil || next == .quit ? due : min(due, transactionEnd)
    }

    /// Puts a command of its own in place of the output, which must be written.
    mutating func write(_ command: StaticString) {
        output.removeAll(keepingCapacity: true)
        output.append(contentsOf: UnsafeBufferPointer(start: command.utf8Start, count: command.utf8CodeUnitCount))
        written = 0
        allowed = output.count
    }

    var step: SMTPStep {
        switch phase {
        case .idle, .mail: .mail
        case .rcpt, .reset: .rcpt
        case .data: .data
        case .dot, .loneDot: .dot
        case .quit, .closed: .quit
        }
    }

    private var stepName: String {
        switch phase {
        case .dot: hasPending ? "content" : "final dot"
        case .loneDot: "final dot"
        case .idle: "idle"
        case .mail: "mail"
        case .rcpt: "rcpt"
        case .reset: "reset"
        case .data: "data"
        case .quit: "quit"
        case .closed: "closed"
        }
    }
}
