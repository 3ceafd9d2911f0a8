extension [UInt8] {
    /// Appends a JSON string with its quotation marks; line ends and control characters are escaped.
    ///
    /// - Parameter text: UTF-8; what is not stays what it is.
    package mutating func append(jsonString text: some Sequence<UInt8>) {
        append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case UInt8(ascii: "\n"): append(contentsOf: #"\n"#.utf8)
            case UInt8(ascii: "\t"): append(contentsOf: #"\t"#.utf8)
            case 0..<0x20, 0x7F:
                append(contentsOf: #"\u00"#.utf8)
                append(Self.hexadecimalDigits[Int(byte >> 4)])
                append(Self.hexadecimalDigits[Int(byte & 15)])
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    package mutating func append(jsonString text: String) { append(jsonString: text.utf8) }

    private static let hexadecimalDigits = Array("0123456789abcdef".utf8)
}
