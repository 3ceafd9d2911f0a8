/// The mails themselves, as real servers and people write them.
extension Sequel {
    /// Nothing for a message without a return path (RFC 3834 §2, RFC 3464 §2), nor if no report was requested.
    func mails(about message: TakenMessage) -> [ReturnMail] {
        switch self {
        case .bounce(let status, let isLater): Self.bounces(status, isLater: isLater, message)
        case .complaint: Self.toSender(message, Self.complaint(message))
        case .autoReply: Self.toSender(message, Self.autoReply(message))
        case .unsubscribe: Self.unsubscribe(message)
        }
    }

    private static func toSender(_ message: TakenMessage, _ content: [UInt8], isLater: Bool = false) -> [ReturnMail] {
        guard !message.sender.isEmpty else { return [] }
        return [ReturnMail(sender: "", recipient: message.sender, content: content, isLater: isLater)]
    }

    private static func bounces(_ status: String, isLater: Bool, _ message: TakenMessage) -> [ReturnMail] {
        let wanted = message.parameter("NOTIFY")?.uppercased().split(separator: ",").map { String($0) }
        guard wanted.map({ $0.contains("FAILURE") }) ?? true else { return [] }
        let failure = report(status, action: "failed", message)
        guard isLater else { return toSender(message, failure) }
        let wantsDelay = wanted.map { $0.contains("DELAY") } ?? true
        let delay = wantsDelay ? toSender(message, report("4.4.7", action: "delayed", message)) : []
        return delay + toSender(message, failure, isLater: true)
    }

    /// RFC 3464.
    private static func report(_ status: String, action: String, _ message: TakenMessage) -> [UInt8] {
        let isDelay = action == "delayed"
        let code = status.first == "4" ? 450 : status.hasSuffix(".2.2") ? 552 : 550
        let words = words[String(status.dropFirst(2))] ?? "not delivered"
        var fields = ["Reporting-MTA: dns; \(message.server)", "Arrival-Date: \(message.date)"]
        if let envelope = message.parameter("ENVID") { fields.append("Original-Envelope-Id: \(envelope)") }
        fields.append("")
        if let original = message.parameter("ORCPT") { fields.append("Original-Recipient: \(original)") }
        fields += [
            "Final-Recipient: rfc822; \(message.recipient)", "Action: \(action)", "Status: \(status)",
            "Diagnostic-Code: smtp; \(code) \(status) <\(message.recipient)>: \(words)",
        ]
        return multipart(
            message,
            type: "delivery-status",
            from: "MAILER-DAEMON@\(message.server)",
            subject: isDelay ? "Delayed Mail (still being retried)" : "Undelivered Mail Returned to Sender",
            text: isDelay
                ? "Your message to <\(message.recipient)> could not be delivered yet. It is tried again."
                : "Your message to <\(message.recipient)> could not be delivered: \(words).",
            parts: [
                ("message/delivery-status", Array((fields.joined(separator: "\r\n") + "\r\n").utf8)),
                ("text/rfc822-headers", message.header),
            ]
        )
    }

    private static let words = [
        "1.1": "no such user here", "1.2": "no such domain", "2.1": "mailbox disabled", "2.2": "mailbox full",
        "3.4": "message too big", "4.7": "delivery time expired", "7.1": "rejected as spam",
    ]

    /// RFC 5965, with the recipient blanked, as large providers do it.
    private static func complaint(_ message: TakenMessage) -> [UInt8] {
        let fields = """
            Feedback-Type: abuse
            User-Agent: simulator/1
            Version: 1
            Original-Mail-From: <\(message.sender)>
            Arrival-Date: \(message.date)
            Reported-Domain: \(message.sender.drop { $0 != "@" }.dropFirst())

            """
        let header = String(decoding: message.header, as: UTF8.self)
            .replacing(message.recipient, with: "[redacted]")
        return multipart(
            message,
            type: "feedback-report",
            from: "feedback@\(message.server)",
            subject: "FW: \(message.field("Subject") ?? "")",
            text: "This is an email abuse report for a message received on \(message.date).",
            parts: [
                ("message/feedback-report", Array(fields.replacing("\n", with: "\r\n").utf8)),
                ("text/rfc822-headers", Array(header.utf8)),
            ]
        )
    }

    private static func multipart(
        _ message: TakenMessage,
        type: String,
        from: String,
        subject: String,
        text: String,
        parts: [(type: String, content: [UInt8])]
    ) -> [UInt8] {
        let boundary = "report-\(UInt64.random(in: 0...(.max)))"
        let head = [
            "From: <\(from)>", "To: <\(message.sender)>", "Subject: \(subject)", "Date: \(message.date)",
            "Message-ID: \(message.messageID(type))", "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
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
    private static func autoReply(_ message: TakenMessage) -> [UInt8] {
        let lines = [
            "From: <\(message.recipient)>", "To: <\(message.sender)>",
            "Subject: Out of office: \(message.field("Subject") ?? "")", "Date: \(message.date)",
            "Message-ID: \(message.messageID("autoreply"))", "In-Reply-To: \(message.field("Message-ID") ?? "")",
            "Auto-Submitted: auto-replied", "Precedence: bulk", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "", "I am away until Monday.", "",
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    private static func unsubscribe(_ message: TakenMessage) -> [ReturnMail] {
        let field = message.field("List-Unsubscribe") ?? ""
        guard let start = field.firstRange(of: "<mailto:")?.upperBound,
            let end = field[start...].firstIndex(of: ">")
        else { return [] }
        let target = field[start..<end]
        let address = String(target.prefix { $0 != "?" }).replacing("%2B", with: "+").replacing("%2b", with: "+")
        let lines = [
            "From: <\(message.recipient)>", "To: <\(address)>", "Subject: unsubscribe", "Date: \(message.date)",
            "Message-ID: \(message.messageID("unsubscribe"))", "", "", "",
        ]
        return [
            ReturnMail(
                sender: message.recipient,
                recipient: address,
                content: Array(lines.joined(separator: "\r\n").utf8)
            )
        ]
    }
}
