import Foundation

/// Facts about a process from /proc.
enum ProcessFiles {
    /// The ports of its own from which it is connected to a port of 127.0.0.1.
    static func localPorts(of pid: pid_t, to port: UInt16) -> [Int32] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? []
        let sockets = Set(
            files.compactMap { file -> Substring? in
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(file)")
                guard let target, target.hasPrefix("socket:[") else { return nil }
                return target.dropFirst("socket:[".count).dropLast()
            }
        )
        let table = (try? String(contentsOfFile: "/proc/\(pid)/net/tcp", encoding: .utf8)) ?? ""
        return table.split(separator: "\n").dropFirst().compactMap { line in
            // sl, local address, remote address, …, inode in the tenth place; addresses are hexadecimal.
            let fields = line.split(separator: " ")
            guard fields.count > 9, sockets.contains(fields[9]) else { return nil }
            let ports = fields[1...2].map { Int32($0.split(separator: ":").last ?? "", radix: 16) ?? 0 }
            return ports[1] == Int32(port) ? ports[0] : nil
        }
    }
}
