import Core
import Glibc

/// One start of this machine: memory outlives a process, and not a boot.
package struct BootID: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// Reads a UUID of 32 hexadecimal digits and dashes; `nil` for anything else.
    package init?(_ text: String) {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        guard digits.count == 32 else { return nil }
        var halves: [UInt64] = [0, 0]
        for (index, digit) in digits.enumerated() {
            guard let value = Hexadecimal.value(of: digit) else { return nil }
            halves[index / 16] = halves[index / 16] << 4 | UInt64(value)
        }
        self.init(high: halves[0], low: halves[1])
    }

    /// This boot, from the kernel; containers of one machine share it.
    package static func current() throws(FlightLogError) -> BootID {
        let path = "/proc/sys/kernel/random/boot_id"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FlightLogError(path, failed: "open") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { throw FlightLogError(path, failed: "read") }
        let text = String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        guard let boot = BootID(text) else {
            throw FlightLogError(
                kind: .other,
                path: path,
                reason: "it has no UUID",
                remedy: "Mount /proc, so that this boot can be told from others"
            )
        }
        return boot
    }
}
