import NIOCore

/// The server's side of one SMTP connection: octets in, actions out; it does no IO and has no clock but `now`.
///
/// It takes one command, or one piece of content, at a time: the next follows only after the actions
/// of the previous one, as in a server that replies before it reads on.
struct Session {
    enum Action {
        case wait(milliseconds: Int)
        /// All at once, or an octet at a time with a pause after each.
        case send([UInt8], dripMilliseconds: Int?)
        /// Replies until the limit, then ``cut``.
        case flood(code: Int)
        case startTLS
        /// Pending output is sent; then the connection is closed.
        case close
        /// Closed as by a crash, without a closing alert of TLS.
        case cut
    }

    enum Phase {
        case commands
        case auth(AuthDialogue)
        case content(ContentScanner, cutAfterBytes: Int?)
        case over
    }

    let configuration: MailSimulator.Configuration
    let ledger: Ledger
    let number: Int
    var actions: [Action] = []
    var phase = Phase.commands
    var isEncrypted: Bool
    var user: String?
    /// Whether EHLO was accepted, so that extensions apply.
    var isExtended = false
    var isGreeted = false
    var messages = 0
    var transaction: Transaction?
    var connectionBehaviours: [Behaviour] = []
    let baseDelayMilliseconds: Int

    init(_ configuration: MailSimulator.Configuration, ledger: Ledger, number: Int, isEncrypted: Bool) {
        self.configuration = configuration
        self.ledger = ledger
        self.number = number
        self.isEncrypted = isEncrypted
        baseDelayMilliseconds = Int(configuration.delay / .milliseconds(1))
    }

    /// Queues the banner.
    mutating func greet(isTooMany: Bool) {
        connectionBehaviours = rules { $0 == .connection }
        if isTooMany {
            refuse(at: .banner, Reply(421, "4.3.2", "\(configuration.name) too many connections"))
        } else {
            answer(.banner, Reply(220, "\(configuration.name) ESMTP simulator"), effect(at: .banner))
        }
    }

    /// Takes one command, or the available content.
    ///
    /// - Returns: Whether anything was taken; `false` asks for more octets.
    mutating func receive(_ input: inout ByteBuffer, now: NIODeadline) -> Bool {
        switch phase {
        case .over:
            input.clear()
            return false
        case .content(var scanner, let cut):
            // Moved out, so that the scanner's buffer is not copied on every write.
            phase = .over
            return receiveContent(&input, &scanner, cutAfterBytes: cut)
        case .commands, .auth:
            guard let line = takeLine(&input) else { return false }
            switch line {
            case .refused: break
            case .text(let text):
                if case .auth(let dialogue) = phase {
                    continueAuth(dialogue, with: text)
                } else {
                    obey(text, more: &input, now: now)
                }
            }
            return true
        }
    }

    private enum Line {
        case text(String)
        /// Answered already.
        case refused
    }

    /// The maximum length of a command line: RFC 4954 §4 for AUTH, and 1000 for all others.
    private static let authLineLimitBytes = 12_288

    private mutating func takeLine(_ input: inout ByteBuffer) -> Line? {
        let view = input.readableBytesView
        guard let end = view.firstIndex(of: .lineFeed) else {
            guard input.readableBytes > Self.authLineLimitBytes else { return nil }
            input.clear()
            ledger.count(.longLine)
            refuse(at: .ehlo, Reply(421, "4.5.2", "a line without an end"))
            return .refused
        }
        guard var bytes = input.readBytes(length: end - view.startIndex + 1) else { return nil }
        bytes.removeLast()
        let endsInCRLF = bytes.last == .carriageReturn
        if endsInCRLF { bytes.removeLast() } else { ledger.count(.bareLF) }
        let bareCRs = bytes.count { $0 == .carriageReturn }
        if bareCRs > 0 { ledger.count(.bareCR, times: bareCRs) }
        if configuration.refusesBareLineEnds, !endsInCRLF || bareCRs > 0 {
            refuse(at: .ehlo, Reply(521, "5.5.2", "a line must end in CRLF and hold no other CR or LF"))
            phase = .over
            actions.append(.close)
            return .refused
        }
        if bytes.count + 2 > ContentScanner.lineLimitBytes, !mayBeLong(bytes) {
            ledger.count(.longLine)
            if configuration.refusesLongLines {
                refuse(at: .ehlo, Reply(500, "5.5.6", "a line of more than 1000 octets"))
                return .refused
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            ledger.count(.badCommand)
            refuse(at: .ehlo, Reply(500, "5.5.2", "not UTF-8"))
            return .refused
        }
        return .text(text)
    }

    private func mayBeLong(_ bytes: [UInt8]) -> Bool {
        if case .auth = phase { return true }
        return String(decoding: bytes.prefix(5), as: UTF8.self).uppercased() == "AUTH "
    }

    func offers(_ part: MailSimulator.Configuration.Extension) -> Bool {
        isExtended && configuration.extensions.contains(part)
    }

    /// The words in force at a step; those of the current recipient come first.
    func effect(at step: Behaviour.Step, recipient: [Behaviour] = []) -> Effect {
        var behaviours = recipient
        if let transaction { behaviours += transaction.recipientBehaviours + transaction.senderBehaviours }
        behaviours += connectionBehaviours
        return behaviours.isEmpty ? Effect() : Effect(at: step, of: behaviours)
    }
}
