import Foundation
import TestKit

/// A set's servers as the commands see them: up, down, or up while a command needs them.
struct Servers {
    let set: ServerSet
    let project: Project
    let folder: ServerFolder

    init(_ set: ServerSet, of project: Project) async throws {
        try project.makeFolders()
        self.set = set
        self.project = project
        folder = try await ServerFolder(set, of: project)
    }

    /// Lends them, and stops them at the end, also on a signal, unless another command uses or keeps them.
    func use(_ body: (ServerAddresses) async throws -> Void) async throws {
        let users = try await beUser()
        Console.heading("Starting PostgreSQL and RabbitMQ (private, on 127.0.0.1)")
        do {
            try await body(try await up())
        } catch {
            await leave(users)
            throw error
        }
        await leave(users)
    }

    /// Starts them for all commands, until ``down()``.
    func keep() async throws -> ServerAddresses {
        let users = try await beUser()
        let addresses = try await up()
        try Data().write(to: URL(fileURLWithPath: folder.keep))
        return withExtendedLifetime(users) { addresses }
    }

    /// Stops them, even while they are used, and even if their host has died.
    func down() async throws {
        try? FileManager.default.removeItem(atPath: folder.keep)
        for (signal, limit) in [(SIGTERM, 60), (SIGKILL, 60)] {
            if let lock = try FileLock.tryTake(folder.lock, .exclusive) {
                return try await PrivateServers.endLeftovers(in: folder, holding: lock)
            }
            ProcessIdentity(file: folder.lock)?.send(signal)
            if let lock = try await FileLock.take(folder.lock, .exclusive, within: .seconds(limit)) {
                return try await PrivateServers.endLeftovers(in: folder, holding: lock)
            }
            Console.warn("the servers in \(folder.path) have not stopped within \(limit) s")
        }
    }

    private func beUser() async throws -> FileLock {
        guard let users = try await FileLock.take(folder.users, .shared, within: .seconds(60)) else {
            throw Failure("the private servers are being stopped by another ./dev", "Try again in a moment")
        }
        return users
    }

    private func leave(_ users: FileLock) async {
        await shielded {
            guard !folder.isKept else { return }
            guard users.change(to: .exclusive) else {
                return Console.say("PostgreSQL and RabbitMQ stay up: another ./dev is using them")
            }
            Console.say("Stopping PostgreSQL and RabbitMQ")
            do { try await down() } catch { Console.warn("\(error)") }
        }
    }

    /// Starts them unless they run, for the caller.
    private func up() async throws -> ServerAddresses {
        guard let turn = try await FileLock.take("\(project.run)/servers.lock", .exclusive, within: .seconds(300))
        else {
            throw Failure(
                "another ./dev has been starting servers for 5 minutes",
                "Look for it: ps ax | grep veredus-dev"
            )
        }
        defer { withExtendedLifetime(turn) {} }
        let addresses =
            if let found = try await running() { found } else { try await start() }
        let plan = PortPlan(set: set, project: project)
        for (name, port) in [
            (PortName.postgres, addresses.postgres), (.amqp, addresses.amqp), (.amqps, addresses.amqps),
        ] {
            guard let fixed = try plan.fixed(name), fixed != port else { continue }
            throw Failure(
                "the servers are already running, on port \(port) and not on the \(fixed) that VEREDUS_\(name.rawValue) asks for",
                "Stop them first: ./dev services-down"
            )
        }
        return addresses
    }

    /// The running ones; `nil` if none. Waits for servers that are stopping.
    private func running() async throws -> ServerAddresses? {
        let deadline = ContinuousClock.now + .seconds(60)
        while try FileLock.isHeld(folder.lock) {
            if let addresses = folder.ready, addresses.answer { return addresses }
            guard ContinuousClock.now < deadline else {
                throw Failure("the servers in \(folder.path) neither answer nor end", "Stop them: ./dev services-down")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        return nil
    }

    private func start() async throws -> ServerAddresses {
        try? FileManager.default.removeItem(atPath: folder.addresses)
        let log = "\(project.run)/\(set.rawValue)-servers.log"
        let host = try ChildProcess(
            [project.program("veredus-dev"), "serve", set.rawValue],
            folder: project.root,
            output: .file(log),
            session: true
        )
        while true {
            if let addresses = folder.ready {
                host.letGo()
                let notices = (try? ChildProcess.text(of: log)) ?? ""
                Console.write(notices, to: .standardOutput)
                return addresses
            }
            guard host.isRunning else {
                let words = ((try? ChildProcess.text(of: log)) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
                throw Failure(words: words.isEmpty ? "error: the servers did not start. Read \(log)." : words)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
