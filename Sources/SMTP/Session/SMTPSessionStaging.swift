import Core

extension SMTPSession {
    /// Lays out the commands and the content of a message in `output`, or explains why it must not be sent.
    mutating func stage(_ message: OutgoingMessage) throws(MessageFault) {
        let needsUTF8 = try checkAddresses(of: message)
        guard capabilities.sizeLimit == 0 || message.content.count <= capabilities.sizeLimit else {
            throw .tooLarge(limit: capabilities.sizeLimit)
        }
        let content = try WireContent(message.content)
        let is8Bit = message.is8Bit || content.hasHighOctets
        guard !is8Bit || capabilities.eightBitMIME else { throw .needs8BitMIME }
        output.removeAll(keepingCapacity: true)
        written = 0
        allowed = 0

        append("MAIL FROM:<")
        output.append(contentsOf: message.sender)
        append(">")
        if capabilities.size {
            append(" SIZE=")
            appendDecimal(message.content.count)
        }
        if needsUTF8 { append(" SMTPUTF8") }
        if is8Bit { append(" BODY=8BITMIME") }
        let asksForReports = capabilities.dsn && !message.sender.isEmpty
        if asksForReports { appendReportOptions(of: message.sender) }
        append("\r\n")
        commandEnds.mail = output.count

        append("RCPT TO:<")
        output.append(contentsOf: message.recipient)
        append(">")
        if asksForReports { appendReportOptions(to: message.recipient) }
        append("\r\n")
        commandEnds.rcpt = output.count

        append("DATA\r\n")
        commandEnds.data = output.count

        content.append(to: &output)
    }

    /// RFC 3461 §4.3 and §4.4: a report is to bring back the header alone, and the signed local part in a field of its own.
    private mutating func appendReportOptions(of sender: [UInt8]) {
        append(" RET=HDRS")
        let local = sender.prefix { $0 != UInt8(ascii: "@") }
        // ENVID has at most 100 characters.
        guard local.count <= 90, local.allSatisfy({ $0 < 0x80 }) else { return }
        append(" ENVID=")
        appendXText(local)
    }

    /// RFC 3461 §4.1 and §4.2: a report on failure alone, with the address that was written to.
    private mutating func appendReportOptions(to recipient: [UInt8]) {
        append(" NOTIFY=FAILURE")
        guard recipient.allSatisfy({ $0 < 0x80 }) else { return }
        append(" ORCPT=rfc822;")
        appendXText(recipient[...])
    }

    /// RFC 3461 §4: `+` and `=`, and what is not printable, as `+2B`.
    private mutating func appendXText(_ text: ArraySlice<UInt8>) {
        let digits: StaticString = "0123456789ABCDEF"
        var copied = text.startIndex
        for index in text.indices {
            let byte = text[index]
            let isPlain = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "+") && byte != UInt8(ascii: "=")
            if isPlain { continue }
            output.append(contentsOf: text[copied..<index])
            output.append(UInt8(ascii: "+"))
            output.append(digits.utf8Start[Int(byte >> 4)])
            output.append(digits.utf8Start[Int(byte & 15)])
            copied = index + 1
        }
        output.append(contentsOf: text[copied...])
    }

    /// - Returns: Whether one of them needs SMTPUTF8.
    private func checkAddresses(of message: OutgoingMessage) throws(MessageFault) -> Bool {
        guard message.sender.isEmpty || isCarriable(message.sender) else { throw .badSender }
        guard isCarriable(message.recipient) else { throw .badRecipient }
        let recipientIsASCII = message.recipient.allSatisfy { $0 < 0x80 }
        let senderIsASCII = message.sender.allSatisfy { $0 < 0x80 }
        guard recipientIsASCII || capabilities.smtpUTF8 else { throw .recipientNeedsSMTPUTF8 }
        guard senderIsASCII || capabilities.smtpUTF8 else { throw .senderNeedsSMTPUTF8 }
        return !(recipientIsASCII && senderIsASCII)
    }

    /// Whether an address can stand between angle brackets without ending them, the line, or the command: no control
    /// character, space or angle bracket, at most 320 bytes, and an `@` with something on both sides.
    private func isCarriable(_ address: [UInt8]) -> Bool {
        guard address.count <= 320, let at = address.lastIndex(of: UInt8(ascii: "@")) else { return false }
        guard at > 0, at < address.count - 1 else { return false }
        return address.allSatisfy { byte in
            byte > 0x20 && byte != 0x7F && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">")
        }
    }

    private mutating func append(_ text: StaticString) {
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func appendDecimal(_ number: Int) {
        let start = output.count
        var rest = number
        repeat {
            output.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        output[start...].reverse()
    }
}
