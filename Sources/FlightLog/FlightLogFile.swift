import CLinux
import Glibc

/// A flight log's file, open and mapped; what its owner and those who find it have in common.
///
/// `@unchecked Sendable`: nothing of it changes after `init`, the memory is mapped until `deinit`, and every access to it
/// goes through ``FlightSlot`` or ``setWords(_:)``, atomically.
///
/// The lock is flock(2)'s, not fcntl(2)'s of open file descriptions: both belong to what open(2) made, so that another
/// open in this process is refused too, and end with its last descriptor and its last mapping; flock needs no structure
/// and is what the project's other locks are. The kernel takes a killed process's memory away before it lets the lock
/// go: who gets it knows that no thread of the owner stores any more, where the file system keeps one lock for all.
final class FlightLogFile: @unchecked Sendable {
    let folder: FlightLogFolder
    let name: String
    private let descriptor: Int32
    private let base: UnsafeMutableRawPointer
    private let byteCount: Int

    /// Maps `byteCount` bytes, and owns `descriptor` from now on; `nil` and errno when they cannot be mapped.
    init?(owning descriptor: Int32, folder: FlightLogFolder, name: String, byteCount: Int) {
        let mapped = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let mapped, mapped != MAP_FAILED else { return nil }
        (self.descriptor, self.folder, self.name) = (descriptor, folder, name)
        (base, self.byteCount) = (mapped, byteCount)
    }

    deinit {
        munmap(base, byteCount)
        Self.unlock(descriptor)
    }

    /// Closes a file, and unlocks it first: a program that is just being started has the lock, too, until its exec(3).
    static func unlock(_ descriptor: Int32) {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Writes the first words of the file.
    func setWords(_ values: [UInt64]) {
        let words = base.assumingMemoryBound(to: UInt64.self)
        for (index, value) in values.enumerated() { veredus_set_word(words + index, value) }
    }

    /// A slot of this log, counted from 0.
    func slot(_ index: Int, seed: UInt64) -> FlightSlot {
        let offset = (index + 1) * FlightSlot.bytes
        precondition(index >= 0 && offset < byteCount, "no such slot")
        return FlightSlot(
            (base + offset).assumingMemoryBound(to: UInt64.self),
            seed: FlightWord.mixed(seed, UInt64(truncatingIfNeeded: index))
        )
    }

    /// Removes the file, unless its name has become another file's.
    func remove() -> Bool { folder.remove(name, ifStill: descriptor) }

    /// Reserves what the file needs, so that no store to it meets a full disk, which is SIGBUS.
    ///
    /// - Returns: 0, or the error's number.
    static func allocate(_ descriptor: Int32, byteCount: Int) -> Int32 {
        while true {
            let code = posix_fallocate(descriptor, 0, off_t(byteCount))
            if code != EINTR { return code }
        }
    }
}
