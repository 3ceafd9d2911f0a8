import Foundation
import Glibc
import RuntimeSupport
import Testing

/// A lease that the database counts goes on while the machine sleeps: what is measured against it must, too.
@Suite struct OneClockTests {
    @Test func `the clock is the one that goes on while the machine sleeps`() {
        let before = Self.read(CLOCK_BOOTTIME)
        let now = monotonicNow()
        #expect((before...Self.read(CLOCK_BOOTTIME)).contains(now))
    }

    /// A machine that never slept shows no difference between the two, so that only the source can be asked.
    @Test func `no program reads the clock that stands still meanwhile`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        var readers: [String] = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            let code = text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }
            if code.contains(where: { line in Self.clocks.contains { line.contains($0) } }) {
                readers.append(file.lastPathComponent)
            }
        }
        #expect(readers == ["MonotonicNow.swift"])
    }

    private static let clocks = [
        "CLOCK_MONOTONIC", "CLOCK_BOOTTIME", "SuspendingClock", "DispatchTime", "uptimeNanoseconds",
    ]

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
