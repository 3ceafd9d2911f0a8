import NIOSSL

extension MailSimulator {
    /// How the simulator presents itself and how strict it is; the defaults are a fast, strict, plain server.
    package struct Configuration: Sendable {
        /// An extension that EHLO offers.
        package enum Extension: String, CaseIterable, Sendable {
            case pipelining, size, eightBitMIME = "8bitmime", smtpUTF8 = "smtputf8",
                enhancedStatusCodes = "enhancedstatuscodes", dsn
        }

        /// When a connection is encrypted.
        package enum TLS: Sendable {
            case never
            case startTLS(TLSConfiguration)
            case implicit(TLSConfiguration)
        }

        package var host = "127.0.0.1"
        /// 0 lets the system choose.
        package var port = 0
        /// The server's name in banner and EHLO.
        package var name = "simulator.invalid"
        package var extensions = Set(Extension.allCases)
        package var tls = TLS.never
        /// Whether MAIL is refused with 530 before TLS.
        package var requiresTLS = false

        /// Passwords by user; AUTH is offered when there are any, or ``tokens``.
        package var users: [String: String] = [:]
        /// Tokens that XOAUTH2 accepts, for any user.
        package var tokens: Set<String> = []
        /// Whether MAIL is refused with 530 before AUTH.
        package var requiresAuth = false
        /// Whether AUTH is offered without TLS.
        package var allowsPlaintextAuth = false

        package var maxSizeBytes = 50 << 20
        package var maxRecipients = 100
        /// The next connection is greeted with 421; `nil` for no limit.
        package var maxConnections: Int?
        /// After this many messages MAIL is answered 421; `nil` for no limit.
        package var maxMessagesPerConnection: Int?
        /// Transactions per second, after a burst of as many; beyond them MAIL is answered 451 4.7.28.
        package var maxMailsPerSecond: Int?
        /// A connection idle for this long is closed without a reply; `nil` for never.
        package var idleLimit: Duration?

        /// Whether a bare CR or LF is refused as well as counted: 521 in a command, 550 5.6.11 in content.
        package var refusesBareLineEnds = true
        /// Whether a line of more than 1000 octets is refused as well as counted: 500 in a command, 550 in content.
        package var refusesLongLines = true
        /// Whether DATA without a recipient is answered 354 (RFC 2920 §3.1 lets a server do so) and the dot 554.
        package var takesDataWithoutRecipients = false

        package var script = Script()
        /// The delay before every reply.
        package var delay: Duration = .zero
        /// The part of RCPTs, by recipient and attempt, that is answered 451 4.7.1.
        package var deferRate = 0.0
        /// The part of recipients that is always answered 550 5.1.1.
        package var rejectRate = 0.0
        /// The part of messages, by recipient and attempt, that is stored and never answered.
        package var forgetRate = 0.0
        /// Selects the recipients that the rates hit; the same seed hits the same ones.
        package var seed: UInt64 = 1

        /// How many of the first messages' octets are kept; all others are only counted.
        package var keepsContentOfFirst = 0
        /// Whether ``MailSimulator/accepted`` is filled; copies are counted anyway.
        package var keepsAccepted = true
        /// A JSON-lines file that is appended to.
        package var recordPath: String?
        /// A folder for one `.eml` file per message: its octets as received, dots unstuffed.
        package var spoolPath: String?

        /// Where reports and answers are sent to, by SMTP; `nil` for nowhere.
        package var inbound: (host: String, port: Int)?
        /// How long `bounce-later` waits.
        package var laterAfter: Duration = .seconds(3)

        /// How recipients act on messages; `nil` for not at all.
        package var readers: ReaderHabits?

        package var threads = 1

        package init() {}

        /// The rates, which are parts of one; a message for people when one is not.
        package var problem: String? {
            let habits = readers ?? ReaderHabits()
            for (name, rate) in [
                ("defer", deferRate), ("reject", rejectRate), ("forget", forgetRate), ("open", habits.openRate),
                ("click", habits.clickRate), ("leave", habits.leaveRate),
            ]
            where !(0...1).contains(rate) {
                return "The \(name) rate is \(rate). Give a number from 0 to 1."
            }
            return nil
        }
    }
}
