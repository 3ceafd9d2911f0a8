import Core

@testable import SMTP

/// Plays the server's side of an ``SMTPSession`` in a test: says lines, and notes what it is sent.
struct SMTPDialogue {
    static let second: MonotonicNanoseconds = 1_000_000_000

    var session: SMTPSession
    var now: MonotonicNanoseconds = Self.second
    private(set) var outcomes: [MessageOutcome] = []
    private(set) var mayTryAnotherConnection = false
    /// Writes since the last look.
    private(set) var writes: [String] = []

    init(_ offers: String..., limit: Int = .max) {
        var capabilities = SMTPCapabilities()
        for line in offers { capabilities.note(line) }
        session = SMTPSession(capabilities: capabilities, messagesLimit: limit, now: now)
    }

    static func message(
        _ content: String = "Subject: x\r\n\r\nhello\r\n",
        id: UInt64 = 7,
        sender: String = "bounce@example.org",
        recipient: String = "ada@example.com",
        is8Bit: Bool = false
    ) -> OutgoingMessage {
        OutgoingMessage(
            id: id,
            sender: Array(sender.utf8),
            recipient: Array(recipient.utf8),
            content: Array(content.utf8),
            is8Bit: is8Bit
        )
    }

    mutating func begin(_ message: OutgoingMessage = message()) {
        session.begin(message, now: now)
        settle()
    }

    /// The server says one line or more, each given without its line end.
    mutating func say(_ lines: String...) {
        for line in lines { receive(line + "\r\n") }
    }

    mutating func receive(_ text: String) {
        Array(text.utf8).withUnsafeBytes { session.received($0, now: now) }
        settle()
    }

    mutating func lose() {
        session.connectionLost("reset by peer")
        settle()
    }

    mutating func pass(_ seconds: UInt64) {
        now += seconds * Self.second
        session.timeOut(now: now)
        settle()
    }

    /// Takes the writes since the last look.
    mutating func takeWrites() -> [String] {
        defer { writes = [] }
        return writes
    }

    /// Writes nothing by itself when `holdsBack`: what a full socket does.
    var holdsBack = false

    mutating func settle() {
        while session.hasPending, !holdsBack {
            if session.pendingHoldsDot { session.passDot() }
            let bytes = session.withPending { Array($0) }
            session.wrote(bytes.count, now: now)
            writes.append(String(decoding: bytes, as: UTF8.self))
        }
        if let finished = session.takeFinished() {
            outcomes.append(finished.outcome)
            mayTryAnotherConnection = finished.mayTryAnotherConnection
        }
    }
}
