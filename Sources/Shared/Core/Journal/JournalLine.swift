import Crypto

/// One line of a journal: its words, then a check value of them, so that a line which was cut short is known as such.
///
///     veredus-journal 1 <journal's UUID> <check>
///     r <batch> <generation> <event> <kind> <account> <key> <key check> <hash> <scope> <list> <reason> <0|1> <check>
///     n <batch> <campaign> <list> <account> <contact> <check>
///     d <batch> <dropped> <check>
///
/// A missing value is `-`. A batch is what was appended at once; its number grows for as long as the journal lives, and
/// the database remembers the last one that it has seen.
package enum JournalLine: Equatable, Sendable {
    case header(id: String)
    case entry(JournalEntry, batch: Int64)
    case numbers(HighestNumbers, batch: Int64)
    /// How many of the oldest entries had to give way to newer ones, in all.
    case dropped(Int64, batch: Int64)

    package var batch: Int64 {
        switch self {
        case .header: 0
        case .entry(_, let batch), .numbers(_, let batch), .dropped(_, let batch): batch
        }
    }

    private static let magic = "veredus-journal"
    private static let version = "1"

    /// With its end of line.
    package var encoded: [UInt8] {
        var line = Array(words.utf8)
        let check = Self.check(of: line)
        line.append(UInt8(ascii: " "))
        line += check
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private var words: String {
        switch self {
        case .header(let id): "\(Self.magic) \(Self.version) \(id)"
        case .entry(let entry, let batch):
            "r \(batch) \(entry.stamp.generation) \(entry.stamp.event) \(entry.right.kind.rawValue) "
                + "\(entry.right.account ?? "-") \(entry.right.hashKey) \(entry.keyCheck.isEmpty ? "-" : entry.keyCheck) "
                + "\(Hexadecimal.text(entry.right.addressHash)) \(entry.right.scope) \(entry.right.list ?? "-") "
                + "\(entry.right.reason) \(entry.isWithheld ? 1 : 0)"
        case .numbers(let numbers, let batch): "n \(batch) \(numbers.encoded)"
        case .dropped(let count, let batch): "d \(batch) \(count)"
        }
    }

    /// Reads one line without its end; `nil` for one that is damaged.
    package init?(decoding line: some Collection<UInt8>) {
        let line = Array(line)
        guard line.count > 17, line.count <= 1_000, line[line.count - 17] == UInt8(ascii: " "),
            Self.check(of: line.dropLast(17)).elementsEqual(line.suffix(16)),
            let text = String(validating: line.dropLast(17), as: UTF8.self)
        else { return nil }
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        switch (words[0], words.count) {
        case (Self.magic[...], 3) where words[1] == Self.version && Self.isUUID(words[2]):
            self = .header(id: String(words[2]))
        case ("r", 13):
            guard let batch = Self.count(words[1]), let entry = JournalEntry(decoding: words.dropFirst(2).map { $0 })
            else { return nil }
            self = .entry(entry, batch: batch)
        case ("n", 6):
            guard let batch = Self.count(words[1]), let numbers = HighestNumbers(decoding: words.dropFirst(2)) else {
                return nil
            }
            self = .numbers(numbers, batch: batch)
        case ("d", 3):
            guard let batch = Self.count(words[1]), let dropped = Self.count(words[2]) else { return nil }
            self = .dropped(dropped, batch: batch)
        default: return nil
        }
    }

    /// Far above all that a program counts, and far below what overflows.
    fileprivate static func count(_ word: Substring) -> Int64? {
        Int64(word).flatMap { 0...(1 << 60) ~= $0 ? $0 : nil }
    }

    fileprivate static func isUUID(_ text: Substring) -> Bool {
        text.utf8.count == 36
            && text.utf8.enumerated().allSatisfy { index, byte in
                [8, 13, 18, 23].contains(index)
                    ? byte == UInt8(ascii: "-") : Hexadecimal.value(of: byte) != nil
            }
    }

    /// 16 hexadecimal digits.
    private static func check(of words: some Collection<UInt8>) -> [UInt8] {
        Array(Hexadecimal.text(Array(SHA256.hash(data: Array(words))).prefix(8)).utf8)
    }
}

extension JournalEntry {
    /// Reads the eleven words of an entry.
    fileprivate init?(decoding words: [Substring]) {
        guard let generation = JournalLine.count(words[0]), let event = JournalLine.count(words[1]),
            let kind = Int16(words[2]).flatMap({ MailRight.Kind(rawValue: $0) }), let key = Int16(words[4]),
            let hash = Hexadecimal.bytes(words[6]), hash.count == 32, let scope = Int16(words[7]),
            let reason = Int16(words[9]), words[10] == "0" || words[10] == "1",
            words[3] == "-" || JournalLine.isUUID(words[3]), words[8] == "-" || JournalLine.isUUID(words[8]),
            words[5] == "-" || Hexadecimal.bytes(words[5])?.count == 8
        else { return nil }
        self.init(
            right: MailRight(
                kind: kind,
                account: words[3] == "-" ? nil : String(words[3]),
                hashKey: key,
                addressHash: hash,
                scope: scope,
                list: words[8] == "-" ? nil : String(words[8]),
                reason: reason
            ),
            stamp: RightStamp(generation: generation, event: event),
            isWithheld: words[10] == "1",
            keyCheck: words[5] == "-" ? "" : String(words[5])
        )
    }
}
