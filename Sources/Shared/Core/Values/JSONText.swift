extension [UInt8] {
    /// Appends a JSON string with its quotation marks; line ends and control characters (``VisibleText``) are escaped.
    ///
    /// - Parameter text: UTF-8; invalid bytes are kept.
    package mutating func append(jsonString text: some Sequence<UInt8>) {
        append(UInt8(ascii: "\""))
        let text = Array(text)
        var index = 0
        while index < text.count {
            let byte = text[index]
            var end = index
            while end < text.count, Self.isPlain(text[end]) { end += 1 }
            if end > index {
                append(contentsOf: text[index..<end])
                index = end
                continue
            }
            if byte >= 0x80, let control = VisibleText.control(in: text, at: index) {
                append(escapeOf: control.code)
                index += control.count
                continue
            }
            index += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case UInt8(ascii: "\n"): append(contentsOf: #"\n"#.utf8)
            case UInt8(ascii: "\t"): append(contentsOf: #"\t"#.utf8)
            case 0..<0x20, 0x7F: append(escapeOf: UInt32(byte))
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    package mutating func append(jsonString text: String) { append(jsonString: text.utf8) }

    /// Appends JSON that was written elsewhere; control characters in its strings are escaped, which changes no value.
    package mutating func append(jsonLiteral text: some Sequence<UInt8>) {
        let text = Array(text)
        var index = 0
        while index < text.count {
            // What is ASCII was escaped by whoever wrote it: JSON has no control character in a string.
            if text[index] == 0x7F {
                append(escapeOf: 0x7F)
                index += 1
            } else if text[index] >= 0x80, let control = VisibleText.control(in: text, at: index) {
                append(escapeOf: control.code)
                index += control.count
            } else {
                append(text[index])
                index += 1
            }
        }
    }

    /// Whether a character stands for itself in a string.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// `\u001b`.
    mutating func append(escapeOf code: UInt32) {
        append(contentsOf: #"\u"#.utf8)
        for shift in [12, 8, 4, 0] { append(Self.hexadecimalDigits[Int(code >> UInt32(shift)) & 15]) }
    }

    private static let hexadecimalDigits = Array("0123456789abcdef".utf8)
}
