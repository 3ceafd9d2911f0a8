import Core

/// The blocks of fields in a `message/delivery-status` or its kin: about the message, then about each recipient.
enum StatusFields {
    /// Blocks are separated by blank lines, or by a field that begins the next recipient without one.
    ///
    /// A line that is no field continues the one before, whether it is indented or not.
    static func blocks(in body: [UInt8], _ limits: MIMELimits) -> [MIMEHeader] {
        var blocks: [MIMEHeader] = []
        var current = MIMEHeader()
        func finish() {
            if !current.fields.isEmpty { blocks.append(current) }
            current = MIMEHeader()
        }
        for line in body.split(separator: 0x0A, omittingEmptySubsequences: false) {
            guard blocks.count < limits.recipients * 2 else { break }
            let text = line.last == 0x0D ? line.dropLast() : line
            let isBlank = text.allSatisfy { ASCII.isBlank($0) }
            if isBlank {
                finish()
                continue
            }
            if let field = field(text, limits) {
                let begins = field.name == "final-recipient" || field.name == "original-recipient"
                if begins, current[field.name] != nil { finish() }
                if current.fields.count < limits.fields { current.fields.append(field) }
            } else if let last = current.fields.indices.last,
                current.fields[last].value.count + text.count < limits.fieldBytes
            {
                current.fields[last].value.append(UInt8(ascii: " "))
                current.fields[last].value.append(contentsOf: text.drop { ASCII.isBlank($0) })
            }
        }
        finish()
        return merged(blocks)
    }

    private static func field(_ line: ArraySlice<UInt8>, _ limits: MIMELimits) -> MIMEHeader.Field? {
        guard let colon = line.prefix(60).firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { return nil }
        var name = line[..<colon]
        while let last = name.last, ASCII.isBlank(last) { name.removeLast() }
        guard !name.isEmpty, name.allSatisfy({ ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }) else {
            return nil
        }
        var value = line[(colon + 1)...].prefix(limits.fieldBytes).drop { ASCII.isBlank($0) }
        while let last = value.last, ASCII.isSpace(last) { value.removeLast() }
        return MIMEHeader.Field(
            name: String(decoding: ASCII.lowercased(name), as: UTF8.self),
            originalName: String(decoding: name, as: UTF8.self),
            value: Array(value)
        )
    }

    /// Some servers put a blank line between a recipient and what became of it.
    private static func merged(_ blocks: [MIMEHeader]) -> [MIMEHeader] {
        var result: [MIMEHeader] = []
        /// Whether the last group names a recipient without an outcome yet.
        var isWaiting = false
        for block in blocks {
            let namesRecipient = namesRecipient(block)
            let hasAction = block["action"] != nil
            if isWaiting, !namesRecipient, hasAction || block["status"] != nil, let last = result.indices.last {
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
        block["final-recipient"] != nil || block["original-recipient"] != nil
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
