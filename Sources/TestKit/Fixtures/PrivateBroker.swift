import Foundation
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

    private static let programs = "/usr/lib/rabbitmq/bin"

    /// Whether RabbitMQ is installed here.
    package static var isInstalled: Bool {
        FileManager.default.isExecutableFile(atPath: "\(programs)/rabbitmq-server")
    }

    package let port: UInt16
    private let folder: String
    private let environment: [String]
    private let nameService: UInt16
    private let guardian: ProcessGuardian
    private let state = Mutex<(node: ChildProcess?, names: ChildProcess?)>((nil, nil))

    /// What a client names it by; `localhost`, as a certificate would have it.
    package var url: String { "amqp://guest:guest@localhost:\(port)" }

    /// Makes a folder for a node; nothing runs yet.
    ///
    /// - Parameter configuration: Lines of rabbitmq.conf.
    /// - Throws: ``Unavailable`` when RabbitMQ is not installed.
    package init(configuration: [String] = []) throws {
        guard Self.isInstalled else {
            throw Unavailable(
                description: "\(Self.programs)/rabbitmq-server is missing. Install rabbitmq-server, or set "
                    + "VEREDUS_TEST_AMQP_URL for the tests that need no broker of their own."
            )
        }
        let ports = try LoopbackPorts.free(3)
        (port, nameService) = (ports[0], ports[2])
        folder = "/tmp/veredus-rabbitmq-\(getpid())-\(port)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guardian = try ProcessGuardian(folder: folder)
        for name in ["home", "data", "logs"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        let lines = ["disk_free_limit.absolute = 1MB", "log.file.level = info"] + configuration
        try (lines.joined(separator: "\n") + "\n").write(
            toFile: "\(folder)/rabbitmq.conf",
            atomically: false,
            encoding: .utf8
        )
        for (name, text) in [("environment", ""), ("plugins", "[].\n"), ("home/.erlang.cookie", "veredus\(port)")] {
            try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
        }
        chmod("\(folder)/home/.erlang.cookie", 0o400)
        environment = [
            "PATH=\(Self.programs):/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME=\(folder)/home",
            "LANG=C.UTF-8",
            "RABBITMQ_CONF_ENV_FILE=\(folder)/environment",
            "RABBITMQ_NODENAME=veredus\(port)@localhost",
            "RABBITMQ_NODE_IP_ADDRESS=127.0.0.1",
            "RABBITMQ_NODE_PORT=\(port)",
            "RABBITMQ_DIST_PORT=\(ports[1])",
            "RABBITMQ_MNESIA_BASE=\(folder)/data",
            "RABBITMQ_LOG_BASE=\(folder)/logs",
            "RABBITMQ_CONFIG_FILE=\(folder)/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE=\(folder)/plugins",
            "RABBITMQ_PID_FILE=\(folder)/pid",
            "ERL_EPMD_PORT=\(nameService)",
            "ERL_EPMD_ADDRESS=127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=+sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
            // Makes the start script become the node instead of a parent of it, so that the pid is the node's.
            "RUNNING_UNDER_SYSTEMD=true",
        ]
        guard getuid() == 0 else { return }
        let chown = try ChildProcess(["/usr/bin/chown", "-R", "rabbitmq:rabbitmq", folder])
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
        for _ in 0..<600 {
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
    package func freeze() { node?.send(SIGSTOP) }

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
        let user = ["/usr/bin/setpriv", "--reuid=rabbitmq", "--regid=rabbitmq", "--clear-groups"]
        let all = (getuid() == 0 ? user : []) + ["/usr/bin/env", "-i", "-C", folder] + environment + command
        let child = try ChildProcess(all, output: .file("\(folder)/\(output)"))
        guardian.watch(child.pid)
        return child
    }
}
