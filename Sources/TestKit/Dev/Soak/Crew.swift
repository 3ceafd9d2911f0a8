import Core
import DatabaseClient
import Foundation
import TestKit

/// The programs of a run, by place: who is killed there is replaced there.
///
/// Each worker reaches the broker through a proxy of its own, so that its acknowledgements can be held back.
struct Crew {
    struct Worker {
        var program: Stage.Program
        let proxy: FaultProxy
        /// When it goes on, and what it held; `nil` while it runs.
        var sleep: (until: ContinuousClock.Instant, hand: InFlight)?
    }

    static let connections = 10
    static let leaseSeconds = 5
    /// The most that a worker may have in flight.
    static let handCapacity = 2 * connections + 64

    private let stage: Stage
    private let brokerPort: UInt16
    /// The folder of all workers' flight logs; `nil` for none.
    private let flightLogs: String?
    var workers: [Worker] = []
    var producers: [Stage.Program] = []

    init(on stage: Stage, brokerPort: UInt16, workers: Int, producers: Int, keepsLogs: Bool) async throws {
        self.stage = stage
        self.brokerPort = brokerPort
        let folder = stage.folder.appendingPathComponent("flight-logs")
        if keepsLogs { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        flightLogs = keepsLogs ? folder.path : nil
        for _ in 0..<producers { self.producers.append(try stage.startProducer()) }
        for _ in 0..<workers {
            let proxy = try await FaultProxy.start(port: Int(brokerPort))
            self.workers.append(Worker(program: try startWorker(through: proxy), proxy: proxy))
        }
    }

    private func startWorker(through proxy: FaultProxy) throws -> Stage.Program {
        var settings = [
            "VEREDUS_LEASE": "\(Self.leaseSeconds)",
            "VEREDUS_AMQP_URL": "amqp://guest:guest@127.0.0.1:\(proxy.port)",
        ]
        settings["VEREDUS_FLIGHT_LOGS"] = flightLogs
        return try stage.startWorker(connections: Self.connections, settings)
    }

    mutating func replaceWorker(_ place: Int) async throws {
        try await workers[place].proxy.set(.passOn)
        workers[place].program = try startWorker(through: workers[place].proxy)
        workers[place].sleep = nil
    }

    mutating func replaceProducer(_ place: Int) throws { producers[place] = try stage.startProducer() }

    /// Programs that ended although nobody ended them; each is replaced.
    mutating func replaceTheDead() async throws -> [String] {
        var dead: [String] = []
        for place in workers.indices where !workers[place].program.isRunning {
            dead.append(lastWords(of: workers[place].program))
            try await replaceWorker(place)
        }
        for place in producers.indices where !producers[place].isRunning {
            dead.append(lastWords(of: producers[place]))
            try replaceProducer(place)
        }
        return dead
    }

    private func lastWords(of program: Stage.Program) -> String {
        let words = (try? String(contentsOfFile: program.logPath, encoding: .utf8)) ?? ""
        return "\(program.name) ended unexpectedly: \(words.suffix(600))"
    }

    func stopProxies() async {
        for worker in workers { try? await worker.proxy.stop() }
    }
}

// Looking into a worker's hand.
extension Crew {
    /// Stops a process, and waits until it stands.
    ///
    /// - Returns: When it stood.
    func freeze(_ program: Stage.Program) async throws -> Double {
        program.send(SIGSTOP)
        let deadline = ContinuousClock.now + .seconds(2)
        while !program.process.isStopped, ContinuousClock.now < deadline, program.isRunning {
            try await Task.sleep(for: .milliseconds(1))
        }
        let frozenAt = Date().timeIntervalSince1970
        // What it had asked the database for is done, as far as the database has begun it.
        let busy = [PostgresValue.timestamp(secondsSinceEpoch: frozenAt)]
        while ContinuousClock.now < deadline, try await count(.busyWorkers, busy) > 0 {
            try await Task.sleep(for: .milliseconds(2))
        }
        return frozenAt
    }

    /// Kills a process that stands, and waits until the database has read all that it had sent, and has noticed.
    func kill(_ program: Stage.Program) async throws {
        let ports = ProcessFiles.localPorts(of: program.process.pid, to: stage.database.superuserSettings.port)
        program.crash()
        let deadline = ContinuousClock.now + .seconds(4)
        while ContinuousClock.now < deadline, try await count(.backendsOfPorts, [.int32s(ports)]) > 0 {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func count(_ statement: Statement, _ values: [PostgresValue]) async throws -> Int64 {
        try await stage.superuser.withConnection { connection in
            try await connection.rows(statement, values) { try $0.int64(0) }
        }.first ?? 0
    }

    /// The messages that a process has in flight, by the database; a `nil` pid is any worker's.
    func hand(of pid: pid_t?, at moment: Double, _ log: inout CopyLog) async throws -> InFlight {
        let name = PostgresValue.text(pid.map { "%:\($0):%" } ?? "%")
        let rows = try await stage.superuser.withConnection { connection in
            try await connection.rows(.messagesInFlight, [name]) { row in
                (
                    Attempt(
                        key: DeliveryKey(campaign: try row.int32(0), seq: try row.int32(1)),
                        number: try row.int16(2)
                    ), try row.double(3), try row.text(4)
                )
            }
        }
        log.read(stage.simulator)
        return InFlight(
            messages: rows.map { attempt, claimedAt, _ in
                InFlight.OutgoingMessage(attempt: attempt, claimedAt: claimedAt, takenAt: log.times[attempt]?.last)
            },
            workerRuns: pid == nil ? [] : Set(rows.map(\.2)),
            frozenAt: moment
        )
    }
}

extension Statement {
    /// Statements of workers that began before a moment, and have not ended; one that waits for a lock may wait for
    /// the very worker that stands. `$1` the moment.
    fileprivate static let busyWorkers = Statement(
        "busy-workers",
        """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = 'veredus_worker' AND state = 'active' AND query_start < $1
          AND wait_event_type IS DISTINCT FROM 'Lock'
        """
    )
    /// Server processes of some clients; `$1` the clients' ports.
    fileprivate static let backendsOfPorts = Statement(
        "backends-of-ports",
        "SELECT count(*) FROM pg_stat_activity WHERE client_port = ANY($1::int[])"
    )
    /// `$1` a pattern of workers' names.
    fileprivate static let messagesInFlight = Statement(
        "messages-in-hand",
        """
        SELECT d.campaign_id, d.seq, d.attempt, extract(epoch FROM k.claimed_at)::float8, to_hex(k.incarnation)
        FROM claims k
        JOIN workers w ON w.incarnation = k.incarnation AND w.name LIKE $1
        CROSS JOIN LATERAL unnest(k.seqs) AS s(seq)
        JOIN deliveries d ON d.campaign_id = k.campaign_id AND d.seq = s.seq AND d.token = k.token AND d.state = 1
        """
    )
}
