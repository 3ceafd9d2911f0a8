import Core
import Glibc

/// A journal on the disk: `FOLDER/PROGRAM@INSTANCE/journal`, of one running program at a time.
///
/// Its owner appends, and replaces the whole file when most of it is old. Blocks its thread: it belongs to a
/// ``JournalWriter``.
package struct JournalFile: ~Copyable {
    static let fileName = "journal"

    let path: String
    /// Drawn when the file was made: names the journal in the database.
    let id: String
    /// What the file said when it was opened.
    let index: JournalIndex
    /// Lines that were damaged, and not at the end.
    let damaged: Int
    private(set) var lines: Int
    private let folder: String
    private let lock: Int32
    private var descriptor: Int32
    private var length: Int64
    /// The kernel may have dropped pages that it could not write: what was appended since is written once more.
    private var isBroken = false

    /// Why a journal cannot be used or written.
    package struct Trouble: Error, CustomStringConvertible {
        let path: String
        let reason: String
        /// The file is another running program's.
        let isTaken: Bool
        /// The disk is full or fails: that passes, or somebody has to look; the program goes on.
        let isOfDisk: Bool

        package var description: String { "\(path) \(reason)" }

        init(_ path: String, _ reason: String, isTaken: Bool = false) {
            (self.path, self.reason, self.isTaken, isOfDisk) = (path, reason, isTaken, false)
        }

        init(_ path: String, failed what: String) {
            let code = errno
            self.path = path
            reason = "\(what): \(String(cString: strerror(code)))"
            isTaken = false
            isOfDisk = [ENOSPC, EDQUOT, EIO, EFBIG].contains(code)
        }
    }

    private init(path: String, folder: String, lock: Int32, descriptor: Int32, id: String, found: borrowing Contents) {
        self.path = path
        self.folder = folder
        self.lock = lock
        self.descriptor = descriptor
        self.id = id
        index = found.index
        // One torn line at the end is what a kill leaves behind.
        damaged = found.scanner.damaged + max(0, found.scanner.torn - 1)
        lines = found.scanner.lines
        length = found.scanner.soundBytes
    }

    deinit {
        close(descriptor)
        close(lock)
    }

    /// Opens or makes the file, cuts a torn end off, and keeps others away from it.
    static func open(machineFolder: String, name: String) throws(Trouble) -> JournalFile {
        let folder = "\(machineFolder)/\(name)"
        let path = "\(folder)/\(fileName)"
        for folder in [machineFolder, folder] {
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw Trouble(path, failed: "cannot be made") }
        }
        // A file of its own: the journal is replaced by another one now and then.
        let lock = Glibc.open("\(path).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw Trouble(path, failed: "cannot be locked") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw Trouble(path, "is in use by another program of this name", isTaken: true)
        }
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            defer { close(lock) }
            throw Trouble(path, failed: "cannot be opened")
        }
        do throws(Trouble) {
            let found = try Contents(reading: descriptor, path: path)
            if let id = found.id {
                guard ftruncate(descriptor, off_t(found.scanner.soundBytes)) == 0 else {
                    throw Trouble(path, failed: "cannot be written")
                }
                return JournalFile(
                    path: path,
                    folder: folder,
                    lock: lock,
                    descriptor: descriptor,
                    id: id,
                    found: found
                )
            }
            guard found.scanner.lines == 0, found.isShort else {
                throw Trouble(path, "is no journal: move it away, and say what it was")
            }
            let id = try newIdentity()
            let header = JournalLine.header(id: id).encoded
            guard ftruncate(descriptor, 0) == 0, write(header, to: descriptor), fsync(descriptor) == 0,
                syncFolder(folder)
            else { throw Trouble(path, failed: "cannot be written") }
            var made = Contents(id: id)
            made.scanner.scan(header) { _ in }
            return JournalFile(path: path, folder: folder, lock: lock, descriptor: descriptor, id: id, found: made)
        } catch {
            close(descriptor)
            close(lock)
            throw error
        }
    }

    /// Appends lines, and returns when they are on the disk; otherwise the file is as it was.
    mutating func append(_ lines: [JournalLine]) throws(Trouble) {
        if isBroken { try compact() }
        let bytes = lines.flatMap(\.encoded)
        guard Self.write(bytes, to: descriptor) else {
            let trouble = Trouble(path, failed: "cannot be written")
            isBroken = ftruncate(descriptor, off_t(length)) != 0
            throw trouble
        }
        guard fdatasync(descriptor) == 0 else {
            isBroken = true
            let trouble = Trouble(path, failed: "cannot be written to the disk")
            _ = ftruncate(descriptor, off_t(length))
            throw trouble
        }
        length += Int64(bytes.count)
        self.lines += lines.count
    }

    /// Replaces the file by one that has only the newest change of each right, in one step.
    mutating func compact(mostRights: Int = JournalIndex.mostRights) throws(Trouble) {
        let found = try Contents(reading: descriptor, path: path)
        let cut = found.index.cut(to: mostRights)
        let new = "\(path).new"
        let copy = Glibc.open(new, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard copy >= 0 else { throw Trouble(path, failed: "cannot be replaced") }
        var written = (bytes: Int64(0), lines: 1)
        do throws(Trouble) {
            var buffer = JournalLine.header(id: id).encoded
            var dropped = found.index.dropped
            _ = try Contents.scan(descriptor, path) { line throws(Trouble) in
                guard case .entry(let entry, _) = line, found.index.isNewest(entry) else { return }
                if let cut, entry.stamp < cut {
                    dropped += 1
                    return
                }
                buffer += line.encoded
                written.lines += 1
                guard buffer.count >= 1 << 20 else { return }
                guard Self.write(buffer, to: copy) else { throw Trouble(path, failed: "cannot be replaced") }
                written.bytes += Int64(buffer.count)
                buffer = []
            }
            // The last batch is not lost, whatever it had.
            buffer += JournalLine.numbers(found.index.numbers, batch: found.index.lastBatch).encoded
            buffer += JournalLine.dropped(dropped, batch: found.index.lastBatch).encoded
            written.lines += 2
            guard Self.write(buffer, to: copy), fsync(copy) == 0, rename(new, path) == 0 else {
                throw Trouble(path, failed: "cannot be replaced")
            }
            written.bytes += Int64(buffer.count)
        } catch {
            close(copy)
            unlink(new)
            throw error
        }
        // The file before has no name any more: what is appended to it would be lost.
        close(descriptor)
        descriptor = copy
        length = written.bytes
        lines = written.lines
        isBroken = true
        guard Self.syncFolder(folder) else { throw Trouble(path, failed: "cannot be replaced") }
        isBroken = false
    }

    /// The newest entries after a batch.
    func entries(after batch: Int64) throws(Trouble) -> [JournalEntry] {
        let found = try Contents(reading: descriptor, path: path)
        return try Self.entries(descriptor, path, newestIn: found.index, after: batch)
    }

    // MARK: A copied journal

    /// What a file says that belongs to no running program of this machine, or was copied: it is read only.
    package static func index(of path: String, into index: inout JournalIndex) throws(Trouble) -> (
        id: String, damaged: Int
    ) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Trouble(path, failed: "cannot be opened") }
        defer { close(descriptor) }
        var id: String?
        let scanner = try Contents.scan(descriptor, path) { line throws(Trouble) in
            if case .header(let name) = line { id = name }
            index.add(line)
        }
        guard let id else { throw Trouble(path, "is no journal") }
        return (id, scanner.damaged)
    }

    /// The entries of a file that are the newest in an index of several.
    package static func entries(of path: String, newestIn index: JournalIndex) throws(Trouble) -> [JournalEntry] {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Trouble(path, failed: "cannot be opened") }
        defer { close(descriptor) }
        return try entries(descriptor, path, newestIn: index, after: -1)
    }

    private static func entries(
        _ descriptor: Int32,
        _ path: String,
        newestIn index: JournalIndex,
        after batch: Int64
    ) throws(Trouble) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        _ = try Contents.scan(descriptor, path) { line throws(Trouble) in
            guard case .entry(let entry, let itsBatch) = line, itsBatch > batch, index.isNewest(entry) else { return }
            entries.append(entry)
        }
        return entries
    }

    // MARK: Bytes

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func syncFolder(_ folder: String) -> Bool {
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }

    /// A random UUID, as `gen_random_uuid()` writes it.
    private static func newIdentity() throws(Trouble) -> String {
        var random = SystemRandomNumberGenerator()
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let ranges = [0..<4, 4..<6, 6..<8, 8..<10, 10..<16]
        return ranges.map { Hexadecimal.text(bytes[$0]) }.joined(separator: "-")
    }
}

/// What a journal's bytes say.
private struct Contents {
    var id: String?
    var index = JournalIndex()
    var scanner = JournalScanner()
    /// Whether there is no more than a header that was not finished.
    private(set) var isShort = true

    init(id: String) { self.id = id }

    init(reading descriptor: Int32, path: String) throws(JournalFile.Trouble) {
        var id: String?
        var index = JournalIndex()
        scanner = try Self.scan(descriptor, path) { line throws(JournalFile.Trouble) in
            if case .header(let name) = line { id = name }
            index.add(line)
        }
        self.id = id
        self.index = index
        isShort = lseek(descriptor, 0, SEEK_END) < 200
    }

    static func scan(
        _ descriptor: Int32,
        _ path: String,
        _ body: (JournalLine) throws(JournalFile.Trouble) -> Void
    ) throws(JournalFile.Trouble) -> JournalScanner {
        var scanner = JournalScanner()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var offset = off_t(0)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, offset)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw JournalFile.Trouble(path, failed: "cannot be read") }
            if count == 0 { return scanner }
            offset += off_t(count)
            try scanner.scan(buffer[..<count], body)
        }
    }
}
