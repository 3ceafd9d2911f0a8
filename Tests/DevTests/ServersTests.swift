import Foundation
import TestKit
import Testing

@testable import DevProgram

private let isRequired = ProcessInfo.processInfo.environment["REQUIRE_SERVERS"] == "1"

/// The servers of ./dev, in a project of the test's own.
@Suite(
    .enabled(if: isRequired || PostgresCluster.isInstalled && PrivateBroker.isInstalled, "no servers are installed"),
    .timeLimit(.minutes(5)),
    .serialized
)
struct ServersTests {
    private func runs(_ pid: Int32) -> Bool { ProcessIdentity(of: pid) != nil }

    /// Kept servers of a set, stopped at the end whatever happens.
    private func withServers(
        _ body: (_ servers: Servers, _ addresses: ServerAddresses, _ host: ProcessIdentity) async throws -> Void
    ) async throws {
        let temporary = try TemporaryProject()
        let servers = try await Servers(.bench, of: temporary.project)
        do {
            let addresses = try await servers.keep()
            try await body(servers, addresses, try #require(ProcessIdentity(file: servers.folder.lock)))
        } catch {
            try? await servers.down()
            throw error
        }
        try await servers.down()
    }

    @Test func `services-up and services-down can be typed twice, and leave nothing`() async throws {
        let temporary = try TemporaryProject()
        func type(_ command: String) async throws -> ChildProcess.Outcome {
            try await ChildProcess.run([temporary.project.program("veredus-dev"), command], folder: temporary.root)
        }
        let up = try await type("services-up")
        #expect(up.succeeded, "\(up)")
        let folder = try await ServerFolder(.test, of: temporary.project)
        let first = try #require(folder.ready)
        #expect(first.answer)
        #expect(up.output.contains("postgresql://postgres:"))
        for pid in [first.postgresPID, first.rabbitmqPID] {
            let owner = try FileManager.default.attributesOfItem(atPath: "/proc/\(pid)")[.ownerAccountID] as? Int
            #expect(owner != 0, "no server runs as root")
        }
        let env = "\(temporary.root)/.local/env"
        #expect(try FileManager.default.attributesOfItem(atPath: env)[.posixPermissions] as? Int == 0o600)
        let sourced = try await ChildProcess.run([
            "/bin/sh", "-c", ". '\(env)' && exec $VEREDUS_TEST_RABBITMQCTL -q status",
        ])
        #expect(sourced.succeeded, "\(sourced)")

        #expect(try await type("services-up").succeeded)
        #expect(folder.ready == first, "it starts nothing anew")
        #expect(try await type("services-down").succeeded)
        #expect(!runs(first.postgresPID) && !runs(first.rabbitmqPID))
        #expect(try await type("services-down").succeeded)
        #expect(folder.ready == nil)
    }

    @Test func `servers that were killed start again, whatever the crash left`() async throws {
        try await withServers { servers, addresses, host in
            kill(addresses.rabbitmqPID, SIGKILL)
            #expect(await host.ends(within: .seconds(30)), "the other server goes with it")
            try await eventually("PostgreSQL is gone") { !runs(addresses.postgresPID) }
            let data = "\(servers.folder.path)/rabbitmq/data"
            try FileManager.default.removeItem(atPath: data)
            try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
            // Where the node's folder should be.
            let node = "veredus-bench-\(servers.project.number)@localhost"
            try "broken".write(toFile: "\(data)/\(node)", atomically: false, encoding: .utf8)
            let lockFile = "\(servers.folder.path)/postgres/data/postmaster.pid"
            try "\(getpid())\n".write(toFile: lockFile, atomically: false, encoding: .utf8)

            let again = try await servers.keep()
            #expect(again.answer)
        }
    }

    @Test func `a host that is killed takes its servers with it`() async throws {
        try await withServers { servers, addresses, host in
            host.send(SIGKILL)
            try await eventually("both are gone") { !runs(addresses.postgresPID) && !runs(addresses.rabbitmqPID) }
            try await eventually("and so is who ended them") { try !FileLock.isHeld(servers.folder.lock) }
        }
    }

    @Test func `servers whose host and guardians were killed are found by the next start`() async throws {
        try await withServers { servers, addresses, host in
            // The guardians are shells; the servers themselves are no descendants of the host, or its direct children.
            let guardians = ProcessIdentity.descendants(of: host.pid).filter {
                let command = (try? String(contentsOfFile: "/proc/\($0.pid)/cmdline", encoding: .utf8)) ?? ""
                return command.hasPrefix("/bin/sh\0-c\0cat >/dev/null;")
            }
            #expect(guardians.count == 2)
            for process in guardians + [host] { kill(process.pid, SIGKILL) }
            try await eventually("nobody holds the lock") { try !FileLock.isHeld(servers.folder.lock) }
            #expect(runs(addresses.postgresPID) && runs(addresses.rabbitmqPID))

            let next = try await servers.keep()
            #expect(next.answer)
            #expect(!runs(addresses.postgresPID) && !runs(addresses.rabbitmqPID))
        }
    }

    @Test func `servers end with the last command that uses them`() async throws {
        let temporary = try TemporaryProject()
        let servers = try await Servers(.bench, of: temporary.project)
        var host: ProcessIdentity?
        await #expect(throws: CancellationError.self) {
            try await servers.use { addresses in
                #expect(addresses.answer)
                host = ProcessIdentity(file: servers.folder.lock)
                throw CancellationError()
            }
        }
        #expect(host?.isRunning == false)
        #expect(servers.folder.ready == nil)
    }

    @Test func `a signal ends the tests and the servers, and says which signal`() async throws {
        let temporary = try TemporaryProject()
        let tools = "\(temporary.root)/tools"
        try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
        // In place of `swift test`: it says where it is, and hangs.
        _ = FileManager.default.createFile(
            atPath: "\(tools)/swift",
            contents: Data("#!/bin/sh\necho \"testing $$ $REQUIRE_SERVERS\"\nsleep 600 &\nwait\n".utf8),
            attributes: [.posixPermissions: 0o755]
        )
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = "\(tools):\(environment["PATH"] ?? "")"
        environment["REQUIRE_SERVERS"] = nil
        let command = try ChildProcess(
            [temporary.project.program("veredus-dev"), "test"],
            environment: environment,
            folder: temporary.root,
            output: .file("\(temporary.root)/output")
        )
        var words: [Substring] = []
        try await eventually("it tests", within: .seconds(120)) {
            words = try ChildProcess.text(of: "\(temporary.root)/output").split(whereSeparator: \.isWhitespace)
            return words.contains("testing") && words.last?.isEmpty == false || !command.isRunning
        }
        let place = try #require(words.firstIndex(of: "testing"))
        let testing = try #require(pid_t(words[place + 1]))
        #expect(words[place + 2] == "1", "tests may not be skipped")
        let left = ProcessIdentity.descendants(of: testing)
        command.send(SIGINT)
        #expect(try await command.exit(within: .seconds(90)) == .exit(130))
        #expect(!runs(testing) && left.allSatisfy { !$0.isRunning })
        #expect(try await ServerFolder(.test, of: temporary.project).ready == nil)
    }
}
