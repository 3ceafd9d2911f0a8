import Core
import Templates

/// The header of a campaign's messages, with everything that is the same for all recipients written already.
struct MessageHeader: Sendable {
    /// Between the parts. Quoted-printable never has `=_`, so no body can contain it.
    static let boundary = "=_veredus_alternative"

    /// `From` up to `To: `.
    private let account: AccountID
    private let beginning: [UInt8]
    private let trackingBase: [UInt8]
    private let messageIDDomain: [UInt8]
    let returnPathDomain: [UInt8]
    /// Identifies the message to a provider that replaces the return path: the text before and after the token.
    private let relayField: (before: [UInt8], after: [UInt8])?
    /// What follows List-Unsubscribe, up to the first byte of the text part.
    private let ending: [UInt8]

    init(_ sender: SenderProfile, _ campaign: CampaignFacts) throws(TemplateError) {
        account = campaign.account
        try Self.check(sender, campaign)
        trackingBase = Array(sender.trackingBase.utf8)
        messageIDDomain = try Self.domain(sender.messageIDDomain, "sender.message-id-domain")
        returnPathDomain = try Self.domain(sender.returnPathDomain, "sender.return-path-domain")
        var beginning: [UInt8] = []
        HeaderField.append(
            "From",
            display: Array(sender.fromName.utf8),
            inside: sender.fromAddress.bytes,
            to: &beginning
        )
        if let replyTo = sender.replyTo {
            HeaderField.append("Reply-To", display: [], inside: replyTo.bytes, to: &beginning)
        }
        beginning.append(contentsOf: "To: ".utf8)
        self.beginning = beginning
        relayField = sender.relay.field
        ending = Self.ending(sender, campaign)
    }

    private static func ending(_ sender: SenderProfile, _ campaign: CampaignFacts) -> [UInt8] {
        var ending = Array("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".utf8)
        if let listID = sender.listID {
            HeaderField.append(
                "List-Id",
                display: Array(sender.listName.utf8),
                inside: Array(listID.utf8),
                alwaysInAngles: true,
                to: &ending
            )
        }
        let feedback = "\(campaign.id):\(campaign.account):\(campaign.kind.name):veredus"
        HeaderField.append("Feedback-ID", text: Array(feedback.utf8), to: &ending)
        if campaign.isAutoSubmitted { ending.append(contentsOf: "Auto-Submitted: auto-generated\r\n".utf8) }
        ending.append(
            contentsOf: """
                MIME-Version: 1.0\r
                Content-Type: multipart/alternative;\r
                 boundary="\(boundary)"\r
                \r

                """.utf8
        )
        return ending + partHeader("plain", isFirst: true)
    }

    private static func partHeader(_ subtype: String, isFirst: Bool) -> [UInt8] {
        let text = """
            --\(boundary)\r
            Content-Type: text/\(subtype); charset=utf-8\r
            Content-Transfer-Encoding: quoted-printable\r
            \r

            """
        return Array(((isFirst ? "" : "\r\n") + text).utf8)
    }

    /// Between the text part and the HTML part.
    static let middle = partHeader("html", isFirst: false)
    /// After the HTML part.
    static let end = Array("\r\n--\(boundary)--\r\n".utf8)

    /// Appends the header and what stands before the text part; `subject` is a whole field with its line end.
    func append(
        _ key: DeliveryKey,
        _ recipient: RecipientFacts,
        subject: [UInt8],
        unsubscribe: [UInt8],
        keys: KeyRing,
        to buffer: inout [UInt8]
    ) {
        buffer.append(contentsOf: beginning)
        buffer.append(contentsOf: recipient.address.bytes)
        buffer.append(contentsOf: "\r\n".utf8)
        buffer.append(contentsOf: subject)
        buffer.append(contentsOf: "Date: ".utf8)
        MailDate.append(seconds: recipient.dateSeconds, to: &buffer)
        buffer.append(contentsOf: "\r\nMessage-ID: <".utf8)
        keys.identity.appendMessageID(key, to: &buffer)
        buffer.append(UInt8(ascii: "@"))
        buffer.append(contentsOf: messageIDDomain)
        buffer.append(contentsOf: ">\r\nList-Unsubscribe: <".utf8)
        buffer.append(contentsOf: trackingBase)
        buffer.append(contentsOf: "/u/".utf8)
        buffer.append(contentsOf: unsubscribe)
        buffer.append(contentsOf: ">,\r\n <mailto:".utf8)
        let start = buffer.count
        buffer.append(contentsOf: KeyRing.mailUnsubscribePrefix.utf8)
        keys.append(.mailUnsubscribe(key, recipient.mark(of: account)?.short), to: &buffer)
        let local = start..<buffer.count
        buffer.append(UInt8(ascii: "@"))
        buffer.append(contentsOf: returnPathDomain)
        buffer.append(contentsOf: "?subject=unsubscribe>\r\n".utf8)
        if let relayField {
            buffer.append(contentsOf: relayField.before)
            buffer.append(contentsOf: buffer[local])
            buffer.append(contentsOf: relayField.after)
        }
        buffer.append(contentsOf: ending)
    }

    // MARK: Checks

    private static func check(_ sender: SenderProfile, _ campaign: CampaignFacts) throws(TemplateError) {
        for (name, value) in [
            ("sender.from-name", sender.fromName), ("sender.list-name", sender.listName),
            ("campaign.name", campaign.name),
        ] where HeaderField.breaksLine(value.utf8) {
            throw TemplateError(source: name, problem: "a line break or NUL in it", remedy: "write it in one line")
        }
        for (name, address) in [("sender.from-address", sender.fromAddress), ("sender.reply-to", sender.replyTo)] {
            guard let address, address.needsSMTPUTF8 else { continue }
            throw TemplateError(
                source: name,
                problem: "\(address.string) has non-ASCII characters before @, which many servers refuse",
                remedy: "use an address in ASCII"
            )
        }
        try check(trackingBase: sender.trackingBase)
        guard let listID = sender.listID else { return }
        let isDotAtom = listID.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty
                && $0.allSatisfy { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        }
        guard isDotAtom, listID.utf8.count <= 200 else {
            throw TemplateError(
                source: "sender.list-id",
                problem: "\"\(listID)\" is not a list identifier (RFC 2919)",
                remedy: "write it like news.example.com"
            )
        }
    }

    private static func check(trackingBase: String) throws(TemplateError) {
        let rest =
            trackingBase.hasPrefix("https://")
            ? trackingBase.utf8.dropFirst(8)
            : trackingBase.hasPrefix("http://") ? trackingBase.utf8.dropFirst(7) : trackingBase.utf8.dropFirst(0)
        let isWellFormed =
            rest.count < trackingBase.utf8.count && rest.first.map(ASCII.isAlphanumeric) == true
            && rest.last != UInt8(ascii: "/") && trackingBase.utf8.count <= 200
            && rest.allSatisfy { ASCII.isAlphanumeric($0) || "-._:/".utf8.contains($0) }
        guard isWellFormed else {
            throw TemplateError(
                source: "sender.tracking-base",
                problem: "\"\(trackingBase)\" is not the beginning of a URL",
                remedy: "write it like https://t.example.com, without a slash at its end"
            )
        }
    }

    private static func domain(_ text: String, _ name: String) throws(TemplateError) -> [UInt8] {
        do {
            return try DomainName.normalised(text)
        } catch {
            throw TemplateError(
                source: name,
                problem: "\"\(text)\" is not a domain: \(error.reason)",
                remedy: "write it like mail.example.com"
            )
        }
    }
}
