import Core
import ReturnedMail

/// Turns a text file into UTF-8, piece by piece, whatever it was written in.
///
/// A byte order mark decides, then the set that was named. Otherwise the file is UTF-8 unless the first text that is not
/// ASCII shows that it is not: then it is Windows-1252, as spreadsheets in Western Europe and America save CSV. Text that
/// looks like neither is refused, so that no name is stored as a row of wrong letters. What is no character in the set
/// becomes a byte that is no UTF-8: its row is refused later.
struct TextDecoder {
    /// Why a file cannot be read as text.
    struct Unreadable: Error {
        let line: Int
        let problem: String
    }

    /// What a file is written in; what `--charset` takes.
    enum Encoding: Equatable, Sendable {
        case utf8
        case utf16(isLittleEndian: Bool)
        /// Another set, by the name that ``Charset`` knows.
        case other(String)

        /// - Parameter name: In any spelling.
        init?(name: String) {
            switch Charset.plainName(name.utf8) {
            case "utf8": self = .utf8
            case "utf16", "utf16le": self = .utf16(isLittleEndian: true)
            case "utf16be": self = .utf16(isLittleEndian: false)
            case "windows1252", "cp1252", "ansi", "iso88591", "latin1": self = .windows1252
            default:
                guard Charset.isKnown(name) else { return nil }
                self = .other(name)
            }
        }

        var name: String {
            switch self {
            case .utf8: "utf-8"
            case .utf16(let isLittleEndian): isLittleEndian ? "utf-16le" : "utf-16be"
            case .other(let name): name
            }
        }

        static let windows1252 = Encoding.other("windows-1252")
    }

    /// So much text is looked at before the file's set is decided.
    private static let sampleBytes = 64 << 10
    /// A character is no longer than a line; what has no line end is not kept longer.
    private static let longestLine = 1 << 20

    /// What the file is written in; `nil` while all of it was ASCII.
    private(set) var encoding: Encoding?
    /// The line on which it showed that the file is not UTF-8, where nobody had said so.
    private(set) var detectedOnLine: Int?
    private let named: Encoding?
    private var unread: [UInt8] = []
    private var hasBegun = false
    private var line = 1

    init(named: Encoding?) { self.named = named }

    /// The next of the text; empty while more is needed to decide.
    mutating func decode(_ piece: [UInt8], isLast: Bool) throws(Unreadable) -> [UInt8] {
        unread += piece
        if !hasBegun {
            guard unread.count >= 4 || isLast else { return [] }
            hasBegun = true
            encoding = Self.mark(of: unread) ?? named ?? Self.unmarkedUTF16(unread)
        }
        var encoding = encoding
        if encoding == nil { encoding = try decided(isLast: isLast) }
        guard let encoding else { return [] }
        let end = isLast ? unread.count : wholeEnd(encoding)
        let whole = Array(unread[..<end])
        unread.removeFirst(end)
        return converted(whole, encoding)
    }

    // MARK: Which set

    private static func mark(of bytes: [UInt8]) -> Encoding? {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return .utf8 }
        if bytes.starts(with: [0xFF, 0xFE]) { return .utf16(isLittleEndian: true) }
        return bytes.starts(with: [0xFE, 0xFF]) ? .utf16(isLittleEndian: false) : nil
    }

    /// Text of a Latin header in UTF-16 has a zero for every second byte.
    private static func unmarkedUTF16(_ bytes: [UInt8]) -> Encoding? {
        let start = bytes.prefix(64)
        guard start.count >= 4 else { return nil }
        let zeros = start.indices.filter { start[$0] == 0 }
        guard zeros.count * 3 >= start.count else { return nil }
        if zeros.allSatisfy({ $0 % 2 == 1 }) { return .utf16(isLittleEndian: true) }
        return zeros.allSatisfy { $0 % 2 == 0 } ? .utf16(isLittleEndian: false) : nil
    }

    /// Decides once there is text that is not ASCII; ASCII is the same in all sets that are left.
    private mutating func decided(isLast: Bool) throws(Unreadable) -> Encoding? {
        guard let first = unread.firstIndex(where: { $0 >= 0x80 }) else { return .utf8 }
        guard isLast || unread.count - first >= Self.sampleBytes else { return nil }
        let sample = TextSample(unread)
        if sample.invalid > sample.valid {
            let place = line + unread[..<(sample.firstInvalid ?? first)].count { $0 == UInt8(ascii: "\n") }
            guard sample.looksLikeWindows1252 else {
                throw Unreadable(
                    line: place,
                    problem: "the text is neither UTF-8 nor Windows-1252. Save the file as CSV in UTF-8, or name its "
                        + "character set, such as --charset windows-1251"
                )
            }
            detectedOnLine = place
            encoding = .windows1252
        } else {
            encoding = .utf8
        }
        return encoding
    }

    // MARK: Conversion

    /// Up to where no character is cut.
    private func wholeEnd(_ encoding: Encoding) -> Int {
        switch encoding {
        case .utf8: return unread.count
        case .utf16(let isLittleEndian):
            let even = unread.count & ~1
            guard even >= 2 else { return 0 }
            let high = unread[isLittleEndian ? even - 1 : even - 2]
            return 0xD8...0xDB ~= high ? even - 2 : even
        case .other:
            if let last = unread.lastIndex(of: UInt8(ascii: "\n")) { return last + 1 }
            return unread.count > Self.longestLine ? unread.count : 0
        }
    }

    private mutating func converted(_ bytes: [UInt8], _ encoding: Encoding) -> [UInt8] {
        switch encoding {
        case .utf8:
            if self.encoding == nil { line += bytes.count { $0 == UInt8(ascii: "\n") } }
            return bytes
        case .utf16, .other:
            let text = Charset.utf8(bytes, charset: Array(encoding.name.utf8))
            return Self.withoutReplacements(text)
        }
    }

    private static func withoutReplacements(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(0xEF) else { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var place = 0
        while place < text.count {
            if text[place] == 0xEF, text[place...].starts(with: [0xEF, 0xBF, 0xBD]) {
                result.append(0xFF)
                place += 3
            } else {
                result.append(text[place])
                place += 1
            }
        }
        return result
    }
}

/// What the bytes above ASCII in a piece of text look like.
private struct TextSample {
    /// Characters of UTF-8, and bytes that are of none.
    private(set) var valid = 0
    private(set) var invalid = 0
    private(set) var firstInvalid: Int?
    private var upper = 0
    private var neighbours = 0
    private var unused = 0
    private var signsWithinWords = 0
    private var letters = 0

    init(_ bytes: [UInt8]) {
        var index = 0
        while index < bytes.count {
            guard bytes[index] >= 0x80 else {
                index += 1
                continue
            }
            if let length = UTF8Scalar.length(in: bytes, at: index) {
                valid += 1
                for place in index..<(index + length) { note(bytes, place) }
                index += length
            } else {
                // The last character may be cut off.
                if index + 3 < bytes.count || firstInvalid == nil && valid == 0 {
                    invalid += 1
                    firstInvalid = firstInvalid ?? index
                }
                note(bytes, index)
                index += 1
            }
        }
    }

    private mutating func note(_ bytes: [UInt8], _ place: Int) {
        let byte = bytes[place]
        upper += 1
        if place > 0, bytes[place - 1] >= 0x80 { neighbours += 1 }
        if [0x81, 0x8D, 0x8F, 0x90, 0x9D].contains(byte) { unused += 1 }
        if byte >= 0xC0 { letters += 1 }
        let isSign = byte < 0xA0 && ![0x8A, 0x8C, 0x8E, 0x91, 0x92, 0x96, 0x97, 0x9A, 0x9C, 0x9E].contains(byte)
        if isSign, place > 0, place + 1 < bytes.count, ASCII.isLetter(bytes[place - 1]),
            ASCII.isLetter(bytes[place + 1])
        {
            signsWithinWords += 1
        }
    }

    /// In Western text letters with accents stand alone among others, and no sign stands within a word.
    var looksLikeWindows1252: Bool {
        unused == 0 && signsWithinWords <= letters && (upper < 6 || neighbours * 2 < upper)
    }
}
