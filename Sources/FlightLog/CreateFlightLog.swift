import CLinux
import Core
import Glibc

extension OwnedFlightLog {
    /// Makes the log of a worker run: complete and locked before others can see it under its name.
    ///
    /// Nothing is synchronised with the disk: the log is for those who come after this process, not after this boot.
    ///
    /// - Parameters:
    ///   - folder: Where the logs of this machine are.
    ///   - workerRun: Its name, which must be new.
    ///   - slots: The most messages in flight, 1 to 65,535; 512 bytes each.
    /// - Returns: The log, which is removed by ``remove()`` alone.
    /// - Throws: Why there is none; nothing is left behind.
    package static func create(
        in folder: FlightLogFolder,
        workerRun: WorkerRun,
        slots: Int
    ) throws(FlightLogError) -> OwnedFlightLog {
        precondition((1...FlightHeader.mostSlots).contains(slots), "a flight log has 1 to 65,535 slots")
        let header = FlightHeader(workerRun: workerRun, slots: slots, boot: folder.boot)
        for _ in 0..<3 {
            if let log = try create(in: folder, header) { return log }
        }
        throw FlightLogError(
            kind: .other,
            path: folder.path,
            reason: "another program removed the new file three times",
            remedy: "Find out which"
        )
    }

    /// - Returns: `nil` when somebody who tidies up took the new file for a dead worker's.
    private static func create(
        in folder: FlightLogFolder,
        _ header: FlightHeader
    ) throws(FlightLogError) -> OwnedFlightLog? {
        let final = FlightLogFolder.name(of: header.workerRun)
        let new = FlightLogFolder.newName(of: header.workerRun, number: .random(in: 0...UInt32.max))
        let path = "\(folder.path)/\(final)"
        let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = openat(folder.descriptor, new, flags, 0o600)
        guard descriptor >= 0 else { throw FlightLogError(path, failed: "open") }
        var isMapped = false
        var isInView = false
        defer {
            if !isInView { unlinkat(folder.descriptor, new, 0) }
            if !isMapped { FlightLogFile.unlock(descriptor) }
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, folder.isStill(new, descriptor) else { return nil }
        // The umask may have taken bits away.
        guard fchmod(descriptor, 0o600) == 0 else { throw FlightLogError(path, failed: "fchmod") }
        let code = FlightLogFile.allocate(descriptor, byteCount: header.bytes)
        guard code == 0 else { throw FlightLogError(path, failed: "posix_fallocate", code: code) }
        guard let file = FlightLogFile(owning: descriptor, folder: folder, name: final, byteCount: header.bytes) else {
            throw FlightLogError(path, failed: "mmap")
        }
        isMapped = true
        file.setWords(header.words)
        guard renameat2(folder.descriptor, new, folder.descriptor, final, veredus_rename_noreplace) == 0 else {
            throw FlightLogError(path, failed: "rename")
        }
        isInView = true
        return OwnedFlightLog(file, header: header)
    }
}
