import Core
import Database
import DatabaseClient
import Synchronization
import TestKit
import Testing

extension LongScenarios {
    /// Opt-outs, pauses and cancels against claims, as fast as PostgreSQL carries both out: no message is marked once the
    /// no has committed.
    ///
    /// Besides the oracle, the order of commits is compared, which the server keeps (`track_commit_timestamp`). It is
    /// exact here: whoever waited for a lock of the other has taken its time after that other's.
    @Suite struct Races {
        private static let optOuts = 8_000
        private static let pauses = 1_500
        private static let cancels = 500
        private static let claimers = 10

        @Test func `no mark commits after an opt-out, a pause or a cancel`() async throws {
            // Nothing here outlives a crash: without waiting for the disk there are more races a second.
            let cluster = try await PostgresCluster.start(settings: ["fsync = off"])
            try await Stage.with(on: .init(cluster: cluster)) { stage in
                let race = try await Race.prepare(on: stage, optOuts: Self.optOuts, cancels: Self.cancels)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 1...Self.claimers { group.addTask { try await race.claimUntilOver() } }
                    try await withThrowingTaskGroup(of: Void.self) { noes in
                        for _ in 1...3 { noes.addTask { try await race.optOut() } }
                        noes.addTask { try await race.pauseAndResume(times: Self.pauses) }
                        noes.addTask { try await race.cancel() }
                        try await noes.waitForAll()
                    }
                    race.isOver.store(true, ordering: .relaxed)
                    try await group.waitForAll()
                }
                #expect(try await stage.objections() == [], "the oracle")
                #expect(try await stage.number(Self.marksAfterOptOut) == 0)
                #expect(try await stage.number(Self.marksWhilePaused) == 0)
                #expect(try await stage.number(Self.marksAfterCancel) == 0)
                let record = try await stage.record(of: race.main)
                #expect(Truth(record, copies: []).breaches == [])
                #expect(record.rows.count { $0.hasOptedOut } == Self.optOuts)
                try await expectRealRaces(race, on: stage)
            }
        }

        /// That nobody ran alone: else nothing was shown.
        private func expectRealRaces(_ race: Race, on stage: Stage) async throws {
            let seen = race.seen.withLock { $0 }
            let times = seen.optOutTimes.sorted()
            #expect(times.count == Self.optOuts)
            #expect(try await stage.number("SELECT count(*) FROM oracle.marks") > 5_000)
            #expect(seen.onTheirWay > 100, "opt-outs that met a message being sent")
            #expect(seen.recalled > 100, "opt-outs that met a queued message")
            #expect(seen.refused[.paused, default: 0] > 100, "claims that met a pause")
            #expect(try await stage.number(Self.cancelledInMidst) > Self.cancels / 4, "cancels of campaigns under way")
            guard let longest = times.last else { return }
            print(
                "opt-out to effect: half within \(times[times.count / 2]), 99 % within "
                    + "\(times[times.count * 99 / 100]), all within \(longest); \(seen.recalled) recalled, "
                    + "\(seen.onTheirWay) on their way, \(seen.claimed) marks; claims refused: \(seen.refused)"
            )
        }

        private static let marksAfterOptOut = """
            SELECT count(*) FROM suppressions s
            JOIN contacts c ON c.account_id = s.account_id AND c.address_hash = s.address_hash
            JOIN deliveries d ON d.contact_id = c.contact_id
            JOIN oracle.marks m ON m.campaign_id = d.campaign_id AND m.seq = d.seq
            WHERE pg_xact_commit_timestamp(m.xmin) >= pg_xact_commit_timestamp(s.xmin)
            """
        private static let marksWhilePaused = """
            SELECT count(*) FROM (
                SELECT kind, sum(kind) OVER (ORDER BY at, kind DESC) AS paused FROM (
                    SELECT pg_xact_commit_timestamp(xmin) AS at, 0 AS kind FROM oracle.marks WHERE campaign_id = 1
                    UNION ALL
                    SELECT pg_xact_commit_timestamp(xmin), CASE action WHEN 'campaign.pause' THEN 1 ELSE -1 END
                    FROM audit WHERE subject = 'campaign 1' AND action IN ('campaign.pause', 'campaign.resume')
                ) AS events
            ) AS marks WHERE kind = 0 AND paused > 0
            """
        private static let marksAfterCancel = """
            SELECT count(*) FROM audit a JOIN oracle.marks m ON a.subject = 'campaign ' || m.campaign_id
            WHERE a.action = 'campaign.cancel' AND pg_xact_commit_timestamp(m.xmin) >= pg_xact_commit_timestamp(a.xmin)
            """
        private static let cancelledInMidst = """
            SELECT count(DISTINCT m.campaign_id) FROM oracle.marks m JOIN campaigns c USING (campaign_id) WHERE c.state = 4
            """
    }
}

/// Claims on one side, who says no on the other; both work at the same rows.
private final class Race: Sendable {
    struct Seen: Sendable {
        var optOutTimes: [Duration] = []
        var recalled = 0
        var onTheirWay = 0
        var claimed = 0
        var refused: [Verdict: Int] = [:]
    }

    private static let workerRun: WorkerRun = 77
    private static let smallAudience: Int32 = 20

    let main: CampaignID
    let isOver = Atomic<Bool>(false)
    let seen = Mutex(Seen())
    private let store: PostgresDeliveryStore
    private let admin: AccountDatabase
    /// The address hashes of the large campaign's contacts, in the order of its rows.
    private let hashes: [[UInt8]]
    private let small: ClosedRange<CampaignID>
    private let nextOptOut = Atomic<Int>(0)
    private let nextCancel: Atomic<CampaignID>

    private init(
        main: CampaignID,
        small: ClosedRange<CampaignID>,
        store: PostgresDeliveryStore,
        admin: AccountDatabase,
        hashes: [[UInt8]]
    ) {
        self.main = main
        self.small = small
        self.store = store
        self.admin = admin
        self.hashes = hashes
        nextCancel = Atomic(small.lowerBound)
    }

    /// A large campaign to opt out of and to pause, and many small ones to cancel; all are frozen and running.
    static func prepare(on stage: Stage, optOuts: Int, cancels: Int) async throws -> Race {
        try await stage.addContacts(optOuts)
        try await stage.addContacts(Int(smallAudience), list: 2) { "small\($0)@example.net" }
        let producer = PostgresPool(settings: stage.database.settings(role: .producer), name: "freeze", size: 1)
        var campaigns: [CampaignID] = []
        for list in [1, 2] as [Int32] {
            campaigns.append(try await stage.startCampaign(list: list))
            try await stage.execute("UPDATE campaigns SET lease_token = 1, lease_until = 'infinity' WHERE state = 1")
            _ = try await FreezeStore(producer, token: 1).freeze(campaigns[campaigns.count - 1]) { _ in [] }
        }
        await producer.close()
        try await stage.execute(copies(of: campaigns[1], cancels - 1))
        try await stage.execute(
            "INSERT INTO workers VALUES (\(workerRun), 'race', 1, '{default}', now(), 'infinity')"
        )
        try await stage.execute("ANALYZE")
        let main = campaigns[0]
        let hashes = try await stage.superuser.withConnection { connection in
            try await connection.rows(.hashesInOrder, [.int32(main)]) { try $0.bytes(0) }
        }
        let workers = PostgresPool(settings: stage.database.settings(role: .worker), name: "claims", size: 10)
        let admins = PostgresPool(settings: stage.database.settings(role: .admin), name: "noes", size: 5)
        return Race(
            main: main,
            small: campaigns[1]...(campaigns[1] + CampaignID(cancels) - 1),
            store: PostgresDeliveryStore(workers),
            admin: AccountDatabase(pool: admins, actor: "race"),
            hashes: hashes
        )
    }

    private static func copies(of campaign: CampaignID, _ count: Int) -> String {
        """
        INSERT INTO campaigns (account_id, list_id, name, state, version, audience, expires_at, lease_until)
        SELECT account_id, list_id, name, state, version, audience, expires_at, lease_until
        FROM campaigns, generate_series(1, \(count)) WHERE campaign_id = \(campaign);
        INSERT INTO campaign_lanes SELECT c.campaign_id, l.lane_id, l.account_id, l.first_seq, l.last_seq, l.cursor,
            l.generation FROM campaign_lanes l, campaigns c
            WHERE l.campaign_id = \(campaign) AND c.campaign_id > \(campaign);
        INSERT INTO counters (campaign_id, lane_id, writer, pending) SELECT c.campaign_id, k.lane_id, 0, k.pending
            FROM counters k, campaigns c WHERE k.campaign_id = \(campaign) AND c.campaign_id > \(campaign);
        INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id)
            SELECT c.campaign_id, d.seq, d.account_id, d.contact_id, d.list_id, d.lane_id
            FROM deliveries d, campaigns c WHERE d.campaign_id = \(campaign) AND c.campaign_id > \(campaign);
        """
    }

    // MARK: Those who claim

    /// Claims rows just ahead of those who say no, lets each be deferred at once, and claims it again.
    func claimUntilOver() async throws {
        var round = 0
        var inFlight: [DeliveryResult] = []
        while !isOver.load(ordering: .relaxed) {
            round += 1
            let claimed = try await claim(round.isMultiple(of: 3) ? keysOfSmall() : keysOfMain())
            // A batch stays in flight while the next one is claimed, so that some are always being sent.
            try await record(inFlight)
            inFlight = claimed
        }
        try await record(inFlight)
    }

    private func keysOfMain() -> [DeliveryKey] {
        let first = Seq(nextOptOut.load(ordering: .relaxed)) - 4
        let seqs = (0..<12).map { _ in min(Seq(hashes.count), max(1, first + .random(in: 0..<40))) }
        return Set(seqs).shuffled().map { DeliveryKey(campaign: main, seq: $0) }
    }

    private func keysOfSmall() -> [DeliveryKey] {
        let first = nextCancel.load(ordering: .relaxed)
        guard first <= small.upperBound else { return keysOfMain() }
        let campaign = min(small.upperBound, first + .random(in: 0..<3))
        let seqs = Set((0..<8).map { _ in Seq.random(in: 1...Self.smallAudience) })
        return seqs.map { DeliveryKey(campaign: campaign, seq: $0) }
    }

    /// - Returns: What is to become of the rows that were marked: each is deferred, and due at once.
    private func claim(_ keys: [DeliveryKey]) async throws -> [DeliveryResult] {
        let recipients = try await store.fetch(keys)
        guard !recipients.isEmpty else {
            await Task.yield()
            return []
        }
        let token = ClaimToken.random(in: 1...ClaimToken.max)
        let requests = recipients.map {
            ClaimRequest(key: $0.key, generation: 1, contactVersion: $0.contactVersion, attempt: $0.attempt)
        }
        let verdicts = try await store.claim(requests, token: token, workerRun: Self.workerRun)
        seen.withLock { seen in
            for verdict in verdicts {
                if verdict == .claimed { seen.claimed += 1 } else { seen.refused[verdict, default: 0] += 1 }
            }
        }
        return zip(recipients, verdicts).filter { $0.1 == .claimed }.map { recipient, _ in
            DeliveryResult(
                key: recipient.key,
                token: token,
                state: .deferred,
                reason: .none,
                code: 451,
                waitSeconds: 0,
                countsAsAttempt: true,
                outcome: MessageOutcome(id: 0, judgement: .later, code: 451, text: "", step: .rcpt)
            )
        }
    }

    private func record(_ results: [DeliveryResult]) async throws {
        guard let token = results.first?.token else { return }
        try await store.record(results.sorted { $0.key < $1.key }, finished: [token])
    }

    // MARK: Those who say no

    /// Opts the next recipients out, one after the other, until all are.
    func optOut() async throws {
        while true {
            let index = nextOptOut.add(1, ordering: .relaxed).oldValue
            guard index < hashes.count else { return }
            let suppression = Suppression(
                account: 1,
                addressHash: hashes[index],
                hashKey: 1,
                scope: [.all, .marketing, .list][index % 3],
                list: index % 3 == 2 ? 1 : 0,
                reason: .unsubscribe,
                source: "race",
                way: .commandLine
            )
            let began = ContinuousClock.now
            let receipt = try await admin.suppress(suppression)
            let took = ContinuousClock.now - began
            seen.withLock { seen in
                seen.optOutTimes.append(took)
                seen.recalled += receipt.recalled
                seen.onTheirWay += receipt.alreadyOnTheirWay
            }
        }
    }

    func pauseAndResume(times: Int) async throws {
        for _ in 0..<times {
            try await admin.ask(.pause, of: main, account: 1)
            try await admin.ask(.resume, of: main, account: 1)
        }
    }

    func cancel() async throws {
        for campaign in small {
            nextCancel.store(campaign, ordering: .relaxed)
            // Somebody shall be claiming from it.
            while try await store.fetch([DeliveryKey(campaign: campaign, seq: 1)]).first?.attempt == 0 {
                await Task.yield()
            }
            try await admin.ask(.cancel, of: campaign, account: 1)
        }
        nextCancel.store(small.upperBound + 1, ordering: .relaxed)
    }
}

extension Statement {
    /// `$1` campaign.
    fileprivate static let hashesInOrder = Statement(
        "hashes-in-order",
        """
        SELECT c.address_hash FROM deliveries d JOIN contacts c USING (contact_id) WHERE d.campaign_id = $1 ORDER BY d.seq
        """
    )
}
