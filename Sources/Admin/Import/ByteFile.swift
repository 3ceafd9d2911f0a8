import Glibc

/// A file read sequentially.
final class ByteFile {
    private let descriptor: Int32
    private let path: String

    /// - Throws: ``AdminFailure`` when it cannot be opened.
    init(path: String) throws(AdminFailure) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw AdminFailure(.noInput, "\(path): \(String(cString: strerror(errno)))") }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT != S_IFDIR else {
            close(descriptor)
            throw AdminFailure(.noInput, "\(path) is a folder; name a file")
        }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Standard input, which may not be openable by name: a socket, another user's pipe.
    init(standardInput path: String) throws(AdminFailure) {
        self.path = path
        descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else {
            throw AdminFailure(.noInput, "standard input: \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// The next bytes; empty at the end.
    func next() throws(AdminFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw AdminFailure(.noInput, "\(path): \(String(cString: strerror(errno)))") }
            bytes.removeLast(bytes.count - count)
            return bytes
        }
    }
}
