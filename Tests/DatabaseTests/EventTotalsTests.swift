import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// Opens and clicks in the database: each once, in the mode of its campaign, and nothing beside a number.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct EventTotalsTests {
    /// 2026-11-23 12:00.
    static let hour: Int32 = 498_708
    static let now = Double(hour) * 3_600 + 1_800

    @Test func `in aggregate each number counts once, a machine's apart, and the rest is totals`() async throws {
        try await Totals.with(contacts: 30) { totals in
            let campaign = try await totals.run(tracking: .aggregate)
            let first = EventTotals.Entry.open(campaign, number: 1)
            let receipt = try await EventTotals.with(totals) { events in
                try await events.record(
                    [
                        first, first, .open(campaign, number: 1), .open(campaign, number: 2, hour: Self.hour - 1),
                        .open(campaign, number: 3, isMachine: true), .click(campaign, 1, number: 4),
                        .click(campaign, 2, number: 5), .click(campaign, 1, number: 6), .click(campaign, 1, number: 6),
                    ],
                    now: Self.now
                )
            }
            #expect(receipt.counted == 8 && receipt.repeated == 1)
            let figures = try await totals.figures()
            #expect(
                figures == [
                    "0/0/\(Self.hour - 1): 1 of 1, 0", "0/0/\(Self.hour): 1 of 2, 1", "1/1/\(Self.hour): 2 of 3, 0",
                    "1/2/\(Self.hour): 1 of 1, 0",
                ]
            )
            #expect(try await totals.number("SELECT count(*) FROM counted") == 5, "none of a machine")
            let bare = "SELECT count(*) FROM events WHERE seq IS NULL AND link IS NULL AND happened_at IS NULL"
            #expect(try await totals.number(bare) == 8)
            #expect(try await totals.number("SELECT count(*) FROM engaged") == 0)
        }
    }

    @Test func `an event that comes again, in another flush or another recorder, counts once`() async throws {
        try await Totals.with(contacts: 30) { totals in
            let campaign = try await totals.run(tracking: .aggregate)
            let entries = (1...200 as ClosedRange<UInt64>).map { EventTotals.Entry.open(campaign, number: $0) }
            try await EventTotals.with(totals) { events in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for round in 0..<8 {
                        group.addTask {
                            _ = try await events.record(Array(entries[(round * 20)...]).shuffled(), now: Self.now)
                        }
                    }
                    try await group.waitForAll()
                }
                let again = try await events.record(entries, now: Self.now + 86_400)
                #expect(again.counted == 0 && again.repeated == 200, "the next day as well")
            }
            #expect(try await totals.figures() == ["0/0/\(Self.hour): 200 of 200, 0"])
        }
    }

    @Test func `a token that is replayed a thousand times is one open`() async throws {
        try await Totals.with(contacts: 30) { totals in
            let campaign = try await totals.run(tracking: .aggregate)
            try await EventTotals.with(totals) { events in
                _ = try await events.record((0..<1_000).map { _ in .open(campaign, number: 7) }, now: Self.now)
            }
            #expect(try await totals.figures() == ["0/0/\(Self.hour): 1 of 1000, 0"])
        }
    }

    static let refused: [(tracking: TrackingMode, contacts: Int, days: Int32, because: Comment)] = [
        (.none, 30, 0, "the account lets us learn nothing"),
        (.aggregate, 19, 0, "so few that each figure would be about somebody"),
        (.aggregate, 30, 91, "its id would no longer be known"), (.individual, 3, 91, "the same"),
    ]

    @Test(arguments: refused)
    func `what may not be counted leaves nothing behind`(
        row: (tracking: TrackingMode, contacts: Int, days: Int32, because: Comment)
    ) async throws {
        try await Totals.with(contacts: row.contacts) { totals in
            let campaign = try await totals.run(tracking: row.tracking)
            let hour = Self.hour - row.days * 24
            let entries: [EventTotals.Entry] = [
                .open(campaign, number: 1, hour: hour), .opened(campaign, by: 1, hour: hour),
                .open(4_711, number: 1, hour: hour),
            ]
            let receipt = try await EventTotals.with(totals) { try await $0.record(entries, now: Self.now) }
            #expect(receipt.counted == 0 && receipt.late + receipt.untracked == 3, row.because)
            for table in ["events", "counted", "engaged", "engagement"] {
                #expect(try await totals.number("SELECT count(*) FROM \(table)") == 0, row.because)
            }
        }
    }

    @Test func `in aggregate a token that names a recipient is a total that names nobody`() async throws {
        try await Totals.with(contacts: 30) { totals in
            let campaign = try await totals.run(tracking: .aggregate)
            _ = try await EventTotals.with(totals) { try await $0.record([.opened(campaign, by: 3)], now: Self.now) }
            #expect(try await totals.figures() == ["0/0/\(Self.hour): 0 of 1, 0"])
            #expect(try await totals.number("SELECT count(*) FROM events WHERE seq IS NOT NULL") == 0)
        }
    }

    @Test func `the schema refuses a time or a link beside an event that names nobody`() async throws {
        try await Totals.with(contacts: 1) { totals in
            for column in ["link", "happened_at"] {
                let value = column == "link" ? "1" : "now()"
                let sql = """
                    INSERT INTO events (event_id, day, account_id, campaign_id, kind, \(column))
                    VALUES (decode(repeat('00', 16), 'hex'), '2026-11-23', 1, 1, 0, \(value))
                    """
                await #expect(throws: PostgresError.self) { try await totals.superuser.execute(sql) }
            }
        }
    }

    @Test func `individual: a recipient counts once, a scanner's haste is told, uncertain messages have arrived`()
        async throws
    {
        try await Totals.with(contacts: 5) { totals in
            let campaign = try await totals.run(tracking: .individual)
            try await totals.superuser.execute(
                """
                UPDATE deliveries SET state = CASE WHEN seq = 3 THEN 6 ELSE 3 END, reason = CASE WHEN seq = 3 THEN 9 ELSE 0 END,
                    code = 250, changed_at = to_timestamp(\(Self.now)) WHERE campaign_id = \(campaign) AND seq <= 3;
                """
            )
            let receipt = try await EventTotals.with(totals) { events in
                try await events.record(
                    [
                        .opened(campaign, by: 1, second: 1_801), .opened(campaign, by: 1, second: 1_900),
                        .opened(campaign, by: 1, second: 1_905), .opened(campaign, by: 2, second: 1_801),
                        .opened(campaign, by: 3, second: 1_801, isMachine: true),
                        .clicked(campaign, 2, by: 1, second: 1_950), .clicked(campaign, 2, by: 1, second: 1_940),
                    ],
                    now: Self.now + 60
                )
            }
            #expect(receipt.evidence == 1 && receipt.counted == 7)
            #expect(try await totals.figures() == ["0/0/\(Self.hour): 1 of 2, 3", "1/2/\(Self.hour): 1 of 2, 0"])
            let earliest = "SELECT extract(epoch FROM first_at)::int8 FROM engaged WHERE kind = 1 AND seq = 1"
            #expect(try await totals.number(earliest) == Int(Self.hour) * 3_600 + 1_940)
            #expect(try await totals.state(campaign, 3) == .accepted)
            #expect(try await totals.number("SELECT reason::int8 FROM deliveries WHERE seq = 3") == 13)
            try await totals.recount(campaign)
        }
    }

    @Test func `small figures are not told, unless the account names its recipients anyway`() async throws {
        try await Totals.with(contacts: 40) { totals in
            let campaign = try await totals.run(tracking: .aggregate)
            try await totals.superuser.execute("UPDATE deliveries SET state = 3, code = 250")
            try await EventTotals.with(totals) { events in
                let opens = (1...4 as ClosedRange<UInt64>).map { EventTotals.Entry.open(campaign, number: $0) }
                _ = try await events.record(opens + [.open(campaign, number: 0, isMachine: true)], now: Self.now)
                var told = try await totals.admin.engagement(of: campaign, account: Totals.account)
                #expect(
                    told.isBlurred && told.opens.unique == 0 && told.opens.machine == 0,
                    "the figure itself is gone"
                )
                #expect(told.opens.told(\.unique) == "fewer than 5" && told.hours.first?.opens.total == 0)
                _ = try await events.record(
                    [.open(campaign, number: 5), .open(campaign, number: 6, hour: Self.hour + 1)],
                    now: Self.now
                )
                told = try await totals.admin.engagement(of: campaign, account: Totals.account)
                #expect(!told.isBlurred && told.opens.unique == 6 && told.opens.told(\.total) == "6")
                #expect(told.opens.told(\.machine) == "fewer than 5", "one was counted: no 0")
                #expect(
                    told.hours.map(\.opens.people) == [.cover, .tooFew],
                    "one hour has five, the other one: six less five"
                )
                #expect(told.clicks.isBlurred && told.links.isEmpty)
            }
            try await totals.superuser.execute("UPDATE deliveries SET state = 4, reason = 3 WHERE seq > 19")
            let few = try await totals.admin.engagement(of: campaign, account: Totals.account)
            #expect(few.isBlurred && few.opens.unique == 0, "fewer than 20 messages went out")
            try await totals.superuser.execute("UPDATE accounts SET tracking = 2; UPDATE campaigns SET tracking = 2")
            let named = try await totals.admin.engagement(of: campaign, account: Totals.account)
            #expect(!named.isBlurred && named.opens.unique == 6 && named.opens.machine == 1)
            try await totals.superuser.execute("UPDATE campaigns SET tracking = 0")
            #expect(try await totals.admin.engagement(of: campaign, account: Totals.account).mode == .none)
        }
    }

    @Test func `a campaign learns no more of its recipients than the account allows`() async throws {
        try await Totals.with(contacts: 1) { totals in
            let campaign = try await totals.run(tracking: .aggregate)
            let raise = "UPDATE campaigns SET tracking = 2"
            await #expect(throws: PostgresError.self, "not opted in") { try await totals.superuser.execute(raise) }
            try await totals.admin.changeTracking(of: Totals.account, to: .individual, reason: "their contract")
            try await totals.superuser.execute(raise)
            try await totals.admin.changeTracking(of: Totals.account, to: .none, reason: "they asked")
            try await totals.superuser.execute("UPDATE campaigns SET tracking = 1")
            #expect(
                try await totals.number("SELECT tracking::int8 FROM campaigns WHERE campaign_id = \(campaign)") == 0
            )
            #expect(try await totals.number("SELECT count(*) FROM audit WHERE action = 'account.tracking'") == 2)
        }
    }

    @Test func `days get partitions, also those that events came to before, and old ones go`() async throws {
        try await Totals.with(contacts: 30) { totals in
            // The database is a copy of one that may have been migrated before midnight.
            let owner = try await totals.database.connect(.owner)
            _ = try await owner.makeEventPartitions(daysAhead: 14)
            let campaign = try await totals.run(tracking: .aggregate)
            let today = try await totals.number("SELECT (extract(epoch FROM now()) / 3600)::int8")
            let late = Int32(today - 50 * 24)
            try await EventTotals.with(totals) { events in
                _ = try await events.record(
                    [.open(campaign, number: 1, hour: late), .open(campaign, number: 2, hour: Int32(today + 20 * 24))],
                    now: Double(today) * 3_600
                )
            }
            #expect(try await totals.number("SELECT count(*) FROM events_default") == 2, "nothing is refused")
            #expect(try await owner.makeEventPartitions(daysAhead: 30) == 16)
            #expect(try await owner.makeEventPartitions(daysAhead: 30) == 0)
            #expect(try await totals.number("SELECT count(*) FROM events_default") == 1, "one moved to its day")
            #expect(try await totals.number("SELECT count(*) FROM events") == 2)
            #expect(try await owner.dropEventPartitions(olderThan: 40) == 0)
            #expect(try await totals.number("SELECT count(*) FROM events") == 1)
            try await totals.superuser.execute(
                "CREATE TABLE events_20200101 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2020-01-02')"
            )
            #expect(try await owner.dropEventPartitions(olderThan: 40) == 1)
            #expect(try await totals.figures().count == 2, "figures stay")
            await owner.close()
        }
    }

    @Test func `the set of numbers is the recorder's alone`() async throws {
        try await Totals.with(contacts: 1) { totals in
            for role in StatementRole.allCases where ![.recorder, .owner].contains(role) {
                let connection = try await totals.database.connect(role)
                await #expect(throws: PostgresError.self, "\(role)") {
                    try await connection.execute("SELECT count(*) FROM counted")
                }
                await connection.close()
            }
        }
    }

    @Test func `links are found by whoever has a token, and only those that lead to the web`() async throws {
        try await Totals.with(contacts: 1) { totals in
            let campaign = try await totals.run(tracking: .aggregate)
            try await totals.superuser.execute(
                """
                INSERT INTO links (campaign_id, version, number, account_id, url) VALUES
                    (\(campaign), 1, 1, 1, 'https://shop.example/'), (\(campaign), 1, 2, 1, 'javascript:alert(1)'),
                    (\(campaign), 2, 3, 1, 'https://other-version.example/');
                """
            )
            let pool = PostgresPool(settings: totals.database.settings(role: .web), name: "web", size: 1)
            let store = TrackedLinkStore(pool)
            let found = try await store.links(of: [campaign, 4_711], within: .seconds(5))
            #expect(found.keys.sorted() == [campaign])
            #expect(
                found[campaign]?.targets == [1: LinkTarget(stored: "https://shop.example/")].compactMapValues { $0 }
            )
            #expect(found[campaign]?.mode == .aggregate)
            #expect(try await store.newest(10) == [campaign])
            await pool.close()
        }
    }
}

extension Totals {
    /// The figures, `kind/link/hour: firsts of total, machines`.
    fileprivate func figures() async throws -> [String] {
        let statement = Statement(
            "figures",
            "SELECT kind, link, hour, firsts, total, machines FROM engagement ORDER BY campaign_id, kind, link, hour"
        )
        return try await superuser.rows(statement) { row in
            "\(try row.int16(0))/\(try row.int32(1))/\(try row.int32(2)): \(try row.int64(3)) of \(try row.int64(4)), "
                + "\(try row.int64(5))"
        }
    }
}
