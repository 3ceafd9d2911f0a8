import Foundation
import TestKit
import Testing

@testable import FlightLog

private let canMount: Bool = {
    let child = try? ChildProcess(["/usr/bin/unshare", "--mount", "/bin/true"])
    child?.waitUntilExit()
    return child?.end == .exit(0)
}()

/// Real mounts, in a mount namespace that ends with the program in it.
@Suite(.enabled(if: geteuid() == 0 && canMount, "mounting needs root"), .timeLimit(.minutes(2)))
struct UnsuitablePlaceTests {
    static let table: [(mount: String, slots: Int, says: String, because: Comment)] = [
        ("-t tmpfs -o size=1m none", 100, "made", "there is space"),
        ("-t tmpfs -o size=16k none", 264, "noSpace", "a full disk is known at the start, not by SIGBUS"),
        ("-t tmpfs -o ro none", 100, "readOnly", "a read-only volume"),
        ("-t ramfs none", 100, "wrongFileSystem", "a file system that is not in the list"),
    ]

    @Test(arguments: table)
    func `a place is tried before it is relied on`(
        row: (mount: String, slots: Int, says: String, because: Comment)
    ) async throws {
        let place = try LogFolder()
        let script =
            "mount \(row.mount) \(place.path) && \"$0\" \(place.path) 1 make \(row.slots) && ls -A \(place.path)"
        let outcome = try await run("/usr/bin/unshare", ["--mount", "/bin/sh", "-c", script, victim])
        let lines = outcome.split(separator: "\n")
        #expect(lines.first?.hasPrefix(row.says) == true, row.because)
        #expect(lines.dropFirst() == (row.says == "made" ? ["0000000000000001.flight"] : []), "nothing is left behind")
        #expect(row.says == "made" || outcome.contains(place.path))
    }

    @Test func `a folder without the right to write is refused`() async throws {
        let place = try LogFolder()
        #expect(chmod(place.path, 0o555) == 0)
        // Where the build folder is closed to others, so is the program.
        let program = "\(place.path)-victim"
        try FileManager.default.copyItem(atPath: victim, toPath: program)
        defer { try? FileManager.default.removeItem(atPath: program) }
        let user = ["--reuid=65534", "--regid=65534", "--clear-groups"]
        let outcome = try await run("/usr/bin/setpriv", user + [program, place.path, "1", "make"])
        #expect(outcome.hasPrefix("noPermission"))
    }

    private var victim: String { Stage.products.appendingPathComponent("veredus-flight-victim").path }

    private func run(_ program: String, _ arguments: [String]) async throws -> String {
        let outcome = try await ChildProcess.run([program] + arguments)
        return outcome.output + outcome.errors
    }
}
