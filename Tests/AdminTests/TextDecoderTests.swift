import Testing

@testable import Admin

@Suite struct TextDecoderTests {
    private static func text(_ bytes: [UInt8], named: TextDecoder.Encoding? = nil, pieceBytes: Int) throws -> String {
        var decoder = TextDecoder(named: named)
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
            result += try decoder.decode(Array(bytes[start..<min(start + pieceBytes, bytes.count)]), isLast: false)
        }
        result += try decoder.decode([], isLast: true)
        return String(decoding: result, as: UTF8.self)
    }

    private static func latin(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

    static let table: [(bytes: [UInt8], named: TextDecoder.Encoding?, text: String, because: Comment)] = [
        (Array("plain\nASCII\n".utf8), nil, "plain\nASCII\n", "nothing to decide"),
        (Array("Zoë 日本 🎉\n".utf8), nil, "Zoë 日本 🎉\n", "UTF-8"),
        (latin("Zoë\nÜber\n"), nil, "Zoë\nÜber\n", "Windows-1252"),
        (Array("caf".utf8) + [0xE9, 0x20, 0x80, 0x35, 0x0A], nil, "café €5\n", "with its own signs"),
        (Array("it".utf8) + [0x92, 0x73, 0x0A], nil, "it’s\n", "an apostrophe of a word processor"),
        (Array("Zo".utf8) + [0xC3, 0xAB, 0x20, 0xFF], nil, "Zoë \u{FFFD}", "a broken character in UTF-8 stays one"),
        (latin("\u{FF}\u{FE}Z\u{0}\u{EB}\u{0}"), nil, "\u{FEFF}Zë".replacing("\u{FEFF}", with: ""), "UTF-16"),
        ([0xFE, 0xFF, 0xD8, 0x3C, 0xDF, 0x89], nil, "🎉", "UTF-16, a character of two units"),
        (Array("a\u{0}b\u{0}c\u{0}d\u{0}".utf8), nil, "abcd", "UTF-16 without a mark"),
        ([0xE4, 0x0A], .other("windows-1251"), "д\n", "a named set"),
        ([0x83, 0x65, 0x83, 0x58, 0x0A, 0x41], .other("shift_jis"), "テス\nA", "of two bytes"),
        ([0xE4, 0x0A], .utf8, "\u{FFFD}\n", "UTF-8, as it was said"),
    ]

    @Test(arguments: table)
    func `text becomes UTF-8, however it is cut`(
        row: (bytes: [UInt8], named: TextDecoder.Encoding?, text: String, because: Comment)
    ) throws {
        for pieceBytes in [1 << 16, 3, 2, 1] {
            let text = try Self.text(row.bytes, named: row.named, pieceBytes: pieceBytes)
            #expect(text.replacing("\u{FEFF}", with: "") == row.text, row.because)
        }
    }

    static let refused: [(bytes: [UInt8], because: Comment)] = [
        ([0x0A, 0x0A, 0x81], "a byte that Windows-1252 does not have"),
        ([0x0A, 0x0A] + [0xCF, 0xF0, 0xE8, 0xE2, 0xE5, 0xF2], "a word of letters above ASCII: Cyrillic or Greek"),
        ([0x0A, 0x0A, 0x4D, 0x9F, 0x6C, 0x6C, 0x65, 0x72], "a sign within a word: an old Macintosh"),
    ]

    @Test(arguments: refused)
    func `text that is neither UTF-8 nor Western is refused with its line`(row: (bytes: [UInt8], because: Comment))
        throws
    {
        let error = #expect(throws: TextDecoder.Unreadable.self, row.because) {
            try Self.text(row.bytes, pieceBytes: 2)
        }
        #expect(error?.line == 3 && error?.problem.contains("--charset") == true)
    }

    @Test func `text that goes on in ASCII is not kept until it ends`() throws {
        var decoder = TextDecoder(named: nil)
        let piece = [UInt8](repeating: 0x61, count: 1 << 16)
        for _ in 0..<10 {
            let text = try decoder.decode(piece, isLast: false)
            #expect(text.count == piece.count)
        }
        let undecided = try decoder.decode([0xE9, 0x0A], isLast: false)
        #expect(undecided.isEmpty, "more may show what this is")
        let decided = try decoder.decode(piece + [0x0A], isLast: false)
        #expect(decided.count > piece.count)
    }
}
