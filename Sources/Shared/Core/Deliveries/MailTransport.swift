/// One rendered message and its envelope, ready for SMTP.
package struct OutgoingMessage: Sendable {
    /// The caller's own number; the outcome bears it.
    package let id: UInt64
    /// MAIL FROM without angle brackets; empty for the null return path.
    package let sender: [UInt8]
    /// RCPT TO without angle brackets.
    package let recipient: [UInt8]
    /// The message as of RFC 5322: CRLF line ends only, ends with CRLF, dots not stuffed yet.
    package let content: [UInt8]
    /// Whether the content has octets above 127 outside an encoding (BODY=8BITMIME is asked for).
    package let is8Bit: Bool
    /// Its place in flight, for ``FlightNotes``.
    package let slot: Int

    package init(
        id: UInt64,
        sender: [UInt8],
        recipient: [UInt8],
        content: [UInt8],
        is8Bit: Bool = false,
        slot: Int = 0
    ) {
        self.id = id
        self.sender = sender
        self.recipient = recipient
        self.content = content
        self.is8Bit = is8Bit
        self.slot = slot
    }
}

/// Notes how far each message in flight has come, where the notes outlive the process.
///
/// `false` says that another process has taken the message over: it must not be sent.
package protocol FlightNotes: Sendable {
    /// A connection gets the message; also when another connection had it before.
    func begin(_ slot: Int) -> Bool

    /// Asks for leave to send the final dot, before any byte of it is sent.
    func allowDot(_ slot: Int) -> Bool

    /// The message has ended on a connection.
    func ended(_ slot: Int, _ outcome: MessageOutcome)
}

/// Where nothing is noted.
package struct NoFlightNotes: FlightNotes {
    package init() {}

    package func begin(_ slot: Int) -> Bool { true }
    package func allowDot(_ slot: Int) -> Bool { true }
    package func ended(_ slot: Int, _ outcome: MessageOutcome) {}
}

/// The outcome of one message, in the server's words.
package struct MessageOutcome: Sendable, Equatable {
    /// The message's own number.
    package let id: UInt64
    package let judgement: Judgement
    /// The SMTP reply code, 0 without a reply.
    package let code: Int16
    /// The reply's text after the code, or Veredus's own reason; at most 500 bytes, printable.
    package let text: String
    /// The step whose reply, or whose silence, decided.
    package let step: SMTPStep
    /// Whether the worker itself broke it off in order to stop.
    package let isStopped: Bool

    package init(
        id: UInt64,
        judgement: Judgement,
        code: Int16,
        text: String,
        step: SMTPStep,
        isStopped: Bool = false
    ) {
        self.id = id
        self.judgement = judgement
        self.code = code
        self.text = text
        self.step = step
        self.isStopped = isStopped
    }
}

/// The meaning of a reply, or of its absence, for the recipient; `replies.judgement`.
package enum Judgement: Int16, WireNamed {
    /// 2xx to the final dot: the receiving server is responsible now.
    case accepted = 0
    /// Try again after a wait: 4xx, no connection, or a loss before the final dot.
    case later = 1
    /// This recipient's address does not work and will not.
    case never = 2
    /// Refused for good, but for a reason that says nothing about the mailbox (policy, size, content).
    case notThisMessage = 3
    /// The connection was lost after the final dot was sent: it may have been accepted.
    case unknown = 4
    /// Not handed to a connection in time, or fenced: nothing left this machine; put it back.
    case notStarted = 5

    package var name: String {
        switch self {
        case .accepted: "accepted"
        case .later: "later"
        case .never: "never"
        case .notThisMessage: "not-this-message"
        case .unknown: "unknown"
        case .notStarted: "not-started"
        }
    }
}

/// The steps of a mail transaction, RFC 5321 §3.3, in their order; `replies.step`.
package enum SMTPStep: Int16, WireNamed {
    case connect = 0
    case greeting = 1
    case ehlo = 2
    case startTLS = 3
    case auth = 4
    case mail = 5
    case rcpt = 6
    case data = 7
    case dot = 8
    case quit = 9

    package var name: String {
        switch self {
        case .connect: "connect"
        case .greeting: "greeting"
        case .ehlo: "ehlo"
        case .startTLS: "starttls"
        case .auth: "auth"
        case .mail: "mail"
        case .rcpt: "rcpt"
        case .data: "data"
        case .dot: "dot"
        case .quit: "quit"
        }
    }
}

extension MessageOutcome {
    /// Whether the route failed before the message's transaction began: it says nothing about message or recipient.
    package var isOfRoute: Bool { judgement == .later && step.rawValue < SMTPStep.mail.rawValue }
}

/// Sends messages; SMTP, or a fake in tests.
package protocol MailTransport: Sendable {
    /// Takes messages and returns at once; each comes back exactly once through ``outcomes()``.
    func send(_ messages: [OutgoingMessage])

    /// Waits for at least one outcome and returns all available; empty once closed and drained.
    func outcomes() async -> [MessageOutcome]

    /// Takes no more messages; those waiting for a connection come back `notStarted`, those under way have `grace`
    /// to end, after which those before the dot come back `later` and those past it `unknown`. Then QUIT.
    func close(grace: Duration) async
}
