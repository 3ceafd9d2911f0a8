/// The mails themselves, as real servers and people write them.
extension Sequel {
    /// Nothing for a message without a return path (RFC 3834 §2, RFC 3464 §2), nor where nobody wants a report.
    func mails(about letter: TakenLetter) -> [ReturnMail] {
        switch self {
        case .bounce(let status, let isLater): Self.bounces(status, isLater: isLater, letter)
        case .complaint: Self.toSender(letter, Self.complaint(letter))
        case .autoReply: Self.toSender(letter, Self.autoReply(letter))
        case .unsubscribe: Self.unsubscribe(letter)
        }
    }

    private static func toSender(_ letter: TakenLetter, _ content: [UInt8], isLater: Bool = false) -> [ReturnMail] {
        guard !letter.sender.isEmpty else { return [] }
        return [ReturnMail(sender: "", recipient: letter.sender, content: content, isLater: isLater)]
    }

    private static func bounces(_ status: String, isLater: Bool, _ letter: TakenLetter) -> [ReturnMail] {
        let wanted = letter.parameter("NOTIFY")?.uppercased().split(separator: ",").map { String($0) }
        guard wanted.map({ $0.contains("FAILURE") }) ?? true else { return [] }
        let failure = report(status, action: "failed", letter)
        guard isLater else { return toSender(letter, failure) }
        let wantsDelay = wanted.map { $0.contains("DELAY") } ?? true
        let delay = wantsDelay ? toSender(letter, report("4.4.7", action: "delayed", letter)) : []
        return delay + toSender(letter, failure, isLater: true)
    }

    /// RFC 3464.
    private static func report(_ status: String, action: String, _ letter: TakenLetter) -> [UInt8] {
        let isDelay = action == "delayed"
        let code = status.first == "4" ? 450 : status.hasSuffix(".2.2") ? 552 : 550
        let words = words[String(status.dropFirst(2))] ?? "not delivered"
        var fields = ["Reporting-MTA: dns; \(letter.server)", "Arrival-Date: \(letter.date)"]
        if let envelope = letter.parameter("ENVID") { fields.append("Original-Envelope-Id: \(envelope)") }
        fields.append("")
        if let original = letter.parameter("ORCPT") { fields.append("Original-Recipient: \(original)") }
        fields += [
            "Final-Recipient: rfc822; \(letter.recipient)", "Action: \(action)", "Status: \(status)",
            "Diagnostic-Code: smtp; \(code) \(status) <\(letter.recipient)>: \(words)",
        ]
        return multipart(
            letter,
            type: "delivery-status",
            from: "MAILER-DAEMON@\(letter.server)",
            subject: isDelay ? "Delayed Mail (still being retried)" : "Undelivered Mail Returned to Sender",
            text: isDelay
                ? "Your message to <\(letter.recipient)> could not be delivered yet. It is tried again."
                : "Your message to <\(letter.recipient)> could not be delivered: \(words).",
            parts: [
                ("message/delivery-status", Array((fields.joined(separator: "\r\n") + "\r\n").utf8)),
                ("text/rfc822-headers", letter.header),
            ]
        )
    }

    private static let words = [
        "1.1": "no such user here", "1.2": "no such domain", "2.1": "mailbox disabled", "2.2": "mailbox full",
        "3.4": "message too big", "4.7": "delivery time expired", "7.1": "rejected as spam",
    ]

    /// RFC 5965, with the recipient blanked, as large providers do it.
    private static func complaint(_ letter: TakenLetter) -> [UInt8] {
        let fields = """
            Feedback-Type: abuse
            User-Agent: simulator/1
            Version: 1
            Original-Mail-From: <\(letter.sender)>
            Arrival-Date: \(letter.date)
            Reported-Domain: \(letter.sender.drop { $0 != "@" }.dropFirst())

            """
        let header = String(decoding: letter.header, as: UTF8.self)
            .replacing(letter.recipient, with: "[redacted]")
        return multipart(
            letter,
            type: "feedback-report",
            from: "feedback@\(letter.server)",
            subject: "FW: \(letter.field("Subject") ?? "")",
            text: "This is an email abuse report for a message received on \(letter.date).",
            parts: [
                ("message/feedback-report", Array(fields.replacing("\n", with: "\r\n").utf8)),
                ("text/rfc822-headers", Array(header.utf8)),
            ]
        )
    }

    private static func multipart(
        _ letter: TakenLetter,
        type: String,
        from: String,
        subject: String,
        text: String,
        parts: [(type: String, content: [UInt8])]
    ) -> [UInt8] {
        let boundary = "report-\(UInt64.random(in: 0...(.max)))"
        let head = [
            "From: <\(from)>", "To: <\(letter.sender)>", "Subject: \(subject)", "Date: \(letter.date)",
            "Message-ID: \(letter.messageID(type))", "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
            "Content-Type: multipart/report; report-type=\(type); boundary=\"\(boundary)\"", "", "",
        ]
        var content = Array(head.joined(separator: "\r\n").utf8)
        for part in [(type: "text/plain; charset=utf-8", content: Array("\(text)\r\n".utf8))] + parts {
            content += "--\(boundary)\r\nContent-Type: \(part.type)\r\n\r\n".utf8
            content += part.content + Array("\r\n".utf8)
        }
        return content + Array("--\(boundary)--\r\n".utf8)
    }

    /// RFC 3834.
    private static func autoReply(_ letter: TakenLetter) -> [UInt8] {
        let lines = [
            "From: <\(letter.recipient)>", "To: <\(letter.sender)>",
            "Subject: Out of office: \(letter.field("Subject") ?? "")", "Date: \(letter.date)",
            "Message-ID: \(letter.messageID("autoreply"))", "In-Reply-To: \(letter.field("Message-ID") ?? "")",
            "Auto-Submitted: auto-replied", "Precedence: bulk", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "", "I am away until Monday.", "",
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    private static func unsubscribe(_ letter: TakenLetter) -> [ReturnMail] {
        let field = letter.field("List-Unsubscribe") ?? ""
        guard let start = field.firstRange(of: "<mailto:")?.upperBound,
            let end = field[start...].firstIndex(of: ">")
        else { return [] }
        let target = field[start..<end]
        let address = String(target.prefix { $0 != "?" }).replacing("%2B", with: "+").replacing("%2b", with: "+")
        let lines = [
            "From: <\(letter.recipient)>", "To: <\(address)>", "Subject: unsubscribe", "Date: \(letter.date)",
            "Message-ID: \(letter.messageID("unsubscribe"))", "", "", "",
        ]
        return [
            ReturnMail(
                sender: letter.recipient,
                recipient: address,
                content: Array(lines.joined(separator: "\r\n").utf8)
            )
        ]
    }
}
