import Foundation

/// `veredus-dev serve SET`: the process that a set's servers are children of, in a session of its own.
///
/// It ends on a signal, when a server ends unexpectedly, and when no command uses the servers any more: each user holds
/// a lock, which the kernel releases even after a kill. If the host itself is killed, the servers'
/// guardians end them.
struct ServerHost {
    private static let interval = Duration.milliseconds(500)

    let set: ServerSet
    let project: Project
    let folder: ServerFolder

    /// Runs the servers until they are no longer used.
    ///
    /// - Throws: ``Failure`` if they do not start, or one of them ends unexpectedly.
    func run() async throws {
        // The guardians of a host that was killed hold the lock until they are done.
        guard let lock = try await FileLock.take(folder.lock, .exclusive, within: .seconds(60)) else {
            throw Failure("another process runs the servers in \(folder.path)", "Run: ./dev services-down")
        }
        try? FileManager.default.removeItem(atPath: folder.addresses)
        lock.write(ProcessIdentity(of: getpid())?.text ?? "")
        let servers = try await PrivateServers.start(set, in: folder, of: project, holding: lock)
        do {
            try JSONEncoder().encode(servers.addresses).write(
                to: URL(fileURLWithPath: folder.addresses),
                options: .atomic
            )
            // A command that comes while they are being stopped waits for this lock.
            let users = try await stay(servers)
            await end(servers)
            withExtendedLifetime(users) {}
        } catch {
            await end(servers)
            throw error
        }
    }

    /// Waits until they are no longer used.
    ///
    /// - Returns: The users' lock.
    private func stay(_ servers: PrivateServers) async throws -> FileLock {
        while true {
            try await Task.sleep(for: Self.interval)
            if let trouble = servers.trouble { throw Failure(words: "error: \(trouble).") }
            if !folder.isKept, let users = try FileLock.tryTake(folder.users, .exclusive) { return users }
        }
    }

    private func end(_ servers: PrivateServers) async {
        await shielded { [folder] in
            try? FileManager.default.removeItem(atPath: folder.addresses)
            await servers.stop()
        }
    }
}
