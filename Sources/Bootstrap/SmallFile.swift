import Core
import Glibc

/// The environment of this process.
package func processEnvironment() -> [String: String] {
    var environment: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
        let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, !parts[0].isEmpty { environment[String(parts[0])] = String(parts[1]) }
        entry += 1
    }
    return environment
}

/// Whether every user of the machine can read a file.
package func isReadableByAll(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_mode & S_IROTH != 0
}

/// The text of a file of at most 1 MiB, in UTF-8, without a byte-order mark: settings, secrets, templates.
package func readSmallFile(_ path: String) throws(SettingsReader.UnreadableFile) -> String {
    let limit = 1 << 20
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .init(reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw .init(reason: String(cString: strerror(errno))) }
        if count == 0 { break }
        bytes += buffer[..<count]
        guard bytes.count <= limit else { throw .init(reason: "larger than 1 MiB") }
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
        throw .init(reason: "in UTF-16; save it as UTF-8")
    }
    let start = bytes.starts(with: UTF8Scalar.byteOrderMark) ? UTF8Scalar.byteOrderMark.count : 0
    guard let text = String(validating: bytes[start...], as: UTF8.self) else {
        throw .init(reason: "not UTF-8; save it as UTF-8")
    }
    return text
}
