import NIOCore

/// One mail transaction from MAIL to its dot.
struct Transaction {
    struct Recipient {
        let address: String
        let parameters: String
        let attempt: Int
        /// The mail to send back for the message, if any.
        var sequel: Sequel?
    }

    let sender: String
    let parameters: String
    let declares8Bit: Bool
    let senderBehaviours: [Behaviour]
    /// Accepted ones only.
    var recipients: [Recipient] = []
    var recipientBehaviours: [Behaviour] = []
}

/// A message whose final dot was accepted, for all its recipients.
struct ReceivedMessage {
    let sender: String
    let mailParameters: String
    let recipients: [Transaction.Recipient]
    let messageID: String?
    let sizeBytes: Int
    let stuffedDots: Int
    let connection: Int
    let ordinal: Int
    let isEncrypted: Bool
    let user: String?
    let isAnswered: Bool
    let content: ByteBuffer?

    func copy(
        _ number: Int,
        for recipient: Transaction.Recipient,
        time: Double,
        content: [UInt8]?
    ) -> AcceptedMessage {
        AcceptedMessage(
            time: time,
            sender: sender,
            mailParameters: mailParameters,
            recipient: recipient.address,
            recipientParameters: recipient.parameters,
            messageID: messageID,
            sizeBytes: sizeBytes,
            stuffedDots: stuffedDots,
            attempt: recipient.attempt,
            copy: number,
            connection: connection,
            ordinal: ordinal,
            isEncrypted: isEncrypted,
            user: user,
            isAnswered: isAnswered,
            content: content
        )
    }
}

/// The argument of MAIL or RCPT: an address and its parameters.
struct Path {
    let address: String
    let parameters: String

    /// Reads `FROM:<address> parameters` or `TO:<…> …` as strictly as RFC 5321 §4.1.2 writes it: no space after the
    /// colon, angle brackets always, no source route.
    ///
    /// - Returns: `nil` if it has another form; the address itself is not judged here.
    init?(_ argument: String, after keyword: String) {
        guard argument.prefix(keyword.count).uppercased() == keyword else { return nil }
        let rest = argument.dropFirst(keyword.count)
        guard rest.first == "<", let end = Self.closingBracket(in: rest) else { return nil }
        address = String(rest[rest.index(after: rest.startIndex)..<end])
        let tail = rest[rest.index(after: end)...]
        guard tail.isEmpty || tail.first == " " else { return nil }
        parameters = String(tail.dropFirst())
    }

    private static func closingBracket(in text: Substring) -> Substring.Index? {
        guard text.contains("\"") else { return text.firstIndex(of: ">") }
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            switch text[index] {
            case _ where isEscaped: isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"": isQuoted.toggle()
            case ">" where !isQuoted: return index
            default: break
            }
        }
        return nil
    }

    /// Why the address cannot be a mailbox, by RFC 5321 §4.1.2 and §4.5.3.1; `nil` if it can.
    var problem: String? {
        if address.lowercased() == "postmaster" { return nil }
        guard let at = address.lastIndex(of: "@") else { return "no domain" }
        let local = address[..<at]
        let domain = address[address.index(after: at)...]
        if local.isEmpty || domain.isEmpty { return "an empty part" }
        if local.utf8.count > 64 { return "a local part of more than 64 octets" }
        if domain.utf8.count > 255 { return "a domain of more than 255 octets" }
        let isQuoted = local.first == "\"" && local.last == "\"" && local.count > 2
        let forbidden: Set<Character> = [" ", "\"", "<", ">", "(", ")", ",", ";", ":", "\\", "@", "[", "]"]
        if !isQuoted, local.contains(where: forbidden.contains) { return "a local part that needs quotes" }
        if domain.first != "[", domain.contains(where: forbidden.contains) { return "a domain that is none" }
        return address.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? "a control character" : nil
    }
}
