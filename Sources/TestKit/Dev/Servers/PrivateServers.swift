import Foundation
import TestKit

/// A set's servers, run by this process and ended with it; their data stay.
///
/// TLS is offered, passwords are required, and all of PostgreSQL's safety is switched on.
struct PrivateServers: Sendable {
    private static let attempts = 3

    let addresses: ServerAddresses
    private let cluster: PostgresCluster
    private let broker: PrivateBroker

    /// Starts both; makes their data where there are none. The lock is held until they are gone.
    static func start(_ set: ServerSet, in folder: ServerFolder, of project: Project, holding lock: FileLock)
        async throws -> Self
    {
        let certificates = Certificates(project)
        try await certificates.make()
        let plan = PortPlan(set: set, project: project)
        let postgres = try folder.place("postgres", user: "postgres", lock: lock)
        let rabbitmq = try folder.place("rabbitmq", user: "rabbitmq", lock: lock)
        for place in [postgres, rabbitmq] {
            for file in [certificates.authority, certificates.certificate, certificates.key] { try place.install(file) }
        }
        let keys = Keys(project)
        async let starting = startPostgres(at: postgres, plan, keys)
        let (broker, ports) = try await startRabbitMQ(at: rabbitmq, plan, keys)
        let cluster = try await starting
        guard let postgresPID = cluster.pid, let rabbitmqPID = broker.pid else {
            throw Failure("a server ended right after its start", "Read the logs in \(folder.path)")
        }
        let addresses = ServerAddresses(
            postgres: cluster.port,
            amqp: broker.port,
            amqps: ports,
            postgresPID: postgresPID,
            rabbitmqPID: rabbitmqPID,
            rabbitmqctl: broker.controlCommand
        )
        return PrivateServers(addresses: addresses, cluster: cluster, broker: broker)
    }

    /// The server that has ended unexpectedly, with the log to read; `nil` while both run.
    var trouble: String? {
        if cluster.pid == nil { return "PostgreSQL has ended unexpectedly. Read \(cluster.folder)/log" }
        if broker.pid == nil { return "RabbitMQ has ended unexpectedly. Read \(broker.folder)/logs" }
        return nil
    }

    func stop() async {
        async let stopping: Void = broker.stop()
        try? await cluster.stop(.fast)
        try? await stopping
    }

    /// Ends processes in a set's folder whose host and guardians are gone.
    static func endLeftovers(in folder: ServerFolder, holding lock: FileLock) async throws {
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        let place = try folder.place("rabbitmq", user: "rabbitmq", lock: lock)
        try PrivateBroker.endLeftovers(in: place.folder)
        try await PostgresCluster.endLeftover(at: folder.place("postgres", user: "postgres", lock: lock))
    }
}

extension PrivateServers {
    private static func startPostgres(at place: ServerPlace, _ plan: PortPlan, _ keys: Keys) async throws
        -> PostgresCluster
    {
        try setAsideForeignData(at: place, keys)
        let settings = [
            "ssl = on", "ssl_cert_file = '\(place.folder)/server.pem'", "ssl_key_file = '\(place.folder)/server.key'",
            "max_connections = 300", "shared_buffers = 256MB", "max_wal_size = 2GB",
            "fsync = on", "full_page_writes = on", "synchronous_commit = on", "track_io_timing = off",
            "timezone = 'UTC'", "log_timezone = 'UTC'", "log_line_prefix = '%m [%p] %u@%d '",
        ]
        // A port can be taken between the check and the start, and a killed server's backends take a moment to leave.
        return try await repeatedly("PostgreSQL", "\(place.folder)/log") { _ in
            try await PostgresCluster.start(
                at: place,
                password: keys.postgresPassword,
                port: plan.choose(.postgres),
                settings: settings
            )
        }
    }

    /// Moves data aside that are of another major version, or whose password is lost: they only hold tests and demos.
    private static func setAsideForeignData(at place: ServerPlace, _ keys: Keys) throws {
        let data = "\(place.folder)/data"
        guard FileManager.default.fileExists(atPath: data) else { return }
        let version =
            (try? String(contentsOfFile: "\(data)/PG_VERSION", encoding: .utf8))?.split(separator: "\n").first
            ?? "unknown"
        let isOurs = PostgresCluster.path(of: "postgres")?.contains("/\(version)/bin/") ?? false
        guard !isOurs || !keys.has("postgres-password") else { return }
        Console.warn(
            "the PostgreSQL \(version) data in \(place.folder) cannot be used here: they are moved to \(data).\(version)"
        )
        try setAside(data, as: "\(data).\(version)")
    }

    private static func startRabbitMQ(
        at place: ServerPlace,
        _ plan: PortPlan,
        _ keys: Keys
    ) async throws -> (PrivateBroker, tls: UInt16) {
        let data = "\(place.folder)/data"
        // The password was written into the data when they were made.
        if !keys.has("rabbitmq-password"), FileManager.default.fileExists(atPath: data) {
            try FileManager.default.removeItem(atPath: data)
        }
        let password = try keys.rabbitmqPassword
        return try await repeatedly("RabbitMQ", "\(place.folder)/logs") { attempt in
            if attempt == attempts, FileManager.default.fileExists(atPath: data) {
                // Whatever a crash left there: PostgreSQL is authoritative, and a broker may start empty.
                Console.warn("RabbitMQ does not start with the data of \(data): they are moved to \(data).broken")
                try setAside(data, as: "\(data).broken")
            }
            let tls = try plan.choose(.amqps)
            let broker = try PrivateBroker(
                at: place,
                ports: .init(clients: plan.choose(.amqp), nodes: plan.choose(.nodes), names: plan.choose(.names)),
                node: "veredus-\(plan.set.rawValue)-\(plan.project.number)",
                configuration: configuration(place.folder, tls: tls, password: password)
            )
            try await broker.start()
            return (broker, tls)
        }
    }

    private static func configuration(_ folder: String, tls: UInt16, password: String) -> [String] {
        [
            "listeners.ssl.1 = 127.0.0.1:\(tls)",
            "ssl_options.cacertfile = \(folder)/ca.pem", "ssl_options.certfile = \(folder)/server.pem",
            "ssl_options.keyfile = \(folder)/server.key",
            "ssl_options.verify = verify_none", "ssl_options.fail_if_no_peer_cert = false",
            "default_user = veredus", "default_pass = \(password)",
            "disk_free_limit.absolute = 256MB", "log.file.level = warning",
        ]
    }

    private static func setAside(_ path: String, as aside: String) throws {
        if FileManager.default.fileExists(atPath: aside) { try FileManager.default.removeItem(atPath: aside) }
        try FileManager.default.moveItem(atPath: path, toPath: aside)
    }

    private static func repeatedly<Value>(
        _ server: String,
        _ log: String,
        _ start: (_ attempt: Int) async throws -> Value
    ) async throws -> Value {
        for attempt in 1...attempts {
            do {
                return try await start(attempt)
            } catch let error as Failure {
                throw error
            } catch {
                try Task.checkCancellation()
                guard attempt == attempts else { continue }
                throw Failure("\(server) does not start: \(error)", "Read \(log)")
            }
        }
        throw Failure("\(server) does not start", "Read \(log)")
    }
}
