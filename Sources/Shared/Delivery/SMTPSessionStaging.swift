extension SMTPSession {
    /// Lays out the commands and the content of a letter in `output`, or says why it must not leave.
    mutating func stage(_ letter: Letter) throws(LetterFault) {
        let needsUTF8 = try checkAddresses(of: letter)
        guard capabilities.sizeLimit == 0 || letter.content.count <= capabilities.sizeLimit else {
            throw .tooLarge(limit: capabilities.sizeLimit)
        }
        let is8Bit = letter.is8Bit || hasHighOctets(letter.content)
        guard !is8Bit || capabilities.eightBitMIME else { throw .needs8BitMIME }
        output.removeAll(keepingCapacity: true)
        written = 0
        allowed = 0

        append("MAIL FROM:<")
        output.append(contentsOf: letter.sender)
        append(">")
        if capabilities.size {
            append(" SIZE=")
            appendDecimal(letter.content.count)
        }
        if needsUTF8 { append(" SMTPUTF8") }
        if is8Bit { append(" BODY=8BITMIME") }
        append("\r\n")
        commandEnds.mail = output.count

        append("RCPT TO:<")
        output.append(contentsOf: letter.recipient)
        append(">\r\n")
        commandEnds.rcpt = output.count

        append("DATA\r\n")
        commandEnds.data = output.count

        try appendWireContent(letter.content, to: &output)
    }

    /// - Returns: Whether one of them needs SMTPUTF8.
    private func checkAddresses(of letter: Letter) throws(LetterFault) -> Bool {
        guard letter.sender.isEmpty || isCarriable(letter.sender) else { throw .badSender }
        guard isCarriable(letter.recipient) else { throw .badRecipient }
        let recipientIsASCII = letter.recipient.allSatisfy { $0 < 0x80 }
        let senderIsASCII = letter.sender.allSatisfy { $0 < 0x80 }
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
