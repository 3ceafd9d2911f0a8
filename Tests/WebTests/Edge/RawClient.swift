import Glibc
import TestKit

/// A connection on which every byte is written by the test.
final class RawClient: Sendable {
    private let descriptor: Int32

    /// `receiving`: The size of the receive buffer; `nil` for the system's own.
    init(port: Int, receiving: Int32? = nil) throws {
        guard let descriptor = LoopbackPorts.connected(to: UInt16(port)) else {
            throw SocketFailure(description: "nobody listens on \(port)")
        }
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if var receiving {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiving, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    deinit { close(descriptor) }

    /// Closes the connection in both directions.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Closes its own direction, as a client that dies within its request.
    func stopSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Whether it could be written.
    @discardableResult
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// All that comes until the other side closes; `nil` when it does not within 20 s.
    func rest() -> String? {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 { return errno == ECONNRESET ? String(decoding: all, as: UTF8.self) : nil }
            guard count > 0 else { return String(decoding: all, as: UTF8.self) }
            all += buffer[..<count]
        }
    }

    /// The next bytes that come; empty at the end.
    func some() -> String {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : ""
    }
}

/// Why a test's own socket could not be used.
struct SocketFailure: Error, CustomStringConvertible {
    let description: String
}
