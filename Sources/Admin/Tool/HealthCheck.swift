import Bootstrap
import Broker
import Core
import Database
import DatabaseClient
import SMTP

/// Checks everything that sending needs, part by part; a failing part does not hide the next.
struct HealthCheck {
    private var reader: SettingsReader
    private(set) var findings: [Finding] = []
    private let actor: String
    private let secrets: SecretFiles

    init(settings reader: SettingsReader, secrets: SecretFiles = SecretFiles(), actor: String) {
        self.reader = reader
        self.secrets = secrets
        self.actor = actor
    }

    var isHealthy: Bool { !findings.contains { $0.verdict == .problem } }
    /// Whether a setting has a problem.
    var hasSettingProblem: Bool { !reader.problems.isEmpty }

    mutating func run() async {
        let database = PostgresSettings(reading: &reader)
        let broker = BrokerSettings(reading: &reader, clientName: "veredus doctor")
        let route = SMTPRouteSettings(reading: &reader)
        let keys = KeyRing(reading: &reader)
        let number = NumberedAddressHashKey(reading: &reader)?.number
        let worker = WorkerSettings(reading: &reader)
        let state = ProducerSettings(reading: &reader).state
        for problem in reader.problems { findings.append(.problem("settings", "\(problem)")) }
        if reader.problems.isEmpty { findings.append(.ok("settings", "all settings of all programs are valid")) }

        findings += Finding.publicSecrets(secrets.paths)

        var health: DatabaseHealth?
        if let database { health = await check(database, keys, number, state) }
        if let health { findings += Finding.lanes(worker.lanes, known: health.lanes) }
        if let broker {
            let depth = await check(broker, lanes: health?.lanes ?? ["default"])
            if let depth, let health {
                findings.append(.deadLetters(health.deadLetters, queued: depth, in: broker.virtualHost))
            }
        }
        if let database, let broker { await checkRestoreGuard(database, broker) }
        if let route { await check(route) }
    }

    // MARK: Database

    /// - Returns: `nil` if the database is unavailable.
    private mutating func check(
        _ settings: PostgresSettings,
        _ keys: KeyRing?,
        _ number: Int16?,
        _ state: StateSettings
    ) async -> DatabaseHealth? {
        let part = "database"
        let pool = PostgresPool(settings: settings, name: "doctor", size: 1)
        var found: DatabaseHealth?
        do {
            try await pool.withConnection(deadline: .seconds(5)) { try await Migrator().verify(on: $0) }
            let database = AccountDatabase(pool: pool, actor: actor)
            let health = try await database.health()
            findings.append(.ok(part, "PostgreSQL \(health.serverVersion) at \(settings), schema up to date"))
            found = health
            await attempt(part) { try await pool.withConnection { try await $0.assertCannotBypassRowSecurity() } }
            await attempt(part) { try await pool.withConnection { try await $0.assertDurable() } }
            if !health.hasPartitionsAhead {
                findings.append(.problem(part, "the next campaigns have no partition: run `veredus migrate`"))
            }
            check(keys?.identity, number, against: health)
            if let keys { findings += Finding.tokenKeys(keys.checks, noted: health.tokenKeyChecks) }
            findings.append(
                .note(
                    part,
                    "\(grouped(health.workersAlive)) worker\(health.workersAlive == 1 ? "" : "s") alive, lanes: "
                        + health.lanes.joined(separator: ", ")
                )
            )
            findings += Finding.campaigns(
                health.campaigns,
                workersAlive: health.workersAlive,
                unservedLanes: health.unservedLanes
            )
            findings.append(.optOuts(health.optOutLatency))
            findings.append(.throttles(try await database.throttles()))
            findings += Finding.opens(try await database.recentOpens())
            try await checkJournals(database, state, backend: health.localBackend)
        } catch {
            findings.append(.problem(part, AdminFailure(error).message))
        }
        await pool.close()
        return found
    }

    private mutating func checkJournals(
        _ database: AccountDatabase,
        _ state: StateSettings,
        backend: Int32?
    ) async throws {
        let journals = try await database.journals()
        // What was changed a moment ago is on its way.
        let waiting = journals.isEmpty ? 0 : try await database.waitForJournal(.seconds(3))
        findings += Finding.journals(journals, waiting: waiting)
        if !journals.isEmpty, let device = Finding.device(ofJournal: state.machineFolder, database: backend) {
            findings.append(device)
        }
    }

    private mutating func check(_ key: AddressHashKey?, _ number: Int16?, against health: DatabaseHealth) {
        guard let key, let number else { return }
        switch health.addressKeyChecks[number] {
        case nil where health.addressKeyChecks.isEmpty: break
        case nil:
            let known = health.addressKeyChecks.keys.sorted().map { String($0) }.joined(separator: ", ")
            findings.append(
                .problem(
                    "keys",
                    "VEREDUS_ADDRESS_KEY is number \(number), but the database has hashes of key \(known): set that one"
                )
            )
        case key.checkValue: findings.append(.ok("keys", "the address key matches the stored hashes"))
        default:
            findings.append(
                .problem(
                    "keys",
                    "VEREDUS_ADDRESS_KEY is not the key \(number) that made the stored hashes: set that one"
                )
            )
        }
    }

    /// Records the errors of `check`.
    private mutating func attempt(_ part: String, _ check: () async throws -> Void) async {
        do {
            try await check()
        } catch {
            findings.append(.problem(part, AdminFailure(error).message))
        }
    }

    // MARK: Broker

    /// - Returns: The messages in the dead-letter queue, 0 if it does not exist yet; `nil` if the broker is
    /// unavailable. It only counts: taking a message would count against the broker's delivery limit.
    private mutating func check(_ settings: BrokerSettings, lanes: [String]) async -> Int? {
        let part = "broker"
        var deadLetters: Int?
        var settings = settings
        settings.patience = .seconds(3)
        do {
            let publisher = try AMQPPublisher(settings)
            var isReached = false
            for queue in lanes.map({ "jobs.\($0)" }) + [EventMessage.queue, Self.deadLetterQueue] {
                do {
                    let depth = try await publisher.depth(of: queue)
                    // It exists: declaring it again shows whether it has the configured type.
                    try await publisher.declare([queue])
                    findings.append(.ok(part, "\(settings), queue \(queue): \(depth) waiting"))
                    isReached = true
                    if queue == Self.deadLetterQueue { deadLetters = depth }
                } catch let error as AMQPError where error.kind == .missingQueue {
                    let maker = queue == EventMessage.queue ? "the web program" : "the producer"
                    findings.append(
                        .note(part, "\(settings), queue \(queue) does not exist yet; \(maker) creates it")
                    )
                    isReached = true
                    if queue == Self.deadLetterQueue { deadLetters = 0 }
                } catch {
                    findings.append(.problem(part, "queue \(queue): \(error)"))
                    // Without a broker the next queue would give the same error.
                    if !isReached { break }
                }
            }
            findings += Finding.deliveryLimit(publisher.status, isQuorum: settings.queueType == .quorum)
            await publisher.close()
        } catch {
            findings.append(.problem(part, "\(error)"))
        }
        return deadLetters
    }

    private static let deadLetterQueue = "dead-letters"

    // MARK: Installation

    /// Whether the programs would send from this database.
    private mutating func checkRestoreGuard(_ settings: PostgresSettings, _ broker: BrokerSettings) async {
        let part = "installation"
        var broker = broker
        broker.patience = .seconds(3)
        let pool = PostgresPool(settings: settings, name: "doctor", size: 2)
        do {
            let installation = InstallationStore(pool)
            let (stored, server) = try await installation.read()
            let strange = try await installation.alone { [broker] in
                let queue = try await RestoreGuardQueue(broker, of: stored.installation)
                let restoreGuards = queue.restoreGuards.map { (place: "the queue \(queue.name)", restoreGuard: $0) }
                await queue.putBack()
                await queue.close()
                return RestoredDatabaseFound.judge(stored, on: server, restoreGuards)
            }
            if let strange {
                findings.append(.problem(part, "\(strange)"))
            } else {
                let known = "according to the broker; each program also checks its state folder"
                findings.append(.ok(part, "generation \(stored.generation), \(known)"))
            }
        } catch {
            findings.append(.note(part, "the restore guards could not be read: \(AdminFailure(error).message)"))
        }
        await pool.close()
    }

    // MARK: Mail route

    private mutating func check(_ route: SMTPRouteSettings) async {
        let part = "mail route"
        do {
            let answer = try await route.probe()
            let security =
                !answer.isEncrypted
                ? "in clear" : answer.isVerified ? "TLS, certificate verified" : "TLS, certificate not verified"
            let login = answer.isLoggedIn ? "logged in" : "no log-in"
            findings.append(.ok(part, "\(route): \(security), \(login), \(Self.offers(answer.capabilities))"))
        } catch {
            findings.append(.problem(part, "\(error)"))
        }
    }

    private static func offers(_ capabilities: SMTPCapabilities) -> String {
        let offered = [
            (capabilities.pipelining, "PIPELINING"), (capabilities.eightBitMIME, "8BITMIME"),
            (capabilities.smtpUTF8, "SMTPUTF8"), (capabilities.enhancedStatusCodes, "ENHANCEDSTATUSCODES"),
            (capabilities.sizeLimit > 0, "SIZE \(capabilities.sizeLimit)"),
        ].filter(\.0).map(\.1)
        return offered.isEmpty ? "offers no extensions" : "offers \(offered.joined(separator: ", "))"
    }
}
