import Core

extension ReportReader {
    /// Reads RFC 5965; the recipient may be missing or blanked, since the signed address names the delivery.
    func complaint(_ part: Int, _ shape: ReportShape) -> MailReport {
        let blocks = StatusFields.blocks(in: message.decodedBody(of: message.parts[part]), limits)
        let all = (blocks.first ?? MIMEHeader(of: [])).with(blocks.flatMap(\.fields))
        let type = FeedbackType(all["feedback-type"])
        var seen: Set<String> = []
        var recipients: [ReportedRecipient] = []
        for name in ["original-rcpt-to", "removal-recipient"] {
            for value in all.all(name) where recipients.count < limits.recipients {
                guard let address = StatusFields.address(value), seen.insert(address).inserted else { continue }
                recipients.append(named(address))
            }
        }
        return report(.complaint(type), recipients, shape, more: all)
    }

    /// Outlook.com's programme sends the message back without RFC 5965, with the recipient in a field of its own.
    func marketFeedback(_ shape: ReportShape) -> String? {
        let name = "x-hmxmroriginalrecipient"
        let value = message.header[name] ?? shape.returned.first.flatMap { message.enclosedHeader(of: $0)[name] }
        return value.flatMap { AddressScanner.first(in: $0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    func named(_ address: String) -> ReportedRecipient {
        ReportedRecipient(
            address: address,
            original: nil,
            action: .delivered,
            finding: BounceFinding(.unknown, isPermanent: false),
            status: nil,
            diagnostic: [],
            source: .field
        )
    }

    // MARK: The report as a whole

    func report(
        _ kind: MailReport.Kind,
        _ recipients: [ReportedRecipient],
        _ shape: ReportShape,
        _ notice: Notice? = nil,
        more: MIMEHeader = MIMEHeader(of: [])
    ) -> MailReport {
        let returned = returnedHeader(shape, notice)
        let messageID = returned?["message-id"].flatMap { value -> String? in
            let inner = value.drop { $0 != UInt8(ascii: "<") }.dropFirst().prefix { $0 != UInt8(ascii: ">") }
            guard !inner.isEmpty, inner.count <= 250 else { return nil }
            return String(decoding: inner, as: UTF8.self)
        }
        return MailReport(
            kind: kind,
            recipients: recipients,
            messageID: messageID,
            signedLocalParts: signedLocalParts(shape, returned, more),
            isCutShort: message.isCutShort
        )
    }

    func returnedHeader(_ shape: ReportShape, _ notice: Notice?) -> MIMEHeader? {
        for part in shape.returned {
            let header = message.enclosedHeader(of: part)
            if !header.fields.isEmpty { return header }
        }
        return notice?.returnedHeader(limits)?.header
    }

    /// All texts for people, as one; bounded.
    func noticeText(_ shape: ReportShape) -> [UInt8] {
        var text: [UInt8] = []
        for index in shape.texts where text.count < limits.textBytes {
            text.append(contentsOf: message.text(of: message.parts[index]).prefix(limits.textBytes - text.count))
            text.append(0x0A)
        }
        return text
    }

    // MARK: Signed addresses

    private func signedLocalParts(_ shape: ReportShape, _ returned: MIMEHeader?, _ more: MIMEHeader) -> [[UInt8]] {
        var found: [[UInt8]] = []
        func look(_ value: [UInt8], _ range: Range<Int>? = nil) {
            let locals = SignedLocalPart.find(in: value, range ?? 0..<value.count)
            for local in locals where found.count < 16 && !found.contains(local) { found.append(local) }
        }
        if let sentTo { look(sentTo) }
        for name in ["x-original-to", "delivered-to", "envelope-to", "to", "cc", "subject"] {
            for value in message.header.all(name) { look(name == "subject" ? EncodedWords.decoded(value) : value) }
        }
        for header in [more, returned].compactMap({ $0 }) {
            for field in header.fields { look(header.text(of: field), field.value) }
        }
        return found
    }
}

/// Local parts that may be signed addresses of ours: `b+` or `u+` and a token in base32.
enum SignedLocalPart {
    private static let tokenCounts = 40...60

    static func find(in value: [UInt8]) -> [[UInt8]] { find(in: value, 0..<value.count) }

    static func find(in text: [UInt8], _ range: Range<Int>) -> [[UInt8]] {
        var result: [[UInt8]] = []
        var index = range.lowerBound
        while let plus = text.firstIndex(of: UInt8(ascii: "+"), in: index..<range.upperBound) {
            let before = plus > index ? ASCII.lowercased(text[plus - 1]) : 0
            index = plus + 1
            guard before == UInt8(ascii: "b") || before == UInt8(ascii: "u") else { continue }
            while index < range.upperBound, ASCII.isAlphanumeric(text[index]) { index += 1 }
            if tokenCounts.contains(index - plus - 1) { result.append(Array(text[plus - 1..<index])) }
        }
        return result
    }
}
