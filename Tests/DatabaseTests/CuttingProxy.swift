import Glibc
import RuntimeSupport
import Synchronization

/// Stands between a client and a server on loopback, and misbehaves when the client says a certain word.
///
/// Each connection has a thread of its own; it ends with the connection.
final class CuttingProxy: Sendable {
    enum Fault {
        /// The word is swallowed, and the connection cut.
        case cutBefore
        /// The word reaches the server, its answer is waited for and dropped, and the connection is cut.
        case cutAfterAnswer
        /// As before, but the connection stays open in silence.
        case silentAfterAnswer
    }

    let port: UInt16
    private let listener: Int32
    private let fault: Mutex<(word: [UInt8], fault: Fault)?> = Mutex(nil)

    init(to serverPort: UInt16) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    ? getsockname(listener, address, &length) : -1
            }
        }
        struct NoPort: Error {}
        guard status == 0 else { throw NoPort() }
        port = UInt16(bigEndian: address.sin_port)
        startThread(name: "proxy") { [weak self] in
            while case let client = accept(listener, nil, nil), client >= 0 {
                startThread(name: "proxy") { [weak self] in Self.forward(client, to: serverPort) { self?.takeFault($0) }
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// From now on, once: what happens when the client sends `word`.
    func arm(_ fault: Fault, at word: String) { self.fault.withLock { $0 = (Array(word.utf8), fault) } }

    private func takeFault(_ bytes: ArraySlice<UInt8>) -> Fault? {
        fault.withLock { armed in
            guard let (word, fault) = armed, bytes.contains(word) else { return nil }
            armed = nil
            return fault
        }
    }

    private static func forward(_ client: Int32, to port: UInt16, _ takeFault: (ArraySlice<UInt8>) -> Fault?) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer {
            close(client)
            close(server)
        }
        var address = loopback(port: port)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var isSilent = false
        while true {
            var entries = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: server, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&entries, 2, -1) > 0 else { return }
            if entries[0].revents != 0 {
                let count = read(client, &buffer, buffer.count)
                guard count > 0 else { return }
                let fault = takeFault(buffer[..<count])
                if fault == .cutBefore { return }
                guard write(server, buffer, count) == count else { return }
                if fault != nil {
                    guard read(server, &buffer, buffer.count) > 0, fault == .silentAfterAnswer else { return }
                    isSilent = true
                }
            }
            if entries[1].revents != 0 {
                let count = read(server, &buffer, buffer.count)
                guard count > 0 else { return }
                guard isSilent || write(client, buffer, count) == count else { return }
            }
        }
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
