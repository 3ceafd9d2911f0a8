import Bootstrap
import Core
import Database
import DatabaseClient
import Foundation
import Logging
import Service
import TestKit

/// What the programs do to a database that is dumped, killed and restored: their stores and journals, without processes.
actor RestoredPrograms {
    static let people = 8

    /// How a right to mail changes.
    enum Way: CaseIterable {
        case page, preferences, undo, mail, complaint, hardBounce, byHand, removal, erasure, block, unblock
    }

    /// What is there while the programs run.
    private struct Crew {
        let superuser: PostgresConnection
        let pools: [StatementRole: PostgresPool]
        let journals: [StatementRole: JournalWriter]
    }

    nonisolated let database: PrivateDatabase
    private nonisolated let folder = FileManager.default.temporaryDirectory.appending(
        path: "veredus-restores-\(UUID().uuidString)"
    ).path
    private var crew: Crew?
    private var proofs: [(key: DeliveryKey, proof: Int64)] = []

    static func start(on cluster: PostgresCluster?) async throws -> RestoredPrograms {
        let programs = RestoredPrograms(database: try await PrivateDatabase.fresh(on: cluster))
        let connection = try await programs.database.connect()
        try await connection.execute(seed)
        await connection.close()
        return programs
    }

    private init(database: PrivateDatabase) { self.database = database }

    nonisolated func removeFolder() { try? FileManager.default.removeItem(atPath: folder) }

    /// Starts the programs: each journal brings back what the database lacks.
    func begin() async throws {
        var pools: [StatementRole: PostgresPool] = [:]
        for role in [StatementRole.admin, .web, .inbound, .producer, .worker] {
            pools[role] = PostgresPool(settings: database.settings(role: role), name: role.rawValue, size: 2)
        }
        var journals: [StatementRole: JournalWriter] = [:]
        for role in [StatementRole.web, .inbound, .producer] {
            guard let pool = pools[role] else { continue }
            journals[role] = JournalWriter(
                pool: pool,
                state: StateSettings(machineFolder: folder, instance: nil),
                program: role.rawValue,
                log: Logger(label: "restores") { _ in SwiftLogNoOpLogHandler() }
            )
        }
        crew = Crew(superuser: try await database.connect(), pools: pools, journals: journals)
        for journal in journals.values { try await journal.begin() }
        for journal in journals.values { await journal.poll() }
    }

    /// Ends everything at once; nothing is written any more.
    func kill() async {
        guard let gone = crew else { return }
        crew = nil
        for pool in gone.pools.values { await pool.close() }
        await gone.superuser.close()
    }

    /// What a program does between its commit and its answer.
    func flush(_ way: Way) async {
        let role: StatementRole =
            switch way {
            case .page, .preferences, .undo: .web
            case .mail, .complaint, .hardBounce: .inbound
            case .byHand, .removal, .erasure, .block, .unblock: .producer
            }
        await crew?.journals[role]?.flush()
    }

    // MARK: Changes

    func carryOut(_ way: Way, _ person: Int) async throws {
        let hash = try await hash(of: person)
        let (web, admin) = (try accounts(.web), try accounts(.admin))
        switch way {
        case .page, .preferences:
            guard let key = try await message(to: person) else { return }
            let done = try await web.optOut(
                key,
                of: { way == .page ? .list($0.list) : .marketing },
                by: way == .page ? .oneClick : .preferences
            )
            if let done, done.1.canBeTakenBack { proofs.append((key, done.1.proof)) }
        case .undo:
            guard let last = proofs.popLast() else { return }
            _ = try await web.takeBack(last.proof, of: last.key, by: .page)
        case .mail: try await suppressInbound(hash, .list, .unsubscribe)
        case .complaint: try await suppressInbound(hash, .all, .complaint)
        case .hardBounce: try await suppressInbound(hash, .all, .hardBounce)
        case .byHand: _ = try await admin.suppress(Suppression.test(hash, .all, .byHand))
        case .removal: _ = try await admin.removeSuppressions(ofHash: hash, account: 1, scope: nil, reason: "asked")
        case .erasure:
            // Of a few only: nobody would be left.
            guard person <= 2 else { return }
            _ = try await admin.erase(hash, hashKey: 1, account: 1, reason: "asked")
        case .block: _ = try await admin.block(hash, key: 1, reason: "abuse")
        case .unblock: _ = try await admin.unblock(hash, reason: "solved")
        }
    }

    private func suppressInbound(
        _ hash: [UInt8],
        _ scope: SuppressionScope,
        _ reason: SuppressionReason
    ) async throws {
        let suppression = Suppression.test(hash, scope, reason)
        _ = try await accounts(.inbound).transaction(account: 1) { try $0.suppress(suppression) }
    }

    // MARK: Restore

    func isRefused() async throws -> Bool {
        let (stored, server) = try await InstallationStore(pool(.producer)).read()
        return RestoredDatabaseFound.judge(stored, on: server, []) != nil
    }

    func adopt() async throws {
        let admin = try accounts(.admin)
        _ = try await admin.callJournals()
        for journal in crew?.journals.values.map({ $0 }) ?? [] { await journal.poll() }
        let adoption = AdoptDatabase(admin, reason: "restored")
        let numbers = try await InstallationStore(pool(.admin)).read().stored.numbers
        _ = try await adoption.adopt(try await adoption.askJournals(), generation: 0, numbers: numbers)
    }

    // MARK: What is in force

    /// Every right that is withheld: what, and whose.
    func withheld() async throws -> Set<String> {
        Set(try await rows("withheld", Self.withheldRights) { try $0.text(0) })
    }

    /// Starts a campaign, resumes those that are paused, and claims every message that is left.
    ///
    /// - Returns: Who is mailed.
    func campaign() async throws -> [Int] {
        let admin = try accounts(.admin)
        // With nobody left on the list, none can be started.
        if try await rows("subscribers", Self.subscribers, { try $0.int64(0) }) != [0] {
            let id = try await admin.createCampaign(.test, account: 1, list: 1)
            try await admin.start(id, account: 1, at: nil)
            try await ProducerStore(pool(.producer), token: 7).lease(seconds: 60)
            _ = try await FreezeStore(pool(.producer), token: 7).freeze(id) { _ in [] }
        }
        try await superuser().execute(Self.resume)
        let open = try await rows("open-messages", Self.openMessages) { row in
            (
                person: Int(try row.int64(4)),
                request: ClaimRequest(
                    key: DeliveryKey(campaign: try row.int32(0), seq: try row.int32(1)),
                    generation: try row.int32(2),
                    contactVersion: try row.int32(3),
                    attempt: 0
                )
            )
        }
        guard !open.isEmpty else { return [] }
        let verdicts = try await PostgresDeliveryStore(pool(.worker)).claim(
            open.map(\.request),
            token: .random(in: 1...(.max)),
            workerRun: 1
        )
        return zip(open, verdicts).filter { $0.1 == .claimed }.map(\.0.person)
    }

    private func message(to person: Int) async throws -> DeliveryKey? {
        try await superuser().rows(
            Statement("newest-message", Self.newestMessage),
            [.int64(Int64(person))]
        ) { DeliveryKey(campaign: try $0.int32(0), seq: try $0.int32(1)) }.first
    }

    private func hash(of person: Int) async throws -> [UInt8] {
        try await superuser().rows(
            Statement("hash-of-person", "SELECT address_hash FROM contacts WHERE contact_id = $1"),
            [.int64(Int64(person))]
        ) { try $0.bytes(0) }.first ?? []
    }

    private func rows<Row: Sendable>(
        _ name: String,
        _ sql: String,
        _ decode: @Sendable (borrowing PostgresRow) throws -> Row
    ) async throws -> [Row] { try await superuser().rows(Statement(name, sql), [], decode) }

    private static let subscribers = """
        SELECT count(*) FROM list_members m JOIN contacts c USING (contact_id)
        WHERE m.list_id = 1 AND m.status = \(MembershipStatus.subscribed.rawValue)
          AND c.status = \(ContactStatus.active.rawValue)
        """

    private struct NotRunning: Error {}

    private func superuser() throws -> PostgresConnection {
        guard let crew else { throw NotRunning() }
        return crew.superuser
    }

    private func pool(_ role: StatementRole) throws -> PostgresPool {
        guard let pool = crew?.pools[role] else { throw NotRunning() }
        return pool
    }

    private func accounts(_ role: StatementRole) throws -> AccountDatabase {
        AccountDatabase(pool: try pool(role), actor: "restores")
    }
}

extension RestoredPrograms {
    private static let seed = """
        INSERT INTO accounts (name) VALUES ('Test');
        INSERT INTO lists (account_id, name) VALUES (1, 'News');
        INSERT INTO key_checks VALUES ('address', 1, sha256('key'));
        INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
        SELECT 1, a, a, 1, sha256(convert_to(a, 'UTF8')), 1, 'example.net'
        FROM generate_series(1, \(people)) AS n, LATERAL (SELECT 'c' || n || '@example.net') AS t(a);
        INSERT INTO list_members (list_id, contact_id, account_id, source) SELECT 1, contact_id, 1, 'test' FROM contacts;
        INSERT INTO workers VALUES (1, 'alive', 10, '{default}', now(), now() + interval '1 day');
        """

    private static let resume = """
        UPDATE campaigns SET state = \(CampaignState.running.rawValue) WHERE state = \(CampaignState.paused.rawValue)
        """
    private static let withheldRights = """
        SELECT 'suppression ' || s.scope || ' ' || s.reason || ' ' || c.contact_id
        FROM suppressions s JOIN contacts c USING (account_id, address_hash)
        UNION ALL SELECT 'unsubscribed ' || contact_id FROM list_members
        WHERE status = \(MembershipStatus.unsubscribed.rawValue)
        UNION ALL SELECT 'blocked ' || c.contact_id FROM service_blocks b JOIN contacts c USING (address_hash)
        UNION ALL SELECT 'erased ' || contact_id FROM contacts WHERE status = \(ContactStatus.erased.rawValue)
        """
    private static let openMessages = """
        SELECT d.campaign_id, d.seq, l.generation, c.version, d.contact_id FROM deliveries d
        JOIN campaign_lanes l USING (campaign_id, lane_id) JOIN contacts c ON c.contact_id = d.contact_id
        WHERE d.state = \(DeliveryState.pending.rawValue) ORDER BY d.campaign_id, d.seq
        """
    private static let newestMessage = """
        SELECT campaign_id, seq FROM deliveries WHERE contact_id = $1 ORDER BY campaign_id DESC LIMIT 1
        """
}
