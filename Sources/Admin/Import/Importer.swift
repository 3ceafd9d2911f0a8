import Core
import Database

/// Streams a CSV file into an account's contacts and one list, a chunk at a time.
///
/// While the database takes one chunk the next is read, so that memory holds two chunks whatever the file's size. A
/// chunk is stored whole or not at all: an interrupted import is repeated, and what is there stays as it is. Addresses
/// that opted out or bounced in another system are suppressed before the chunk's contacts are stored.
struct Importer: Sendable {
    static let chunkRows = 10_000
    private static let chunkBytes = 8 << 20

    let session: Session
    let target: ImportTarget
    let path: String
    let rejectsPath: String
    let format: CSVFormat
    let map: [String: String]
    let status: StatusOptions
    let identity: AddressHashKey

    private struct Chunk: Sendable {
        var contacts: [ImportRow] = []
        var suppressions: [Suppression] = []
        var isLast = false
    }

    func run() async throws -> ImportSummary {
        var file = try TitledCSV(path: path, format: format, passingOver: false)
        let columns = try ColumnMap(columns: file.titles, map: map, path: path)
        try status.check(columns.columns, path: path)
        let contacts = ContactReader(
            columns: columns,
            statuses: StatusColumns(columns.columns, status, leavingOut: [columns.addressColumn]),
            identity: identity
        )
        let rejects = try RejectsFile(
            path: rejectsPath,
            columns: columns.columns,
            addressColumn: columns.addressColumn,
            source: path
        )

        var summary = ImportSummary()
        var seen = SeenAddresses()
        var progress = ImportProgress(console: session.console)
        try await withThrowingTaskGroup(of: (ImportCounts, SuppressionCounts).self) { group in
            while true {
                let chunk = try nextChunk(&file, contacts, rejects, &summary, &seen)
                if let (counts, suppressed) = try await group.next() { summary.add(counts, suppressed) }
                if !chunk.contacts.isEmpty || !chunk.suppressions.isEmpty {
                    group.addTask { try await store(chunk) }
                }
                progress.show(summary)
                guard !chunk.isLast else { break }
            }
            while let (counts, suppressed) = try await group.next() { summary.add(counts, suppressed) }
        }
        progress.end()
        try rejects.finish()
        summary.blank = file.blankRows
        summary.encoding = file.encoding.name
        summary.notes =
            file.notes
            + columns.unusable.map { field, instead in
                "\(path): messages cannot use the field \"\(field)\"; rename it: --map \(instead)=\"\(field)\""
            }
        return summary
    }

    private func store(_ chunk: Chunk) async throws -> (ImportCounts, SuppressionCounts) {
        let suppressed = try await session.suppress(chunk.suppressions, account: target.account)
        let counts =
            chunk.contacts.isEmpty
            ? ImportCounts() : try await session.database.importChunk(chunk.contacts, into: target)
        return (counts, suppressed)
    }

    /// Reads until a chunk is full.
    private func nextChunk(
        _ file: inout TitledCSV,
        _ contacts: ContactReader,
        _ rejects: RejectsFile,
        _ summary: inout ImportSummary,
        _ seen: inout SeenAddresses
    ) throws -> Chunk {
        var chunk = Chunk()
        chunk.contacts.reserveCapacity(Self.chunkRows)
        var bytes = 0
        var row = CSVRow()
        while chunk.contacts.count + chunk.suppressions.count < Self.chunkRows, bytes < Self.chunkBytes {
            guard try file.next(into: &row) else {
                chunk.isLast = true
                break
            }
            summary.rows += 1
            do throws(ContactReader.Rejected) {
                switch try contacts.read(row) {
                case .contact(let contact, let address, let isTidied):
                    bytes += contact.attributes.count + contact.address.count
                    if !seen.insert(contact.addressHash) { summary.duplicates += 1 }
                    if isTidied { summary.tidied += 1 }
                    if let doubt = address.domainDoubt { summary.noteDoubt("\(path):\(row.line): \(doubt)") }
                    chunk.contacts.append(contact)
                case .optedOut(let addresses, let status):
                    summary.optedOut[status, default: 0] += 1
                    chunk.suppressions += addresses.compactMap { suppression($0, status) }
                }
            } catch {
                guard !error.isQuestion else { throw AdminFailure(.badData, "\(path):\(row.line): \(error.reason)") }
                summary.noteRejected("\(path):\(row.line): \(error.reason)")
                if row.isCutOff { summary.unreadLines = row.lastLine - row.line }
                try rejects.write(row, reason: error.reason)
            }
        }
        try rejects.flush()
        return chunk
    }

    private func suppression(_ address: EmailAddress, _ status: ForeignStatus) -> Suppression? {
        status.suppression.map { scope, reason in
            Suppression(
                account: target.account,
                addressHash: identity.addressHash(address),
                hashKey: target.hashKey,
                scope: scope,
                list: 0,
                reason: reason,
                source: "\(target.source): \(status.name) there",
                way: reason.isOptOut ? .imported : nil
            )
        }
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

    mutating func show(_ summary: ImportSummary) {
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
