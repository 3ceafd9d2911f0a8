/// Cuts a journal's bytes into lines, piece by piece.
///
/// The last line of a journal may be torn: whoever wrote it was killed, or the disk was full. It is not counted as
/// damage, and ``soundBytes`` says where the journal goes on. A damaged line in the middle is left out and counted.
package struct JournalScanner: Sendable {
    package private(set) var lines = 0
    package private(set) var damaged = 0
    /// Up to the end of the last sound line.
    package private(set) var soundBytes: Int64 = 0
    private var seenBytes: Int64 = 0
    /// Damaged lines after the last sound one.
    package private(set) var torn = 0
    private var rest: [UInt8] = []

    package init() {}

    /// Hands each sound line on.
    package mutating func scan<Failure: Error>(
        _ piece: some Collection<UInt8>,
        _ body: (JournalLine) throws(Failure) -> Void
    ) throws(Failure) {
        rest += piece
        var start = rest.startIndex
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            defer { start = end + 1 }
            seenBytes += Int64(end + 1 - start)
            guard let line = JournalLine(decoding: rest[start..<end]) else {
                torn += 1
                continue
            }
            lines += 1
            damaged += torn
            torn = 0
            soundBytes = seenBytes
            try body(line)
        }
        rest.removeSubrange(..<start)
        // No line is that long: what follows is no journal.
        if rest.count > 4_096 {
            torn += 1
            seenBytes += Int64(rest.count)
            rest = []
        }
    }
}

/// What a whole journal, or several of them, say: the newest change of each right.
package struct JournalIndex: Sendable {
    /// So many rights one journal keeps; beyond that the oldest changes give way.
    package static let mostRights = 2_000_000

    private var newest: [MailRight.Digest: RightStamp] = [:]
    package private(set) var entries = 0
    package private(set) var numbers = HighestNumbers()
    package private(set) var lastBatch: Int64 = 0
    package private(set) var dropped: Int64 = 0
    /// The highest of all entries.
    package private(set) var highest: RightStamp?
    /// The keys that made the hashes: number and check value.
    package private(set) var keys: Set<Key> = []

    package struct Key: Hashable, Sendable {
        package let number: Int16
        package let check: String

        package init(number: Int16, check: String) {
            self.number = number
            self.check = check
        }
    }

    package init() {}

    package var rights: Int { newest.count }

    package mutating func add(_ line: JournalLine) {
        lastBatch = max(lastBatch, line.batch)
        switch line {
        case .header: break
        case .numbers(let more, _): numbers = numbers.raised(by: more)
        case .dropped(let count, _): dropped = max(dropped, count)
        case .entry(let entry, _):
            entries += 1
            highest = max(highest ?? entry.stamp, entry.stamp)
            keys.insert(Key(number: entry.right.hashKey, check: entry.keyCheck))
            let digest = entry.right.digest
            if let known = newest[digest], known >= entry.stamp { return }
            newest[digest] = entry.stamp
        }
    }

    /// Whether no later change of the same right was added.
    package func isNewest(_ entry: JournalEntry) -> Bool { newest[entry.right.digest] == entry.stamp }

    /// The stamp below which entries give way, so that at most `limit` rights are left; `nil` where all have room.
    package func cut(to limit: Int) -> RightStamp? {
        guard newest.count > limit else { return nil }
        return newest.values.sorted()[newest.count - limit]
    }
}
