import Glibc

/// A file read sequentially.
final class ByteFile {
    private let descriptor: Int32
    private let path: String
    /// How much of a regular file is left, by its size when it was opened; `nil` for others.
    private var left: Int?
    private static let chunk = 256 << 10

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
        let size = Int(facts.st_size)
        // The kernel's own files have no size.
        if facts.st_mode & S_IFMT == S_IFREG, size > 0 { left = size }
        if size > Self.chunk { posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL) }
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
        // One byte more than is left tells that nothing was added meanwhile.
        if left == 0 { return [] }
        let capacity = min(Self.chunk, left.map { $0 + 1 } ?? Self.chunk)
        while true {
            var result = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                result = read(descriptor, buffer.baseAddress, capacity)
                count = max(0, result)
            }
            if result < 0, errno == EINTR { continue }
            guard result >= 0 else { throw AdminFailure(.noInput, "\(path): \(String(cString: strerror(errno)))") }
            left = left.flatMap { $0 >= result ? $0 - result : nil }
            return bytes
        }
    }
}
