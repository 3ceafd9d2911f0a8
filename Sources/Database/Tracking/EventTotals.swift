import Core
import DatabaseClient

/// The recorder's totals: opens and clicks, each counted once by its id.
package struct EventTotals: Sendable {
    /// A smaller campaign is not counted in `aggregate`: its figures would never be shown, and missing ones cannot leak
    /// from the tables.
    package static let leastAudience: Int32 = 20
    /// An open or click this soon after acceptance is a scanner's. Known only if the token names the recipient.
    package static let soonestSeconds = 2.0

    /// One event with the hour that it was taken in.
    package struct Entry: Sendable {
        /// Hours since 1970.
        package let hour: Int32
        package let event: TrackedEvent

        package init(hour: Int32, event: TrackedEvent) {
            self.hour = hour
            self.event = event
        }

        /// Days since 1970: where a repeated event is looked for.
        var day: Int32 { hour / 24 }
    }

    /// The result of a batch.
    package struct Receipt: Sendable, Equatable {
        /// Entered in the figures.
        package var counted = 0
        /// Seen before, in this batch or in an older one.
        package var repeated = 0
        /// Older than the kept days: it cannot be told whether it was counted.
        package var late = 0
        /// The campaign is unknown, not tracked, or too small.
        package var untracked = 0
        /// `uncertain` messages that have evidently arrived.
        package var evidence = 0

        package init() {}
    }

    private let pool: PostgresPool
    private let keepDays: Int32

    /// - Parameters:
    ///   - pool: Of the role `veredus_recorder`.
    ///   - keepDays: How many days of events there are, and so how late an event may be.
    package init(_ pool: PostgresPool, keepDays: Int32) {
        self.pool = pool
        self.keepDays = keepDays
    }

    package func check() async throws {
        try await pool.withConnection(deadline: .seconds(2)) { try await $0.execute("SELECT 1") }
    }

    /// Enters a batch, in one transaction: all of it or nothing; safe to repeat.
    ///
    /// Sets, figures and ids are written in the order of their keys, so that neither the order of rows nor of
    /// transactions reveals the order of events, and recorders never deadlock.
    package func record(_ entries: [Entry], now: Double) async throws -> Receipt {
        guard !entries.isEmpty else { return Receipt() }
        let today = Int32(now / 86_400)
        let keepDays = keepDays
        return try await pool.withConnection { connection in
            try await connection.transaction { connection in
                var batch = EventBatch(entries, oldestDay: today - keepDays)
                try connection.look(at: &batch)
                try connection.note(&batch)
                try connection.count(&batch)
                try connection.add(batch)
                return batch.receipt
            }
        }
    }
}

extension PostgresConnection {
    /// Leaves out what is not tracked.
    fileprivate func look(at batch: inout EventBatch) throws {
        let campaigns = try rows(.trackedCampaigns, [.int32s(batch.campaigns)]) { row in
            EventBatch.Campaign(
                id: try row.int32(0),
                account: try row.int32(1),
                mode: TrackingMode(rawValue: try row.int16(2)) ?? .none,
                audience: try row.int32(3)
            )
        }
        batch.keep(of: campaigns)
    }

    /// Takes each id once; leaves out what is there already.
    fileprivate func note(_ batch: inout EventBatch) throws {
        let entries = batch.entries
        let fresh = try rows(
            .noteEvents,
            [
                .byteArrays(entries.map(\.event.id.bytes)), .int32s(entries.map(\.day)),
                .int32s(entries.map { batch.account(of: $0.event.campaign) }), .int32s(entries.map(\.event.campaign)),
                .int16s(entries.map(\.event.kind.rawValue)), .int32s(entries.map { $0.seq ?? 0 }),
                .int32s(entries.map { $0.seq == nil ? 0 : Int32($0.event.link) }),
                .doubles(entries.map { $0.seconds ?? 0 }),
            ]
        ) { try $0.bytes(0) }
        batch.keep(ids: Set(fresh))
    }

    /// Finds out what is asked for the first time, and takes opens and clicks that name a recipient as evidence.
    fileprivate func count(_ batch: inout EventBatch) throws {
        let numbers = batch.numbers
        if !numbers.isEmpty {
            let new = try rows(
                .countNumbers,
                [
                    .int32s(numbers.map(\.campaign)), .int16s(numbers.map(\.kind.rawValue)),
                    .byteArrays(numbers.map(\.number.bytes)),
                ]
            ) { try $0.bytes(0) }
            batch.firsts(ofNumbers: Set(new))
        }
        let keys = batch.recipients
        guard !keys.isEmpty else { return }
        let places: [PostgresValue] = [.int32s(keys.map(\.campaign)), .int32s(keys.map(\.seq))]
        batch.judge(
            try rows(.acceptances, places) { row in
                (DeliveryKey(campaign: try row.int32(0), seq: try row.int32(1)), try row.double(2))
            }
        )
        let persons = batch.persons
        let new = try rows(
            .countRecipients,
            [
                .int32s(persons.map(\.campaign)), .int32s(persons.map(\.seq)), .int16s(persons.map(\.kind)),
                .int32s(persons.map(\.link)), .int32s(persons.map { batch.account(of: $0.campaign) }),
                .doubles(persons.map(\.seconds)),
            ]
        ) { row in
            EventBatch.User(
                campaign: try row.int32(0),
                seq: try row.int32(1),
                kind: try row.int16(2),
                link: try row.int32(3)
            )
        }
        batch.firsts(of: Set(new))
        batch.receipt.evidence = try run(.acceptSeen, places)
    }

    fileprivate func add(_ batch: EventBatch) throws {
        let sums = batch.sums
        guard !sums.isEmpty else { return }
        try run(
            .addEngagement,
            [
                .int32s(sums.map(\.key.campaign)), .int16s(sums.map(\.key.kind)), .int32s(sums.map(\.key.link)),
                .int32s(sums.map(\.key.hour)), .int32s(sums.map { batch.account(of: $0.key.campaign) }),
                .int64s(sums.map(\.value.firsts)), .int64s(sums.map(\.value.total)),
                .int64s(sums.map(\.value.machines)),
            ]
        )
    }
}
