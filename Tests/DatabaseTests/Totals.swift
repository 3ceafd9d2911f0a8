import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// A database with one account, one list and its contacts, and the stores of all programs that work on it.
struct Totals: Sendable {
    let database: PrivateDatabase
    let superuser: PostgresConnection
    let worker: PostgresDeliveryStore
    let admin: AccountDatabase
    let producerPool: PostgresPool
    private let workerPool: PostgresPool
    private let adminPool: PostgresPool

    static let account: AccountID = 1
    static let list: Int32 = 1
    /// The token of the producer that drives.
    static let driver: Int64 = 7

    /// Lends such a database, with contacts `c1@example.net` and so on, and drops it.
    static func with(contacts: Int = 10, _ body: (Totals) async throws -> Void) async throws {
        try await PrivateDatabase.with { database in
            let totals = Totals(
                database: database,
                superuser: try await database.connect(),
                workerPool: PostgresPool(settings: database.settings(role: .worker), name: "worker", size: 24),
                producerPool: PostgresPool(settings: database.settings(role: .producer), name: "producer", size: 4),
                adminPool: PostgresPool(settings: database.settings(role: .admin), name: "admin", size: 8)
            )
            try await totals.superuser.execute(Self.seed(contacts))
            try await body(totals)
            await totals.close()
        }
    }

    private init(
        database: PrivateDatabase,
        superuser: PostgresConnection,
        workerPool: PostgresPool,
        producerPool: PostgresPool,
        adminPool: PostgresPool
    ) {
        self.database = database
        self.superuser = superuser
        self.workerPool = workerPool
        self.producerPool = producerPool
        self.adminPool = adminPool
        worker = PostgresDeliveryStore(workerPool)
        admin = AccountDatabase(pool: adminPool, actor: "test")
    }

    private func close() async {
        for pool in [workerPool, producerPool, adminPool] { await pool.close() }
        await superuser.close()
    }

    private static func seed(_ contacts: Int) -> String {
        """
        INSERT INTO accounts (name) VALUES ('Test');
        INSERT INTO lists (account_id, name) VALUES (1, 'News');
        INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
        SELECT 1, a, a, 1, sha256(convert_to(a, 'UTF8')), 1, 'example.net'
        FROM generate_series(1, \(contacts)) AS n, LATERAL (SELECT 'c' || n || '@example.net') AS t(a);
        INSERT INTO list_members (list_id, contact_id, account_id, source) SELECT 1, contact_id, 1, 'test' FROM contacts;
        INSERT INTO workers VALUES (1, 'alive', 10, '{default}', now(), now() + interval '1 hour');
        """
    }

    /// What a producer that has this token says; one that does not drive the campaign changes nothing.
    func producer(token: Int64 = Totals.driver) -> ProducerStore { ProducerStore(producerPool, token: token) }

    func freezer(token: Int64 = Totals.driver, few: Int = 10_000) -> FreezeStore {
        FreezeStore(producerPool, token: token, few: few)
    }

    func register(workerRun: WorkerRun, leaseSeconds: Double = 30) -> WorkerRegister {
        WorkerRegister(workerPool, workerRun: workerRun, leaseSeconds: leaseSeconds)
    }

    var settlements: SettlementStore { SettlementStore(workerPool) }

    /// Makes a campaign, asks for its start and lets the driver lease it.
    func start(
        policy: DeliveryPolicy = .atMostOnce,
        kind: CampaignKind = .marketing,
        tracking: TrackingMode = .none,
        lifetime: String = "3 days"
    ) async throws -> CampaignID {
        let draft = CampaignDraft(
            name: "Test",
            kind: kind,
            policy: policy,
            tracking: tracking,
            lifetime: lifetime,
            subject: "Hello",
            html: "<p>Hello</p>",
            plain: nil,
            settings: #"{"from": {"address": "news@example.org"}}"#
        )
        if tracking == .individual { try await superuser.execute("UPDATE accounts SET tracking = 2") }
        let id = try await admin.createCampaign(draft, account: Self.account, list: Self.list)
        try await admin.start(id, account: Self.account, at: nil)
        try await producer().lease(seconds: 60)
        return id
    }

    /// A running campaign: started and frozen.
    func run(
        policy: DeliveryPolicy = .atMostOnce,
        kind: CampaignKind = .marketing,
        tracking: TrackingMode = .none,
        lifetime: String = "3 days",
        few: Int = 10_000
    ) async throws -> CampaignID {
        let id = try await start(policy: policy, kind: kind, tracking: tracking, lifetime: lifetime)
        _ = try #require(try await freezer(few: few).freeze(id) { _ in [] })
        return id
    }

    /// Marks rows as being sent.
    @discardableResult
    func claim(
        _ campaign: CampaignID,
        _ seqs: [Seq],
        attempt: Int16 = 0,
        token: ClaimToken = 100,
        workerRun: WorkerRun = 1
    ) async throws -> [Verdict] {
        try await worker.claim(
            seqs.map { .fixture(campaign, $0, attempt: attempt) },
            token: token,
            workerRun: workerRun
        )
    }

    /// One number, as superuser.
    func number(_ sql: String) async throws -> Int {
        let rows = try await superuser.rows(Statement("number \(sql.hashValue)", sql)) { try $0.int64(0) }
        return Int(try #require(rows.first))
    }

    /// The state of one row.
    func state(_ campaign: CampaignID, _ seq: Seq) async throws -> DeliveryState? {
        let number = try await number(
            "SELECT state::int8 FROM deliveries WHERE campaign_id = \(campaign) AND seq = \(seq)"
        )
        return DeliveryState(rawValue: Int16(number))
    }

    /// How many rows of a campaign are in each state, by a recount; checks that the counters and the retries agree.
    @discardableResult
    func recount(_ campaign: CampaignID, _ because: Comment? = nil) async throws -> [DeliveryState: Int] {
        let rows = try await superuser.rows(.recount, [.int32(campaign)]) { row in
            (try row.int16(0), try row.int64(1), try row.int64(2), try row.int64(3))
        }
        var counts: [DeliveryState: Int] = [:]
        for (state, counted, recounted, retries) in rows {
            let state = try #require(DeliveryState(rawValue: state))
            #expect(counted == recounted, "I13: counter of \(state); \(because ?? "")")
            if state == .deferred { #expect(retries == recounted, "I13: rows of retries; \(because ?? "")") }
            if recounted > 0 { counts[state] = Int(recounted) }
        }
        return counts
    }
}

extension ClaimRequest {
    static func fixture(
        _ campaign: CampaignID,
        _ seq: Seq,
        generation: Generation = 1,
        version: Int32 = 1,
        attempt: Int16 = 0
    ) -> ClaimRequest {
        ClaimRequest(
            key: DeliveryKey(campaign: campaign, seq: seq),
            generation: generation,
            contactVersion: version,
            attempt: attempt
        )
    }
}

extension DeliveryResult {
    static func fixture(
        _ campaign: CampaignID,
        _ seq: Seq,
        _ state: DeliveryState,
        token: ClaimToken = 100,
        waitSeconds: Double = 0,
        countsAsAttempt: Bool = true,
        text: String = "",
        code: Int16 = 0,
        reason: DeliveryReason = .none,
        judgement given: Judgement? = nil
    ) -> DeliveryResult {
        let judgement: Judgement =
            switch state {
            case _ where given != nil: given ?? .unknown
            case .accepted: .accepted
            case .failed: .never
            case .uncertain: .unknown
            default: countsAsAttempt ? .later : .notStarted
            }
        return DeliveryResult(
            key: DeliveryKey(campaign: campaign, seq: seq),
            token: token,
            state: state,
            reason: reason,
            code: code,
            waitSeconds: waitSeconds,
            countsAsAttempt: countsAsAttempt,
            outcome: MessageOutcome(id: 1, judgement: judgement, code: code, text: text, step: .dot)
        )
    }
}

extension Statement {
    /// `$1` campaign.
    fileprivate static let recount = Statement(
        "recount",
        """
        SELECT s.state, COALESCE(k.n, 0), COALESCE(d.n, 0),
               (SELECT count(*) FROM retries r WHERE r.campaign_id = $1)
        FROM (SELECT generate_series(0, 9)::smallint) AS s(state)
        LEFT JOIN (
            SELECT (place - 1)::smallint AS state, sum(n)::bigint AS n FROM counters,
                LATERAL unnest(ARRAY[pending, sending, deferred, accepted, failed, suppressed, uncertain, cancelled,
                                     expired, dead]) WITH ORDINALITY AS u(n, place)
            WHERE campaign_id = $1 GROUP BY 1
        ) AS k ON k.state = s.state
        LEFT JOIN (
            SELECT state, count(*) AS n FROM deliveries WHERE campaign_id = $1 GROUP BY state
        ) AS d ON d.state = s.state
        """
    )
}
