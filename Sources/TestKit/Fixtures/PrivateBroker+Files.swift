import Foundation
import Glibc

// The files and the environment of a node.
extension PrivateBroker {
    /// Where a node listens, all on loopback.
    package struct Ports: Sendable {
        package let clients: UInt16
        /// For rabbitmqctl.
        package let nodes: UInt16
        /// For epmd, which gives rabbitmqctl the port of `nodes`.
        package let names: UInt16

        package init(clients: UInt16, nodes: UInt16, names: UInt16) {
            self.clients = clients
            self.nodes = nodes
            self.names = names
        }
    }

    /// The whole environment of the node's programs; nothing of the machine's own broker leaks in.
    static func environment(of node: String, in folder: String, _ ports: Ports) -> [String] {
        [
            "PATH=\(programs):/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME=\(folder)/home",
            "LANG=C.UTF-8",
            "RABBITMQ_CONF_ENV_FILE=\(folder)/environment",
            "RABBITMQ_NODENAME=\(node)@localhost",
            "RABBITMQ_NODE_IP_ADDRESS=127.0.0.1",
            "RABBITMQ_NODE_PORT=\(ports.clients)",
            "RABBITMQ_DIST_PORT=\(ports.nodes)",
            "RABBITMQ_MNESIA_BASE=\(folder)/data",
            "RABBITMQ_LOG_BASE=\(folder)/logs",
            "RABBITMQ_CONFIG_FILE=\(folder)/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE=\(folder)/none",
            "RABBITMQ_ENABLED_PLUGINS_FILE=\(folder)/plugins",
            pidFile(in: folder),
            "ERL_EPMD_PORT=\(ports.names)",
            "ERL_EPMD_ADDRESS=127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=+sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
            // Makes the start script become the node instead of a parent of it, so that the pid is the node's.
            "RUNNING_UNDER_SYSTEMD=true",
        ]
    }

    static func writeFiles(in folder: String, configuration: [String], cookie: String) throws {
        for name in ["home", "data", "logs"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        let files = [
            ("rabbitmq.conf", configuration.joined(separator: "\n") + "\n", 0o600),
            ("environment", "", 0o644), ("plugins", "[].\n", 0o644), ("home/.erlang.cookie", cookie, 0o400),
        ]
        for (name, text, mode) in files {
            let path = "\(folder)/\(name)"
            // Another's, or not writable, from an earlier start.
            try? FileManager.default.removeItem(atPath: path)
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: mode]
            guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: attributes) else {
                throw Unavailable(description: "\(path) cannot be written: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Kills a folder's orphaned processes: they would write to the same data, or hold the ports.
    ///
    /// They are recognised by the path of their start. The same path in another mount namespace (a container, unshare)
    /// is another folder, with another broker.
    package static func endLeftovers(in folder: String) throws {
        let sought = Data(pidFile(in: folder).utf8)
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/mnt")
        for pid in try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap({ pid_t($0) }) {
            guard let variables = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
                variables.split(separator: 0).contains(sought),
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/mnt")) == own
            else { continue }
            Glibc.kill(pid, SIGKILL)
            // A zombie has no environment.
            for _ in 0..<500 {
                let left = FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()
                if left.isEmpty { break }
                usleep(10_000)
            }
        }
    }

    private static func pidFile(in folder: String) -> String { "RABBITMQ_PID_FILE=\(folder)/pid" }
}
