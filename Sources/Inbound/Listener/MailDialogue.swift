import Core
import Database
import NIOCore
import ReturnedMail

/// The server's side of one SMTP or LMTP connection, as a value: octets go in, replies and mails come out.
///
/// It accepts mail only for the signed addresses of the bounce domain, postmaster and abuse; it never relays or sends
/// mail. A mail is answered once the caller reports the outcome (``delivered(_:)``), and nothing more is read until
/// then. Sockets, clocks and storage are the caller's.
struct MailDialogue {
    struct Rules {
        var spoken = InboundProtocol.lmtp
        /// The domain of the addresses, which is also the server's name.
        var domain: String
        var offersTLS = false
        var mostBytes = 10 << 20
        var mostRecipients = 100
        /// Commands since the last mail, and commands that were refused, on one connection.
        var mostCommands = 1_000
        var mostRefusals = 20
        /// RFC 5321 §4.5.3.1.4 asks for 512, and more for long parameters.
        var mostLineBytes = 2_048
    }

    /// A mail that has ended with its final dot.
    struct Mail: Sendable, Equatable {
        /// Local parts as given in RCPT.
        let recipients: [[UInt8]]
        let bytes: [UInt8]
    }

    enum Action: Equatable {
        case reply(String)
        case deliver(Mail)
        case startTLS
        case close
    }

    /// Why the caller ends the connection.
    enum Ending { case idle, tooLong, stopping }

    private enum State { case commands, data(DataScanner), delivering(count: Int), closed }

    let rules: Rules
    /// Whether another mail may come now, by the peer's rate limit.
    private let takesMail: () -> Bool
    private let mayHold: (Int) -> Bool
    private var state = State.commands
    private var hasGreeted = false
    private var isEncrypted = false
    private var hasSender = false
    private var recipients: [[UInt8]] = []
    private var commands = 0
    private var refusals = 0
    private var ending: Ending?

    init(
        _ rules: Rules,
        takesMail: @escaping () -> Bool = { true },
        mayHold: @escaping (Int) -> Bool = { _ in true }
    ) {
        self.rules = rules
        self.takesMail = takesMail
        self.mayHold = mayHold
    }

    var isClosed: Bool { if case .closed = state { true } else { false } }
    /// Whether a mail waits for its verdict: nothing is read meanwhile.
    var isDelivering: Bool { if case .delivering = state { true } else { false } }

    /// Whether octets of a mail are held.
    var isHolding: Bool {
        switch state {
        case .data, .delivering: true
        case .commands, .closed: false
        }
    }

    /// The server's greeting.
    func greeting() -> String {
        "220 \(rules.domain) \(rules.spoken == .lmtp ? "LMTP" : "ESMTP") for returned mail only"
    }

    /// Consumes complete lines and mails; the rest is incomplete, or waits.
    mutating func receive(_ input: inout ByteBuffer) -> [Action] {
        var actions: [Action] = []
        while input.readableBytes > 0 {
            switch state {
            case .commands:
                guard let line = line(&input, &actions) else { return actions }
                guard let text = String(validating: line, as: UTF8.self),
                    !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
                else {
                    refuse("500 5.5.2 not a command", &actions)
                    continue
                }
                obey(text, &input, &actions)
            case .data(var scanner):
                state = .commands  // one owner of the bytes: no copy
                let hasEnded = scanner.scan(&input)
                guard hasEnded else {
                    state = .data(scanner)
                    return actions
                }
                finish(scanner, &actions)
            case .delivering, .closed: return actions
            }
        }
        return actions
    }

    /// Answers the mail that was passed to the caller.
    ///
    /// - Parameter verdicts: One per recipient, in order; missing ones are answered 451.
    /// - Returns: The replies.
    mutating func delivered(_ verdicts: [Verdict]) -> [Action] {
        guard case .delivering(let count) = state else { return [] }
        state = .commands
        let verdicts = verdicts + [Verdict](repeating: .later, count: max(0, count - verdicts.count))
        var actions: [Action] = []
        switch rules.spoken {
        case .lmtp: actions = verdicts.prefix(count).map { .reply($0.reply) }
        case .smtp: actions = [.reply(Verdict.ofAll(verdicts).reply)]
        }
        if let ending { actions += close(ending) }
        return actions
    }

    /// Ends the connection: at once, or after the answer to a mail that is being stored.
    mutating func end(_ ending: Ending) -> [Action] {
        switch state {
        case .closed: return []
        case .delivering:
            self.ending = ending
            return []
        case .data where ending == .stopping:
            // The mail is being stored: the sender would have to send it again.
            self.ending = ending
            return []
        case .commands, .data: return close(ending)
        }
    }

    private mutating func close(_ ending: Ending) -> [Action] {
        state = .closed
        let why =
            switch ending {
            case .idle: "4.4.2 idle for too long"
            case .tooLong: "4.4.2 connection open for too long"
            case .stopping: "4.3.2 shutting down, try again later"
            }
        return [.reply("421 \(why)"), .close]
    }

    // MARK: Lines

    /// The next command without its CRLF; `nil` if none is complete.
    private mutating func line(_ input: inout ByteBuffer, _ actions: inout [Action]) -> [UInt8]? {
        let view = input.readableBytesView.prefix(rules.mostLineBytes)
        guard let end = view.firstIndex(of: 0x0A) else {
            if view.count == rules.mostLineBytes { hangUp("500 5.5.2 line too long", &actions) }
            return nil
        }
        let count = end - view.startIndex
        guard let line = input.readBytes(length: count + 1)?.dropLast(), line.last == 0x0D else {
            // Such line ends may come from a message that is taken for commands.
            hangUp("500 5.5.2 lines must end with CRLF", &actions)
            return nil
        }
        return Array(line.dropLast())
    }

    private mutating func hangUp(_ reply: String, _ actions: inout [Action]) {
        state = .closed
        actions += [.reply(reply), .close]
    }

    private mutating func refuse(_ reply: String, _ actions: inout [Action]) {
        refusals += 1
        if refusals > rules.mostRefusals { return hangUp("421 4.7.0 too many errors", &actions) }
        actions.append(.reply(reply))
    }

    // MARK: Commands

    private mutating func obey(_ line: String, _ input: inout ByteBuffer, _ actions: inout [Action]) {
        commands += 1
        guard commands <= rules.mostCommands else { return hangUp("421 4.7.0 too many commands", &actions) }
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let argument = parts.count > 1 ? String(parts[1]) : ""
        switch parts[0].uppercased() {
        case "LHLO" where rules.spoken == .lmtp, "EHLO" where rules.spoken == .smtp:
            greet(argument, isExtended: true, &actions)
        case "HELO" where rules.spoken == .smtp: greet(argument, isExtended: false, &actions)
        case "LHLO", "EHLO", "HELO":
            refuse("500 5.5.1 this is \(rules.spoken == .lmtp ? "LMTP: say LHLO" : "SMTP: say EHLO")", &actions)
        case "MAIL": mail(argument, &actions)
        case "RCPT": rcpt(argument, &actions)
        case "DATA": data(argument, &actions)
        case "RSET":
            reset()
            actions.append(.reply("250 2.0.0 reset"))
        case "NOOP": actions.append(.reply("250 2.0.0 fine"))
        case "VRFY": actions.append(.reply("252 2.1.5 cannot verify, but will accept mail"))
        case "QUIT": hangUp("221 2.0.0 goodbye", &actions)
        case "STARTTLS" where rules.offersTLS && !isEncrypted:
            guard argument.isEmpty else { return refuse("501 5.5.4 STARTTLS takes no argument", &actions) }
            // Text after it, sent unencrypted, may come from an attacker.
            input.clear()
            (hasGreeted, isEncrypted) = (false, true)
            reset()
            actions += [.reply("220 2.0.0 ready for TLS"), .startTLS]
        default: refuse("502 5.5.1 command not implemented", &actions)
        }
    }

    private mutating func greet(_ name: String, isExtended: Bool, _ actions: inout [Action]) {
        guard !name.isEmpty else { return refuse("501 5.5.4 a host name is required", &actions) }
        hasGreeted = true
        reset()
        guard isExtended else { return actions.append(.reply("250 \(rules.domain)")) }
        var lines = [rules.domain, "PIPELINING", "SIZE \(rules.mostBytes)", "8BITMIME", "SMTPUTF8"]
        if rules.offersTLS, !isEncrypted { lines.append("STARTTLS") }
        lines.append("ENHANCEDSTATUSCODES")
        let reply = lines.enumerated().map { "250\($0 == lines.count - 1 ? " " : "-")\($1)" }
        actions.append(.reply(reply.joined(separator: "\r\n")))
    }

    private mutating func mail(_ argument: String, _ actions: inout [Action]) {
        guard hasGreeted else { return refuse("503 5.5.1 send a greeting first", &actions) }
        guard !hasSender else { return refuse("503 5.5.1 sender already given", &actions) }
        guard let path = MailPath(argument, after: "FROM:") else {
            return refuse("501 5.5.4 write MAIL FROM:<address>", &actions)
        }
        for parameter in path.parameters {
            switch (parameter.name, parameter.value) {
            case ("SIZE", let value?):
                guard let size = Int(value), size >= 0 else { return refuse("501 5.5.4 invalid SIZE", &actions) }
                guard size <= rules.mostBytes else { return refuse(tooBig, &actions) }
            case ("BODY", "7BIT"?), ("BODY", "8BITMIME"?), ("SMTPUTF8", nil): break
            default: return refuse("555 5.5.4 \(parameter.name.prefix(20)) is not supported", &actions)
            }
        }
        guard takesMail() else { return refuse("451 4.7.1 too many mails in a minute, try again later", &actions) }
        hasSender = true
        actions.append(.reply("250 2.1.0 sender ok"))
    }

    private mutating func rcpt(_ argument: String, _ actions: inout [Action]) {
        guard hasSender else { return refuse("503 5.5.1 MAIL comes first", &actions) }
        guard let path = MailPath(argument, after: "TO:") else {
            return refuse("501 5.5.4 write RCPT TO:<address>", &actions)
        }
        guard path.parameters.isEmpty else {
            return refuse("555 5.5.4 \(path.parameters[0].name.prefix(20)) is not supported", &actions)
        }
        let at = path.address.lastIndex(of: "@") ?? path.address.endIndex
        let local = Array(path.address[..<at].utf8)
        let isRole = ["postmaster", "abuse"].contains(path.address[..<at].lowercased())
        let domain = path.address[at...].dropFirst().lowercased()
        // RFC 5321 §4.5.1: postmaster without a domain, too.
        guard domain == rules.domain || isRole && domain.isEmpty else {
            return refuse("550 5.7.1 relaying denied", &actions)
        }
        guard isRole || MailSorter.isSignedShape(local) else {
            return refuse("550 5.1.1 no such mailbox here", &actions)
        }
        guard recipients.count < rules.mostRecipients else {
            return refuse("452 4.5.3 too many recipients", &actions)
        }
        recipients.append(local)
        actions.append(.reply("250 2.1.5 recipient ok"))
    }

    private mutating func data(_ argument: String, _ actions: inout [Action]) {
        guard argument.isEmpty else { return refuse("501 5.5.4 DATA takes no argument", &actions) }
        guard hasSender else { return refuse("503 5.5.1 MAIL comes first", &actions) }
        guard !recipients.isEmpty else { return refuse("503 5.5.1 no recipient was accepted", &actions) }
        state = .data(DataScanner(mostBytes: rules.mostBytes, mayHold: mayHold))
        actions.append(.reply("354 end with a dot on a line by itself"))
    }

    // MARK: Mails

    private mutating func finish(_ scanner: DataScanner, _ actions: inout [Action]) {
        let recipients = recipients
        reset()
        commands = 0
        guard !scanner.isDiscarding else {
            let reply =
                if scanner.hasBareLineFeed {
                    "550 5.6.0 a line of the mail ends without CR"
                } else if scanner.isTooBig {
                    tooBig
                } else {
                    "452 4.3.1 out of memory, try again later"
                }
            // LMTP answers for each recipient, RFC 2033 §4.2.
            for _ in 0..<(rules.spoken == .lmtp ? recipients.count : 1) { actions.append(.reply(reply)) }
            if scanner.hasBareLineFeed {
                state = .closed
                actions.append(.close)
            } else if let ending {
                actions += close(ending)
            }
            return
        }
        state = .delivering(count: recipients.count)
        actions.append(.deliver(Mail(recipients: recipients, bytes: scanner.bytes)))
    }

    private mutating func reset() {
        hasSender = false
        recipients = []
    }

    private var tooBig: String { "552 5.3.4 mail exceeds \(rules.mostBytes) bytes" }
}
