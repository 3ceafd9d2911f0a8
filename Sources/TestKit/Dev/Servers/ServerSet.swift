import Foundation
import TestKit

/// A PostgreSQL and a RabbitMQ that belong together.
enum ServerSet: String, CaseIterable, Sendable {
    /// For the demo and for people.
    case dev
    /// For tests, which set passwords for the database roles, and consume whatever is in the queues.
    case test
    /// For measuring: always fresh.
    case bench

    /// Of a project's thirty.
    var firstPort: Int {
        switch self {
        case .dev: 0
        case .test: 10
        case .bench: 20
        }
    }
}

/// The addresses of running servers.
struct ServerAddresses: Codable, Sendable, Equatable {
    let postgres: UInt16
    let amqp: UInt16
    let amqps: UInt16
    let postgresPID: Int32
    let rabbitmqPID: Int32
    /// How rabbitmqctl is run for this node; arguments follow.
    let rabbitmqctl: [String]

    /// Whether both accept connections.
    var answer: Bool { LoopbackPorts.accept(postgres) && LoopbackPorts.accept(amqp) }

    func superuserURL(_ keys: Keys, database: String = "postgres") throws -> String {
        "postgresql://postgres:\(try keys.postgresPassword)@127.0.0.1:\(postgres)/\(database)?sslmode=disable"
    }

    func amqpURL(_ keys: Keys) throws -> String { "amqp://veredus:\(try keys.rabbitmqPassword)@127.0.0.1:\(amqp)" }
    func amqpsURL(_ keys: Keys) throws -> String { "amqps://veredus:\(try keys.rabbitmqPassword)@localhost:\(amqps)" }
}

/// The folder of a set's data, with the files through which commands coordinate.
struct ServerFolder: Sendable {
    let path: String
    /// Held by the process that runs the servers, and by the guardians that stop them when it dies.
    let lock: String
    /// Held, shared, by each command that uses them.
    let users: String
    /// Exists while they are to outlive the commands.
    let keep: String
    /// Exists while they run: ``ServerAddresses``.
    let addresses: String

    /// Below `.local`; where the servers' own users cannot get there (a project in /root), below /var/tmp.
    init(_ set: ServerSet, of project: Project) async throws {
        var home = "\(project.local)/servers"
        if getuid() == 0, let user = ServerPlace.Owner(name: "postgres"),
            try await !ChildProcess.run(user.command + ["/usr/bin/test", "-x", project.local], folder: "/").succeeded
        {
            home = "/var/tmp/veredus-\(project.number)-\(String(project.hash, radix: 16))"
        }
        try Self.makeHome(home)
        path = "\(home)/\(set.rawValue)"
        lock = "\(home)/\(set.rawValue).lock"
        addresses = "\(home)/\(set.rawValue).json"
        users = "\(project.run)/\(set.rawValue).users"
        keep = "\(project.run)/\(set.rawValue).keep"
    }

    /// The addresses of the running servers; `nil` while none are ready.
    var ready: ServerAddresses? {
        guard let data = FileManager.default.contents(atPath: addresses) else { return nil }
        return try? JSONDecoder().decode(ServerAddresses.self, from: data)
    }

    var isKept: Bool { FileManager.default.fileExists(atPath: keep) }

    /// A server's folder, which belongs to `user` if this process is root, otherwise to this process's user.
    ///
    /// - Throws: ``Failure`` if it belongs to another user.
    func place(_ name: String, user: String, lock: FileLock) throws -> ServerPlace {
        let folder = "\(path)/\(name)"
        let files = FileManager.default
        try files.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        if !files.fileExists(atPath: folder) {
            try files.createDirectory(
                atPath: folder,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
            if getuid() == 0 {
                guard let owner = ServerPlace.Owner(name: user) else {
                    throw Failure(
                        "there is no user '\(user)', which Debian's package creates",
                        "As root, run: useradd --system \(user)"
                    )
                }
                guard chown(folder, owner.id, owner.group) == 0 else {
                    throw POSIXError(.init(rawValue: errno) ?? .EPERM)
                }
            }
        }
        let attributes = try files.attributesOfItem(atPath: folder)
        let id = (attributes[.ownerAccountID] as? NSNumber)?.uint32Value ?? 0
        let group = (attributes[.groupOwnerAccountID] as? NSNumber)?.uint32Value ?? 0
        guard getuid() == 0 else {
            guard id == getuid() else {
                throw Failure(
                    "\(folder) belongs to \(attributes[.ownerAccountName] ?? id): ./dev ran here as another user",
                    "Run it as that user (root?) again, or delete \(folder) as root"
                )
            }
            return ServerPlace(folder: folder, owner: nil, lock: lock.descriptor)
        }
        guard id != 0 else {
            throw Failure("\(folder) belongs to root, and the server will not run as root", "Delete the folder")
        }
        return ServerPlace(folder: folder, owner: .init(id: id, group: group), lock: lock.descriptor)
    }

    private static func makeHome(_ home: String) throws {
        let files = FileManager.default
        if !files.fileExists(atPath: home) {
            try files.createDirectory(
                atPath: home,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755]
            )
        }
        let attributes = try files.attributesOfItem(atPath: home)
        let owner = (attributes[.ownerAccountID] as? NSNumber)?.uint32Value
        guard attributes[.type] as? FileAttributeType == .typeDirectory, owner == getuid() || getuid() == 0 else {
            throw Failure(
                "\(home) belongs to \(attributes[.ownerAccountName] ?? "somebody else") or is a link",
                "Run ./dev as that user, or delete it"
            )
        }
    }
}
