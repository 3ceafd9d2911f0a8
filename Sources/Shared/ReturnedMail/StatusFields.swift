import Core

/// The blocks of fields in a `message/delivery-status` or its kin: about the message, then about each recipient.
enum StatusFields {
    /// Blocks are separated by blank lines, or by a field that begins the next recipient without one.
    ///
    /// A line that is no field continues the one before, whether it is indented or not.
    static func blocks(in body: [UInt8], _ limits: MIMELimits) -> [MIMEHeader] {
        var blocks: [[MIMEHeader.Field]] = []
        // All blocks are of one text; the header has the fields of the one that is read.
        var current = MIMEHeader(of: body)
        func finish() {
            if !current.fields.isEmpty { blocks.append(current.fields) }
            current.fields = []
        }
        var next = 0
        while next <= body.count, blocks.count < limits.recipients * 2 {
            let lineFeed = body.firstIndex(of: 0x0A, in: next..<body.count) ?? body.count
            var line = next..<lineFeed
            next = lineFeed + 1
            if let last = line.last, body[last] == 0x0D { line = line.lowerBound..<last }
            if body[line].allSatisfy({ ASCII.isBlank($0) }) {
                finish()
                continue
            }
            if let field = field(body, line, limits) {
                for name in ["final-recipient", "original-recipient"]
                where current.isNamed(field, name) && current.has(name) { finish() }
                if current.fields.count < limits.fields { current.fields.append(field) }
            } else if let last = current.fields.last, last.value.count + line.count < limits.fieldBytes {
                current.continueLast(with: body[line].drop { ASCII.isBlank($0) }, isSpaced: true)
            }
        }
        finish()
        return merged(blocks.map { current.with($0) })
    }

    private static func field(_ body: [UInt8], _ line: Range<Int>, _ limits: MIMELimits) -> MIMEHeader.Field? {
        guard let colon = body.firstIndex(of: UInt8(ascii: ":"), in: line.prefix(60)), colon > line.lowerBound else {
            return nil
        }
        var name = line.lowerBound..<colon
        while let last = name.last, ASCII.isBlank(body[last]) { name = name.lowerBound..<last }
        guard !name.isEmpty, body[name].allSatisfy({ ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }) else {
            return nil
        }
        var value = (colon + 1..<line.upperBound).prefix(limits.fieldBytes)
        while let first = value.first, ASCII.isBlank(body[first]) { value = first + 1..<value.upperBound }
        while let last = value.last, ASCII.isSpace(body[last]) { value = value.lowerBound..<last }
        return MIMEHeader.Field(name: name, value: value)
    }

    /// Some servers put a blank line between a recipient and what became of it.
    private static func merged(_ blocks: [MIMEHeader]) -> [MIMEHeader] {
        var result: [MIMEHeader] = []
        /// Whether the last group names a recipient without an outcome yet.
        var isWaiting = false
        for block in blocks {
            let namesRecipient = namesRecipient(block)
            let hasAction = block.has("action")
            if isWaiting, !namesRecipient, hasAction || block.has("status"), let last = result.indices.last {
                result[last].fields += block.fields
                if hasAction { isWaiting = false }
            } else {
                result.append(block)
                isWaiting = namesRecipient && !hasAction
            }
        }
        return result
    }

    static func namesRecipient(_ block: MIMEHeader) -> Bool {
        block.has("final-recipient") || block.has("original-recipient")
    }

    /// The address in `rfc822; ada@example.com` or `utf-8; …`; `nil` where there is none with an `@`.
    static func address(_ value: [UInt8]?) -> String? {
        guard let value else { return nil }
        var rest = value[...]
        var type: [UInt8] = []
        if let semicolon = value.firstIndex(of: UInt8(ascii: ";")) {
            type = ASCII.lowercased(value[..<semicolon].filter { !ASCII.isBlank($0) })
            rest = value[(semicolon + 1)...]
        }
        let text = type.elementsEqual("utf-8".utf8) ? unescaped(rest) : Array(rest)
        return AddressScanner.first(in: Charset.utf8(text, charset: [])).map { String(decoding: $0, as: UTF8.self) }
    }

    /// RFC 6533 §3: `\x{FC}` for what is not ASCII.
    private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            if text[index...].starts(with: "\\x{".utf8),
                let close = text[index...].prefix(12).firstIndex(of: UInt8(ascii: "}")),
                let code = UInt32(String(decoding: text[(index + 3)..<close], as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(code), code >= 0x80
            {
                result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                index = close + 1
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }
}
