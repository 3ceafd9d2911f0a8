import Core
import DatabaseClient

@testable import Database

extension StatementProbe {
    private static let large = GrownDatabase.large
    private static let driver = Totals.driver
    /// As many as a busy worker claims at once.
    private static let batch = 132

    static let all: [StatementProbe] = ofWorker + ofProducer + ofFreeze + ofImport + ofOptOut + ofPages

    private static func repeated(_ value: Any, _ type: String, count: Int = batch) -> String {
        "array_fill(\(value)::\(type), ARRAY[\(count)])"
    }

    private static let claim = """
        PREPARE claim_first AS \(Statement.claimDeliveries.sql);
        EXECUTE claim_first(\(claimArguments));
        DEALLOCATE claim_first
        """

    // EXECUTE takes no subqueries: the numbers are written out.
    private static let numbers = "'{\((1...batch).map(String.init).joined(separator: ","))}'"
    private static let claimArguments = """
        \(repeated(large, "int")), \(numbers), \(repeated(1, "int")), \(repeated(1, "int")), \(repeated(0, "smallint")), \
        77, \(GrownDatabase.workerRun)
        """

    /// The same rows as ranges, as they come in messages: each of 33.
    private static let ranges = """
        '{\(large),\(large),\(large),\(large)}', '{1,34,67,100}', '{33,66,99,132}'
        """

    private static let ofWorker = [
        StatementProbe(
            statement: .fetchRecipients,
            role: .worker,
            arguments: ranges,
            rows: batch,
            pagesPerRow: 8
        ),
        StatementProbe(
            statement: .claimPending,
            role: .worker,
            arguments: """
                \(ranges), '{1,34,67,100}', '{1,1,1,1}', \(repeated(1, "int")), 77, \(GrownDatabase.workerRun)
                """,
            rows: batch,
            pagesPerRow: 20
        ),
        StatementProbe(
            statement: .claimDeliveries,
            role: .worker,
            arguments: claimArguments,
            rows: batch,
            pagesPerRow: 36
        ),
        StatementProbe(
            statement: .recordAccepted,
            role: .worker,
            before: [claim],
            arguments: """
                \(ranges), '{1,34,67,100}', \(repeated(77, "bigint")), \(repeated(250, "smallint")), '{77}'
                """,
            rows: batch,
            pagesPerRow: 14
        ),
        StatementProbe(
            statement: .recordResults,
            role: .worker,
            before: [claim],
            arguments: """
                \(repeated(large, "int")), \(numbers), \(repeated(77, "bigint")), \
                \(repeated(DeliveryState.accepted.rawValue, "smallint")), \(repeated(0, "smallint")), \
                \(repeated(250, "smallint")), \(repeated(0, "float8")), \(repeated(true, "boolean")), \
                \(repeated(0, "smallint")), \(repeated(6, "smallint")), \(repeated("''", "text")), '{77}'
                """,
            rows: batch,
            // Claimed in the same transaction, no row has left room on its page. And each may have a retry of the sweep's.
            pagesPerRow: 18
        ),
        StatementProbe(
            statement: .raiseFirstRedelivery,
            role: .worker,
            arguments: "\(repeated(large, "int")), \(numbers)",
            rows: batch,
            pagesPerRow: 30
        ),
        StatementProbe(
            statement: .oldClaims,
            role: .worker,
            arguments: "\(GrownDatabase.deadWorkerRun)",
            rows: 1,
            pagesPerRow: 1
        ),
    ]

    private static let running = 10

    private static let ofProducer = [
        StatementProbe(
            statement: .leaseCampaigns,
            role: .producer,
            arguments: "\(driver), 10, 3600",
            rows: running,
            pagesPerRow: 4
        ),
        StatementProbe(
            statement: .leasedCampaigns,
            role: .producer,
            arguments: "\(driver)",
            rows: running,
            pagesPerRow: 20
        ),
        StatementProbe(statement: .missedStarts, role: .producer, arguments: "3600", rows: 1, pagesPerRow: 10),
        StatementProbe(statement: .workersByLane, role: .producer, arguments: "", rows: 1, pagesPerRow: 10),
        StatementProbe(statement: .forgetWorkers, role: .producer, arguments: "", rows: 1, pagesPerRow: 10),
        StatementProbe(
            statement: .sweepDeadWorkers,
            role: .producer,
            arguments: "200, 12::smallint, 300, 60",
            // It looks at every claim in flight, and asks for its worker.
            rows: 2_000,
            pagesPerRow: 12
        ),
        StatementProbe(
            statement: .dueRetries,
            role: .producer,
            arguments: "\(driver), 500, 60, '{1}'",
            rows: 500,
            pagesPerRow: 20
        ),
        StatementProbe(
            statement: .moveCursors,
            role: .producer,
            arguments: "'{\(large),991,992}', '{1,1,1}', '{1,1,1}', '{500,50,50}', \(driver)",
            rows: 3,
            pagesPerRow: 12
        ),
        StatementProbe(
            statement: .pendingAfterCursor,
            role: .producer,
            arguments: "\(large), 100, \(GrownDatabase.contacts), 200",
            rows: 200,
            pagesPerRow: 3
        ),
        StatementProbe(
            statement: .renewGeneration,
            role: .producer,
            arguments: "\(large), 1::smallint, 1, \(driver)",
            rows: 1,
            pagesPerRow: 40
        ),
        StatementProbe(
            statement: .brokenCampaigns,
            role: .producer,
            arguments: "\(driver), 100",
            rows: running,
            pagesPerRow: 12
        ),
        StatementProbe(
            statement: .complainedCampaigns,
            role: .producer,
            arguments: "\(driver)",
            // 33 complaints for each account.
            rows: running * 33,
            pagesPerRow: 8
        ),
        StatementProbe(
            statement: .sampleCampaigns,
            role: .producer,
            arguments: "\(driver)",
            rows: running,
            pagesPerRow: 30
        ),
        StatementProbe(
            statement: .closeRows,
            role: .producer,
            arguments: "\(large), 0, 200, \(DeliveryState.cancelled.rawValue)::smallint, \(driver)",
            rows: 200,
            pagesPerRow: 24
        ),
        StatementProbe(
            statement: .finishCampaign,
            role: .producer,
            arguments: "991, \(driver)",
            rows: 1,
            pagesPerRow: 40
        ),
    ]

    private static let frozen = 100

    private static let ofFreeze = [
        StatementProbe(
            statement: .freezeAudience,
            role: .producer,
            arguments: "\(GrownDatabase.starting), 11, 11, 0::smallint",
            rows: frozen,
            pagesPerRow: 24
        ),
        StatementProbe(
            statement: .freezeLanes,
            role: .producer,
            before: [
                "DELETE FROM campaign_lanes WHERE campaign_id = 991", "DELETE FROM counters WHERE campaign_id = 991",
            ],
            arguments: "991, 2",
            rows: frozen,
            pagesPerRow: 4
        ),
        StatementProbe(
            statement: .freezeOptOuts,
            role: .producer,
            arguments: "991, 2, 2, 0::smallint",
            rows: frozen,
            pagesPerRow: 14
        ),
        StatementProbe(
            statement: .freezeOptOutsOfFew,
            role: .producer,
            arguments: "\(GrownDatabase.toFew), 1, 1, 0::smallint",
            rows: 100,
            pagesPerRow: 20
        ),
        StatementProbe(
            statement: .freezeOptOuts,
            role: .producer,
            arguments: "\(GrownDatabase.toFew), 1, 1, 0::smallint",
            rows: GrownDatabase.optOuts,
            pagesPerRow: 14
        ),
    ]

    /// A hundred rows into an account that has grown since the statistics were taken.
    private static let importer: AccountID = 1
    private static let importRows = """
        CREATE TEMP TABLE import_rows (
            line int, address text, address_key text, address_hash bytea, domain text, attributes jsonb
        ) ON COMMIT DROP;
        INSERT INTO import_rows
        SELECT n, k, k, sha256(k::bytea), 'example.net', '{}'
        FROM generate_series(1, 100) n, format('new%s@example.net', n) k;
        SELECT set_config('veredus.account', '\(importer)', true);
        ANALYZE import_rows; SET LOCAL enable_seqscan = off;
        SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off
        """

    private static let upsert = """
        PREPARE upsert_first AS \(Statement.upsertContacts.sql);
        EXECUTE upsert_first(\(upsertArguments));
        DEALLOCATE upsert_first
        """
    private static let upsertArguments = "\(importer), 1::smallint, 1::smallint"

    private static let ofImport = [
        StatementProbe(
            statement: .dropErased,
            role: .admin,
            before: [importRows],
            arguments: "\(importer)",
            rows: 100,
            pagesPerRow: 8
        ),
        StatementProbe(
            statement: .upsertContacts,
            role: .admin,
            before: [importRows],
            arguments: upsertArguments,
            rows: 100,
            pagesPerRow: 40
        ),
        StatementProbe(
            statement: .joinList,
            role: .admin,
            before: [importRows, upsert],
            arguments: "\(importer), \(importer), 'test'",
            rows: 100,
            pagesPerRow: 24
        ),
        StatementProbe(
            statement: .countUnsubscribed,
            role: .admin,
            before: [importRows, upsert],
            arguments: "\(importer), \(importer)",
            rows: 100,
            pagesPerRow: 12
        ),
    ]

    private static let ofOptOut = [
        StatementProbe(
            statement: .lockOpenDeliveries,
            role: .web,
            before: ["SELECT set_config('veredus.account', '1', true)"],
            arguments: "1, '{500}', \(SuppressionScope.all.rawValue)::smallint, 0",
            rows: 1,
            // It looks at the account's campaigns that are open.
            pagesPerRow: 100
        ),
        StatementProbe(
            statement: .recallQueued,
            role: .web,
            before: ["SELECT set_config('veredus.account', '1', true)"],
            arguments: "'{\(large)}', '{500}'",
            rows: 1,
            pagesPerRow: 40
        ),
    ]
}
