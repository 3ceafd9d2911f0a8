import Foundation
import Glibc

/// A lock on a file, by flock(2): the kernel releases it however this process ends.
final class FileLock: Sendable {
    enum Kind: Sendable {
        case shared, exclusive

        fileprivate var operation: Int32 { self == .shared ? LOCK_SH : LOCK_EX }
    }

    /// A process that inherits it holds the lock, too.
    let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// - Returns: `nil` if another process holds it.
    /// - Throws: ``Failure`` when the file cannot be opened.
    static func tryTake(_ path: String, _ kind: Kind) throws -> FileLock? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure(
                "\(path): \(String(cString: strerror(errno)))",
                "Run ./dev as the owner of the file"
            )
        }
        let lock = FileLock(descriptor: descriptor)
        return lock.change(to: kind) ? lock : nil
    }

    /// Waits for it.
    ///
    /// - Returns: `nil` if another process held it all the time.
    static func take(_ path: String, _ kind: Kind, within limit: Duration) async throws -> FileLock? {
        let deadline = ContinuousClock.now + limit
        while true {
            if let lock = try tryTake(path, kind) { return lock }
            guard ContinuousClock.now < deadline else { return nil }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Whether any process holds it.
    static func isHeld(_ path: String) throws -> Bool { try tryTake(path, .exclusive) == nil }

    /// Changes to the other kind of lock, unless another process prevents it; the present lock may then be lost.
    func change(to kind: Kind) -> Bool { flock(descriptor, kind.operation | LOCK_NB) == 0 }

    /// Writes into the file, for others to read.
    func write(_ text: String) {
        ftruncate(descriptor, 0)
        _ = Array(text.utf8).withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
}
