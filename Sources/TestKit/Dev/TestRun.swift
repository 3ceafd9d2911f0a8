import Foundation
import RuntimeSupport
import TestKit

/// `./dev test`: the tests that `./dev` has built, on private servers. The arguments go to `swift test`.
struct TestRun {
    let project: Project
    let arguments: [String]
    private let limit: Duration

    init(_ project: Project, _ arguments: [String]) throws {
        self.project = project
        self.arguments = arguments
        // Name a hanging test instead of waiting for it. By hand, Ctrl-C does it.
        let options = try Options(["TEST_LIMIT"], [], environment: project.environment)
        let seconds = try options.number("TEST_LIMIT", 1...86_400, default: 1_200)
        limit = project.environment["CI", default: ""].isEmpty ? .seconds(7 * 86_400) : .seconds(seconds)
    }

    func run() async throws {
        let log = "\(project.run)/tests.log"
        try await Servers(.test, of: project).use { servers in
            let settings = try TestSettings(project, servers).pairs()
            Console.heading("Testing")
            guard try await !test(settings, log) else { return }
            Console.heading("What went wrong")
            let lines = ((try? ChildProcess.text(of: log)) ?? "").components(separatedBy: "\n")
            for line in TestFailures.lines(of: lines) { Console.say(line) }
            throw Failure("tests failed", "The whole output is in \(project.short(log))")
        }
    }

    /// - Returns: Whether all passed.
    private func test(_ settings: [(String, String)], _ log: String) async throws -> Bool {
        var environment = project.environment.merging(Dictionary(settings) { $1 }) { $1 }
        if environment["REQUIRE_SERVERS", default: ""].isEmpty { environment["REQUIRE_SERVERS"] = "1" }
        // A crash of the tests themselves shows where.
        environment["SWIFT_BACKTRACE"] =
            "enable=yes,interactive=no,color=no,threads=crashed,registers=none,images=none,limit=40"
        // Each of these tests keeps servers and programs busy: more at once only make each other slow.
        environment["SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH"] = environment["TEST_WIDTH"] ?? "3"
        let output = try SharedOutput(log: log)
        // Swift Testing closes with "Test run with N tests …"; XCTest, which is not used, would add "Executed 0 tests".
        let child = try ChildProcess(
            ["/usr/bin/env", "swift", "test", "--skip-build", "--disable-xctest"]
                + ["--explicit-target-dependency-import-check", "error"] + arguments,
            environment: environment,
            folder: project.root,
            output: .descriptor(output.descriptor)
        )
        output.begin()
        do {
            let end = try await child.exit(within: limit)
            await output.end()
            return end == .exit(0)
        } catch {
            await child.endWithDescendants()
            await output.end()
            try Task.checkCancellation()
            Console.warn("the tests have not ended within \(limit)")
            return false
        }
    }
}

/// A program's output, into a log and to this process: a pipe, read by a thread.
private final class SharedOutput: Sendable {
    /// The program's end of the pipe.
    let descriptor: Int32
    private let source: FileHandle
    private let log: FileHandle
    private let ended: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init(log path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil), let log = FileHandle(forWritingAtPath: path)
        else {
            throw Failure("\(path) cannot be written: \(String(cString: strerror(errno)))", "Check who owns it")
        }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EMFILE) }
        (descriptor, source, self.log) = (ends[1], FileHandle(fileDescriptor: ends[0], closeOnDealloc: true), log)
        (ended, continuation) = AsyncStream.makeStream(of: Void.self)
    }

    /// Closes this process's end once the program has its own, so that the pipe ends with the program.
    func begin() {
        close(descriptor)
        startThread(name: "output") { [source, log, continuation] in
            // Whatever is available at once: `read(upToCount:)` waits for the full count.
            while case let bytes = source.availableData, !bytes.isEmpty {
                try? log.write(contentsOf: bytes)
                try? FileHandle.standardOutput.write(contentsOf: bytes)
            }
            continuation.finish()
        }
    }

    /// Waits for pending output; not for ever, since processes that the program left may hold the pipe open.
    func end() async {
        await shielded { [ended] in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in ended {} }
                group.addTask { try? await Task.sleep(for: .seconds(5)) }
                await group.next()
                group.cancelAll()
            }
        }
    }
}
