import Foundation
import Glibc

/// Ports of the loopback interface.
package enum LoopbackPorts {
    /// Ports without a listener at the moment.
    package static func free(_ count: Int) throws -> [UInt16] {
        var sockets: [Int32] = []
        defer { for descriptor in sockets { close(descriptor) } }
        return try (0..<count).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(descriptor)
            var address = loopback(0)
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let status = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                    bind(descriptor, raw, size) == 0 && getsockname(descriptor, raw, &size) == 0
                }
            }
            guard status else { throw PrivateBroker.Unavailable(description: "no free port: errno \(errno)") }
            return UInt16(bigEndian: address.sin_port)
        }
    }

    /// Whether any socket of this machine uses this local port, except in TIME_WAIT.
    ///
    /// Connections count, too: a server cannot listen on a port from which a connection was made.
    package static func isBusy(_ port: UInt16) -> Bool {
        let ending =
            ":" + String(repeating: "0", count: 4 - String(port, radix: 16).count)
            + String(port, radix: 16, uppercase: true)
        return ["/proc/net/tcp", "/proc/net/tcp6"].contains { table in
            let lines = (try? String(contentsOfFile: table, encoding: .utf8))?.split(separator: "\n") ?? []
            return lines.dropFirst().contains { line in
                // sl, local address, remote address, state; 06 is TIME_WAIT.
                let fields = line.split(separator: " ", maxSplits: 4)
                return fields.count > 3 && fields[1].hasSuffix(ending) && fields[3] != "06"
            }
        }
    }

    /// Whether a loopback port accepts connections.
    package static func accept(_ port: UInt16) -> Bool {
        guard let descriptor = connected(to: port) else { return false }
        close(descriptor)
        return true
    }

    /// A socket that is connected to a loopback port, which the caller closes; `nil` without a listener.
    package static func connected(to port: UInt16) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if isConnected { return descriptor }
        close(descriptor)
        return nil
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
