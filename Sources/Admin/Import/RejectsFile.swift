import Core
import Glibc

/// The rows that an import left out, as a CSV file that can be corrected and imported again.
///
/// Columns with the line and the reason precede the row's own cells; an import ignores them. A cell with a card number
/// is blanked, since it must not be stored. Only the owner can read the file. It is created with its first row, so an
/// import from a read-only folder works if all rows are valid.
final class RejectsFile {
    let path: String
    private let columns: [String]
    private let addressColumn: Int?
    private let source: String
    private var descriptor: Int32?
    private var buffer: [UInt8] = []
    private(set) var count = 0

    /// - Parameters:
    ///   - path: Its path; nothing is created yet.
    ///   - columns: The names in the header of the imported file.
    ///   - addressColumn: The one of the addresses, whose digits are no card number.
    ///   - source: The imported file, which must not be written over.
    /// - Throws: ``AdminFailure`` if the path holds anything but an earlier rejects file.
    init(path: String, columns: [String], addressColumn: Int?, source: String) throws(AdminFailure) {
        self.path = path
        self.columns = columns
        self.addressColumn = addressColumn
        self.source = source
        try checkPlace()
    }

    /// An existing file is overwritten, and removed when no row is rejected: it must be a rejects file.
    private func checkPlace() throws(AdminFailure) {
        var (place, imported) = (stat(), stat())
        guard stat(path, &place) == 0 else { return }
        let isSource =
            stat(source, &imported) == 0 && (place.st_dev, place.st_ino) == (imported.st_dev, imported.st_ino)
        guard !isSource, place.st_mode & S_IFMT == S_IFREG, place.st_size == 0 || beginsAsOurs() else {
            throw AdminFailure(
                .cannotCreate,
                isSource
                    ? "--rejects \(path) is the import file itself. Name another file for rejected rows"
                    : "\(path) exists and is not a file of rejected rows. Name another one: --rejects FILE"
            )
        }
    }

    private func beginsAsOurs() -> Bool {
        let expected = Array("\"\(ColumnMap.ownPrefix)line\"".utf8)
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { return false }
        defer { close(opened) }
        var bytes = [UInt8](repeating: 0, count: expected.count)
        return read(opened, &bytes, bytes.count) == bytes.count && bytes == expected
    }

    deinit { if let descriptor { close(descriptor) } }

    /// - Throws: ``AdminFailure`` when the file cannot be written.
    func write(_ row: CSVRow, reason: String) throws(AdminFailure) {
        if count == 0 { try begin() }
        count += 1
        append(Array(String(row.line).utf8)[...])
        append(Array(reason.utf8)[...])
        for cell in 0..<row.count where cell >= columns.count || !columns[cell].hasPrefix(ColumnMap.ownPrefix) {
            append(hasCard(row, cell) ? Array("(card number removed)".utf8)[...] : row[cell])
        }
        endRow()
        if buffer.count > 64 << 10 { try flush() }
    }

    private func hasCard(_ row: CSVRow, _ cell: Int) -> Bool {
        // An address cell without an address may hold anything.
        if cell == addressColumn, row.problem == nil, row[cell].contains(UInt8(ascii: "@")) { return false }
        return CardNumber.isIn(row[cell], named: cell < columns.count ? columns[cell] : "")
    }

    private func begin() throws(AdminFailure) {
        try checkPlace()
        let opened = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw AdminFailure(
                .cannotCreate,
                "\(path): \(String(cString: strerror(errno))). Name another file for rejected rows: --rejects FILE"
            )
        }
        descriptor = opened
        let own = ["\(ColumnMap.ownPrefix)line", "\(ColumnMap.ownPrefix)reason"]
        for name in own + columns.filter({ !$0.hasPrefix(ColumnMap.ownPrefix) }) {
            append(Array(name.utf8)[...])
        }
        endRow()
    }

    /// Writes the buffer, so that rows survive whatever happens next.
    func flush() throws(AdminFailure) {
        guard let descriptor else { return }
        var rest = buffer[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                throw AdminFailure(
                    .cannotCreate,
                    "\(path): \(String(cString: strerror(errno))). Free some space and try again"
                )
            }
            rest = rest.dropFirst(written)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Flushes; if no row was rejected, removes the file of an earlier import.
    func finish() throws(AdminFailure) {
        guard count == 0 else { return try flush() }
        try checkPlace()
        unlink(path)
    }

    private func append(_ cell: ArraySlice<UInt8>) {
        if let last = buffer.last, last != UInt8(ascii: "\n") { buffer.append(UInt8(ascii: ",")) }
        buffer.append(csvCell: cell)
    }

    private func endRow() { buffer += "\r\n".utf8 }
}
