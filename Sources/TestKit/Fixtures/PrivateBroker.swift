import Foundation
import Glibc
import Synchronization

/// A RabbitMQ node of a test's own, in a temporary folder, on free loopback ports, without plugins.
///
/// For tests that stop, kill, alarm or wipe a broker. It ends with the process at the latest. Starting takes about
/// 5 s, each ``control(_:)`` about 1 s: wait for what a client sees rather than asking the node.
package final class PrivateBroker: Sendable {
    /// Why a node could not be had.
    package struct Unavailable: Error, CustomStringConvertible {
        package let description: String
    }

    static let programs = "/usr/lib/rabbitmq/bin"

    /// Whether RabbitMQ is installed here.
    package static var isInstalled: Bool {
        FileManager.default.isExecutableFile(atPath: "\(programs)/rabbitmq-server")
    }

    package let port: UInt16
    package let folder: String
    private let environment: [String]
    private let nameService: UInt16
    private let owner: ServerPlace.Owner?
    private let guardian: ProcessGuardian
    private let state = Mutex<(node: ChildProcess?, names: ChildProcess?)>((nil, nil))

    /// What a client names it by; `localhost`, as a certificate would have it.
    package var url: String { "amqp://guest:guest@localhost:\(port)" }

    /// Makes a folder for a node; nothing runs yet.
    ///
    /// - Parameter configuration: Lines of rabbitmq.conf.
    /// - Throws: ``Unavailable`` when RabbitMQ is not installed.
    package convenience init(configuration: [String] = []) throws {
        let free = try LoopbackPorts.free(3)
        let ports = Ports(clients: free[0], nodes: free[1], names: free[2])
        try self.init(
            folder: "/tmp/veredus-rabbitmq-\(getpid())-\(ports.clients)",
            owner: getuid() == 0 ? ServerPlace.Owner(name: "rabbitmq") : nil,
            place: nil,
            ports: ports,
            node: "veredus\(ports.clients)",
            configuration: ["disk_free_limit.absolute = 1MB", "log.file.level = info"] + configuration
        )
    }

    /// Takes a folder that stays; nothing runs yet.
    ///
    /// What was left running for that folder, by a crash of its guardian, is killed first.
    ///
    /// - Parameters:
    ///   - place: The folder. The node ends with this process, as every one does; the folder stays.
    ///   - ports: Where it is to listen.
    ///   - node: The name that its data belong to, without the host.
    ///   - configuration: Lines of rabbitmq.conf.
    /// - Throws: ``Unavailable`` when RabbitMQ is not installed.
    package convenience init(at place: ServerPlace, ports: Ports, node: String, configuration: [String]) throws {
        try Self.endLeftovers(in: place.folder)
        try self.init(
            folder: place.folder,
            owner: place.owner,
            place: place,
            ports: ports,
            node: node,
            configuration: configuration
        )
    }

    private init(
        folder: String,
        owner: ServerPlace.Owner?,
        place: ServerPlace?,
        ports: Ports,
        node: String,
        configuration: [String]
    ) throws {
        guard Self.isInstalled else {
            throw Unavailable(
                description: "\(Self.programs)/rabbitmq-server is missing. Install rabbitmq-server, or set "
                    + "VEREDUS_TEST_AMQP_URL for the tests that need no broker of their own."
            )
        }
        (self.folder, self.owner, port, nameService) = (folder, owner, ports.clients, ports.names)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guardian = try ProcessGuardian(folder: folder, isKept: place != nil, holding: place?.lock)
        environment = Self.environment(of: node, in: folder, ports)
        try Self.writeFiles(in: folder, configuration: configuration, cookie: "veredus\(ports.clients)")
        guard let owner else { return }
        let chown = try ChildProcess(["/usr/bin/chown", "-R", "\(owner.id):\(owner.group)", folder])
        chown.waitUntilExit()
        guard chown.end == .exit(0) else { throw Unavailable(description: "\(folder) cannot be given to rabbitmq") }
    }

    deinit {
        kill()
        state.withLock { $0.names }.map(end)
    }

    /// Starts the node, again after ``stop()`` or ``kill()``, and waits until clients can connect.
    package func start() async throws {
        try state.withLock { state in
            // epmd as a child of ours: the one a node starts by itself outlives it.
            if state.names == nil {
                state.names = try launch(["/usr/bin/epmd", "-port", "\(nameService)", "-address", "127.0.0.1"])
            }
            state.node = try launch(["\(Self.programs)/rabbitmq-server"])
        }
        for _ in 0..<900 {
            if LoopbackPorts.accept(port) { return }
            guard let node, node.isRunning else { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        let output = (try? String(contentsOfFile: "\(folder)/output", encoding: .utf8)) ?? ""
        kill()
        throw Unavailable(description: "RabbitMQ did not start in \(folder): \(output.suffix(2_000))")
    }

    /// Ends the node in good order.
    package func stop() async throws {
        guard let node else { return }
        node.send(SIGTERM)
        try await node.exit()
        forget(node)
    }

    /// Whether a quorum queue would survive ``kill()``.
    ///
    /// RabbitMQ 3.10 writes the names of new ones only every few seconds; one that it forgot has no leader ever after.
    package func hasStored(_ queue: String) -> Bool {
        guard let files = FileManager.default.enumerator(atPath: "\(folder)/data") else { return false }
        for case let file as String in files where file.hasSuffix("/names.dets") {
            guard let names = FileManager.default.contents(atPath: "\(folder)/data/\(file)") else { continue }
            if names.range(of: Data(queue.utf8)) != nil { return true }
        }
        return false
    }

    /// Kills the node: SIGKILL.
    package func kill() {
        guard let node else { return }
        end(node)
        forget(node)
    }

    /// Removes all that a killed node has stored: the next start is its first.
    package func wipe() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/data") {
            try FileManager.default.removeItem(atPath: "\(folder)/data/\(name)")
        }
    }

    /// Stops the node's process without closing its connections: SIGSTOP.
    ///
    /// One thread takes the signal, and on a busy machine the others go on until it runs: this waits for it, for a
    /// second at most.
    package func freeze() {
        guard let node else { return }
        node.send(SIGSTOP)
        for _ in 1...1_000 where !node.isStopped { usleep(1_000) }
    }

    /// Lets it go on: SIGCONT.
    package func thaw() { node?.send(SIGCONT) }

    /// Runs rabbitmqctl.
    ///
    /// - Returns: What it printed.
    @discardableResult
    package func control(_ arguments: String...) async throws -> String {
        let tool = try launch(["\(Self.programs)/rabbitmqctl", "-q"] + arguments, output: "control")
        let end = try await tool.exit()
        guardian.forget(tool.pid)
        let output = (try? ChildProcess.text(of: "\(folder)/control")) ?? ""
        guard end == .exit(0) else { throw Unavailable(description: "rabbitmqctl \(arguments): \(output)") }
        return output
    }

    /// The number of the node's process; `nil` while none runs.
    package var pid: pid_t? { node.flatMap { $0.isRunning ? $0.pid : nil } }

    /// How anybody runs rabbitmqctl for this node; arguments follow.
    package var controlCommand: [String] { inEnvironment(["\(Self.programs)/rabbitmqctl"]) }

    private var node: ChildProcess? { state.withLock { $0.node } }

    private func forget(_ node: ChildProcess) {
        guardian.forget(node.pid)
        state.withLock { $0.node = nil }
    }

    private func end(_ child: ChildProcess) {
        child.kill()
        guardian.forget(child.pid)
    }

    /// Starts a program in the node's environment; as root, as the user that RabbitMQ wants.
    private func launch(_ command: [String], output: String = "output") throws -> ChildProcess {
        let child = try ChildProcess(inEnvironment(command), output: .file("\(folder)/\(output)"))
        guardian.watch(child.pid)
        return child
    }

    private func inEnvironment(_ command: [String]) -> [String] {
        (owner?.command ?? []) + ["/usr/bin/env", "-i", "-C", folder] + environment + command
    }
}
