import Core

/// The first 512 bytes of a flight log, of which eight words are used. Pure.
struct FlightHeader: Equatable {
    static let wordCount = 8
    /// `veredusF` in memory; another byte order is another magic.
    static let magic: UInt64 = 0x4673_7564_6572_6576
    static let version: UInt64 = 1
    /// More are refused: 32 MiB.
    static let mostSlots = 65_535

    let workerRun: WorkerRun
    let slots: Int
    let boot: BootID

    /// Magic, version, bytes of a slot, slots, worker run, boot, and the hash of these.
    var words: [UInt64] {
        let fields = [
            Self.magic, Self.version << 32 | UInt64(FlightSlot.bytes), UInt64(slots), UInt64(bitPattern: workerRun),
            boot.high, boot.low, 0,
        ]
        return fields + [Self.hash(fields)]
    }

    /// What the step words of this log begin with.
    var seed: UInt64 { words[7] }

    /// How long the file is.
    var bytes: Int { (slots + 1) * FlightSlot.bytes }

    init(workerRun: WorkerRun, slots: Int, boot: BootID) {
        (self.workerRun, self.slots, self.boot) = (workerRun, slots, boot)
    }

    /// Reads ``words``.
    init(_ words: [UInt64], fileBytes: Int) throws(FlightLogFault) {
        guard words.count == Self.wordCount, words[0] == Self.magic else { throw .foreign }
        // Before the checksum, which another version may keep elsewhere.
        guard words[1] >> 32 == Self.version else { throw .unknownVersion(Int(words[1] >> 32)) }
        guard words[7] == Self.hash(Array(words[..<7])), words[1] & 0xFFFF_FFFF == UInt64(FlightSlot.bytes),
            1...UInt64(Self.mostSlots) ~= words[2]
        else { throw .damaged }
        self.init(
            workerRun: WorkerRun(bitPattern: words[3]),
            slots: Int(words[2]),
            boot: BootID(high: words[4], low: words[5])
        )
        guard bytes == fileBytes else { throw .damaged }
    }

    private static func hash(_ fields: [UInt64]) -> UInt64 { fields.reduce(0) { FlightWord.mixed($0, $1) } }
}
