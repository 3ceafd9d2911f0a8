import Core
import Database

/// Streams a CSV file into an account's contacts and one list, a chunk at a time.
///
/// While the database takes one chunk the next is read, so that memory holds two chunks whatever the file's size. A
/// chunk is stored completely or not at all: after an interruption, repeat the import; stored rows stay unchanged.
struct Importer: Sendable {
    /// The result of an import.
    struct Summary: Sendable, Equatable {
        /// Rows of the file, without blank lines.
        var rows = 0
        var rejected = 0
        /// Rows whose address is repeated in a later row, which counts.
        var duplicates = 0
        var counts = ImportCounts()
        /// The first few reasons with their lines, for display.
        var firstReasons: [String] = []
    }

    static let chunkRows = 10_000
    private static let chunkBytes = 8 << 20

    let session: Session
    let target: ImportTarget
    let path: String
    let rejectsPath: String
    let delimiter: CSVDelimiter?
    let map: [String: String]
    let identity: AddressHashKey

    func run() async throws -> Summary {
        var file = try TitledCSV(path: path, delimiter: delimiter)
        let titles = file.titles
        let columns = try ColumnMap(header: (0..<titles.count).map { Array(titles[$0]) }, map: map, path: path)
        let contacts = ContactReader(columns: columns, identity: identity)
        let rejects = try RejectsFile(path: rejectsPath, columns: columns.columns, source: path)

        var summary = Summary()
        var seen = SeenAddresses()
        var progress = ImportProgress(console: session.console)
        try await withThrowingTaskGroup(of: ImportCounts.self) { group in
            while true {
                let chunk = try nextChunk(&file, contacts, rejects, &summary, &seen)
                if let counts = try await group.next() { summary.counts += counts }
                guard !chunk.isEmpty else { break }
                group.addTask { [session, target] in try await session.database.importChunk(chunk, into: target) }
                progress.show(summary)
            }
        }
        progress.end()
        try rejects.finish()
        return summary
    }

    /// Reads until a chunk is full; empty at the end of the file.
    private func nextChunk(
        _ file: inout TitledCSV,
        _ contacts: ContactReader,
        _ rejects: RejectsFile,
        _ summary: inout Summary,
        _ seen: inout SeenAddresses
    ) throws -> [ImportRow] {
        var chunk: [ImportRow] = []
        chunk.reserveCapacity(Self.chunkRows)
        var bytes = 0
        var row = CSVRow()
        while chunk.count < Self.chunkRows, bytes < Self.chunkBytes, try file.next(into: &row) {
            summary.rows += 1
            do throws(ContactReader.Rejected) {
                let contact = try contacts.contact(row)
                bytes += contact.attributes.count + contact.address.count
                if !seen.insert(contact.addressHash) { summary.duplicates += 1 }
                chunk.append(contact)
            } catch {
                summary.rejected += 1
                if summary.firstReasons.count < 5 {
                    summary.firstReasons.append("\(path):\(row.line): \(error.reason)")
                }
                try rejects.write(row, reason: error.reason)
            }
        }
        try rejects.flush()
        return chunk
    }
}

/// The addresses of a file so far, as 64 bits of their hashes; at most 8 million, so memory is bounded.
private struct SeenAddresses {
    private static let limit = 8_000_000
    private var hashes: Set<UInt64> = []

    /// Whether it is new.
    mutating func insert(_ hash: [UInt8]) -> Bool {
        let short = hash.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard hashes.count < Self.limit else { return !hashes.contains(short) }
        return hashes.insert(short).inserted
    }
}

/// The progress line on standard error.
private struct ImportProgress {
    private let console: Console
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var lastShown: ContinuousClock.Instant

    init(console: Console) {
        self.console = console
        start = clock.now
        lastShown = start
    }

    mutating func show(_ summary: Importer.Summary) {
        let now = clock.now
        let interval: Duration = console.isErrorTerminal ? .milliseconds(200) : .seconds(5)
        guard now - lastShown >= interval else { return }
        lastShown = now
        let seconds = (now - start) / .seconds(1)
        let rate = seconds > 0 ? Int(Double(summary.rows) / seconds) : 0
        let text =
            "\(grouped(summary.rows)) rows read, \(grouped(summary.rejected)) rejected, \(grouped(rate)) rows/s"
        if console.isErrorTerminal { console.redraw(text) } else { console.say(text) }
    }

    func end() {
        if lastShown != start { console.endLine() }
    }
}
