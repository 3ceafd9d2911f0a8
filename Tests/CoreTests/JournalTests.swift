import Core
import Testing

@Suite struct JournalTests {
    private static let account = "6b0f6c1e-7f3a-4d39-9b3e-1f1f4b1c2d3e"
    private static let list = "0c2b6a52-5a53-4d0e-8a3b-90a1f2b3c4d5"

    private static func entry(
        _ person: UInt8,
        _ event: Int64,
        generation: Int64 = 0,
        isWithheld: Bool = true,
        reason: Int16 = 0
    ) -> JournalEntry {
        JournalEntry(
            right: MailRight(
                kind: .suppression,
                account: account,
                hashKey: 1,
                addressHash: [UInt8](repeating: person, count: 32),
                scope: 2,
                list: list,
                reason: reason
            ),
            stamp: RightStamp(generation: generation, event: event),
            isWithheld: isWithheld,
            keyCheck: "00112233aabbccdd"
        )
    }

    private static let block = JournalEntry(
        right: MailRight(
            kind: .serviceBlock,
            account: nil,
            hashKey: 12,
            addressHash: [UInt8](repeating: 0xFE, count: 32),
            scope: 0,
            list: nil,
            reason: 0
        ),
        stamp: RightStamp(generation: 1 << 60, event: 1 << 60),
        isWithheld: false,
        keyCheck: ""
    )

    static let lines: [JournalLine] = [
        .header(id: account), .entry(entry(7, 9, generation: 3), batch: 4), .entry(block, batch: 1 << 60),
        .numbers(HighestNumbers(campaign: 2_000_000_000, list: 2, account: 1, contact: 1 << 60), batch: 5),
        .dropped(3, batch: 6),
    ]

    static let overflowing: [JournalLine] = [
        .entry(block, batch: .max), .entry(entry(7, .max), batch: 1), .entry(entry(7, 1, generation: .max), batch: 1),
        .entry(entry(7, -1), batch: 1), .numbers(HighestNumbers(campaign: .max), batch: 1),
        .numbers(HighestNumbers(contact: .max), batch: 1), .dropped(.max, batch: 1),
    ]

    @Test(arguments: overflowing)
    func `numbers that leave no room to count on are damage, whatever their check says`(line: JournalLine) {
        #expect(JournalLine(decoding: line.encoded.dropLast()) == nil)
    }

    @Test(arguments: lines)
    func `a line is read back as it was written, and not when a byte of it is another one`(line: JournalLine) {
        let bytes = line.encoded
        #expect(bytes.last == UInt8(ascii: "\n"))
        #expect(JournalLine(decoding: bytes.dropLast()) == line)
        for index in bytes.indices.dropLast() {
            var damaged = bytes
            damaged[index] ^= 1
            #expect(JournalLine(decoding: damaged.dropLast()) == nil, "byte \(index)")
        }
        for count in 0..<(bytes.count - 1) { #expect(JournalLine(decoding: bytes.prefix(count)) == nil) }
    }

    @Test func `no address is in it, and the hash says nothing without the key`() {
        let text = String(decoding: JournalLine.entry(Self.entry(7, 9, generation: 3), batch: 4).encoded, as: UTF8.self)
        #expect(text.hasPrefix("r 4 3 9 0 \(Self.account) 1 00112233aabbccdd 0707"))
        #expect(!text.contains("@"))
    }

    private static func scan(_ bytes: [UInt8], piece: Int) -> (JournalScanner, [JournalLine]) {
        var scanner = JournalScanner()
        var found: [JournalLine] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            scanner.scan(rest.prefix(piece)) { found.append($0) }
            rest = rest.dropFirst(piece)
        }
        return (scanner, found)
    }

    @Test(arguments: [1, 7, 100_000])
    func `a torn end is cut, wherever it was torn, and nothing before it is lost`(piece: Int) {
        let sound = Self.lines.flatMap(\.encoded)
        let torn = JournalLine.entry(Self.entry(8, 10, generation: 3), batch: 7).encoded
        for count in 0..<torn.count {
            let (scanner, found) = Self.scan(sound + torn.prefix(count), piece: piece)
            #expect(found == Self.lines)
            #expect(scanner.soundBytes == Int64(sound.count))
            #expect(scanner.damaged == 0)
            if piece < 100 { return }
        }
    }

    @Test func `a damaged line in the middle is left out and counted, and what follows counts`() {
        var bytes = Self.lines.flatMap(\.encoded)
        bytes[JournalLine.header(id: Self.account).encoded.count + 3] ^= 1
        let (scanner, found) = Self.scan(bytes, piece: 50)
        #expect(found == [Self.lines[0]] + Self.lines.dropFirst(2))
        #expect(scanner.damaged == 1)
        #expect(scanner.soundBytes == Int64(bytes.count))
    }

    @Test func `what is no journal is read in bounded memory, and says nothing`() {
        let (scanner, found) = Self.scan([UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20), piece: 1 << 16)
        #expect(found.isEmpty && scanner.soundBytes == 0)
    }

    static let pairs: [(first: JournalEntry, second: JournalEntry, secondWins: Bool, because: Comment)] = [
        (entry(1, 5), entry(1, 6, isWithheld: false), true, "taken back after the opt-out"),
        (
            entry(1, 6), entry(1, 5, isWithheld: false), false,
            "the order of the lines says nothing: journals are several"
        ),
        (entry(1, 900), entry(1, 1, generation: 1), true, "after a restore numbers come again, in a newer generation"),
        (entry(1, 5), entry(1, 5), true, "the same change in two journals"),
    ]

    @Test(arguments: pairs)
    func `of a right the newest change counts, by generation and number`(
        row: (first: JournalEntry, second: JournalEntry, secondWins: Bool, because: Comment)
    ) {
        var index = JournalIndex()
        index.add(.entry(row.first, batch: 1))
        index.add(.entry(row.second, batch: 2))
        #expect(index.isNewest(row.second) == row.secondWins, row.because)
        #expect(index.isNewest(row.first) == (!row.secondWins || row.first.stamp == row.second.stamp), row.because)
        #expect(index.rights == 1 && index.lastBatch == 2)
    }

    @Test func `another reason, list or person is another right`() {
        var index = JournalIndex()
        let entries = [Self.entry(1, 1), Self.entry(1, 2, isWithheld: false, reason: 2), Self.entry(2, 3), Self.block]
        for entry in entries { index.add(.entry(entry, batch: 1)) }
        #expect(index.rights == 4)
        #expect(entries.allSatisfy { index.isNewest($0) })
        #expect(index.keys == [.init(number: 1, check: "00112233aabbccdd"), .init(number: 12, check: "")])
    }

    @Test func `with no room for all the newest changes are kept`() {
        var index = JournalIndex()
        for person in 1...9 as ClosedRange<UInt8> { index.add(.entry(Self.entry(person, Int64(person)), batch: 1)) }
        #expect(index.cut(to: 9) == nil)
        #expect(index.cut(to: 3) == RightStamp(generation: 0, event: 7))
    }

    @Test func `the highest numbers of all count`() {
        var index = JournalIndex()
        index.add(.numbers(HighestNumbers(campaign: 5, list: 1, account: 1, contact: 10), batch: 1))
        index.add(.numbers(HighestNumbers(campaign: 4, list: 2, account: 1, contact: 9), batch: 2))
        let all = HighestNumbers(campaign: 5, list: 2, account: 1, contact: 10)
        #expect(index.numbers == all)
        #expect(all.isAhead(of: HighestNumbers(campaign: 9, list: 1, account: 9, contact: 99)))
        #expect(!all.isAhead(of: all))
    }
}
