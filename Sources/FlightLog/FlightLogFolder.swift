import CLinux
import Core
import Glibc

/// The folder with the flight logs of one machine, one file a worker run.
package final class FlightLogFolder: Sendable {
    /// What has become of a name.
    package enum Finding: Sendable {
        /// A log that proves something.
        case log(FoundFlightLog)
        /// Its worker has it locked.
        case owned
        /// It is not there any more: somebody else has settled it.
        case gone
        case refused(FlightLogFault)
    }

    package let path: String
    package let boot: BootID
    let descriptor: Int32

    /// Opens a folder, and judges its file system.
    ///
    /// - Parameters:
    ///   - path: The folder itself must not be a symbolic link.
    ///   - boot: Logs of another boot prove nothing.
    /// - Throws: Why no flight log can be there.
    package init(_ path: String, boot: BootID) throws(FlightLogError) {
        let opened = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard opened >= 0 else { throw FlightLogError(path, failed: "open") }
        (self.path, self.boot, descriptor) = (path, boot, opened)
        var system = statfs()
        guard fstatfs(opened, &system) == 0 else { throw FlightLogError(path, failed: "statfs") }
        try FileSystemJudgement(type: Int(system.f_type)).check(path)
    }

    deinit { close(descriptor) }

    /// The names of all logs, finished or not, in order.
    package func names() throws(FlightLogError) -> [String] {
        // An open of its own: a duplicate would share its place in the list.
        let opened = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { throw FlightLogError(path, failed: "open") }
        guard let list = fdopendir(opened) else {
            close(opened)
            throw FlightLogError(path, failed: "opendir")
        }
        defer { closedir(list) }
        var names: [String] = []
        while let entry = readdir(list) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(Self.suffix) || name.hasSuffix(Self.newSuffix) { names.append(name) }
        }
        return names.sorted()
    }

    /// Opens a log of ``names()``, and keeps it locked.
    ///
    /// `evenIfOwned`: Also one that is locked, for a worker that is known to have lost its lease and does not answer:
    /// who gets a slot is decided by compare-and-swap, and never by the lock.
    package func open(_ name: String, evenIfOwned: Bool = false) -> Finding {
        open(name, evenIfOwned: evenIfOwned) { _, _ in }
    }

    /// Removes a file that nobody can ever use: of another boot, or never finished.
    ///
    /// - Returns: Whether it was one.
    package func removeUseless(_ name: String) -> Bool {
        var isRemoved = false
        _ = open(name, evenIfOwned: false) { fault, descriptor in
            // Locked, so that nobody finishes it meanwhile.
            if fault.isUseless { isRemoved = remove(name, ifStill: descriptor) }
        }
        return isRemoved
    }

    /// `refuse` is called for a file that proves nothing while it is still open and locked.
    private func open(
        _ name: String,
        evenIfOwned: Bool,
        refuse: (FlightLogFault, Int32) -> Void
    ) -> Finding {
        let descriptor = openat(descriptor, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT { return .gone }
            return .refused(code == ELOOP ? .symbolicLink : code == EISDIR ? .notAFile : .cannotOpen(code))
        }
        var isMapped = false
        defer { if !isMapped { FlightLogFile.unlock(descriptor) } }
        let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        guard isLocked || evenIfOwned else { return .owned }
        do throws(FlightLogFault) {
            guard let byteCount = try size(of: name, descriptor) else { return .gone }
            let header = try FlightHeader(Self.words(descriptor), fileBytes: byteCount)
            // A copy may be older than what its worker did since.
            guard name == Self.name(of: header.workerRun) else { throw .misnamed }
            guard header.boot == boot else { throw .otherBoot }
            // A copy may have holes, and taking a slot there could meet a full disk.
            let code = FlightLogFile.allocate(descriptor, byteCount: byteCount)
            guard code == 0 else { throw .cannotOpen(code) }
            guard let file = FlightLogFile(owning: descriptor, folder: self, name: name, byteCount: byteCount) else {
                throw .cannotOpen(errno)
            }
            isMapped = true
            return .log(FoundFlightLog(file, header: header, isOwned: !isLocked))
        } catch {
            refuse(error, descriptor)
            return .refused(error)
        }
    }

    /// The header's words; fewer where the file is shorter.
    private static func words(_ descriptor: Int32) throws(FlightLogFault) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: FlightHeader.wordCount)
        let count = words.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw .cannotOpen(errno) }
        return Array(words.prefix(count / 8))
    }

    /// The size of a file that is a finished log by all that the file system says; `nil` when it is gone.
    private func size(of name: String, _ descriptor: Int32) throws(FlightLogFault) -> Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .cannotOpen(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        guard status.st_nlink > 0, isStill(name, descriptor) else { return nil }
        guard status.st_nlink == 1 else { throw .links(Int(status.st_nlink)) }
        guard status.st_uid == geteuid() else { throw .wrongOwner(status.st_uid) }
        guard status.st_mode & 0o7777 == 0o600 else { throw .wrongMode(status.st_mode & 0o7777) }
        guard name.hasSuffix(Self.suffix) else { throw .unfinished }
        let most = (FlightHeader.mostSlots + 1) * FlightSlot.bytes
        guard (FlightSlot.bytes...most).contains(Int(status.st_size)) else { throw .damaged }
        return Int(status.st_size)
    }

    /// Whether a name is that of an open file.
    func isStill(_ name: String, _ descriptor: Int32) -> Bool {
        var (mine, named) = (stat(), stat())
        return fstat(descriptor, &mine) == 0 && fstatat(self.descriptor, name, &named, AT_SYMLINK_NOFOLLOW) == 0
            && mine.st_dev == named.st_dev && mine.st_ino == named.st_ino
    }

    /// Removes a name, if it is that of an open file.
    func remove(_ name: String, ifStill descriptor: Int32) -> Bool {
        isStill(name, descriptor) && unlinkat(self.descriptor, name, 0) == 0
    }

    private static let suffix = ".flight"
    private static let newSuffix = ".new"

    /// The file of a worker run: 16 hexadecimal digits and `.flight`.
    package static func name(of run: WorkerRun) -> String { digits(of: run) + suffix }

    /// What it is called until it is complete.
    static func newName(of run: WorkerRun, number: UInt32) -> String { "\(digits(of: run))-\(number)\(newSuffix)" }

    private static func digits(of run: WorkerRun) -> String {
        let digits = String(UInt64(bitPattern: run), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
