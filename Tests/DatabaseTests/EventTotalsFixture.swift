import Core
import Database
import DatabaseClient
import TestKit

extension EventTotals {
    /// Lends the recorder's totals.
    static func with<Value: Sendable>(
        _ totals: Totals,
        _ body: (EventTotals) async throws -> Value
    ) async throws -> Value {
        let pool = PostgresPool(settings: totals.database.settings(role: .recorder), name: "recorder", size: 8)
        let value = try await body(EventTotals(pool, keepDays: 90))
        await pool.close()
        return value
    }
}

extension EventTotals.Entry {
    static func open(
        _ campaign: CampaignID,
        number: UInt64,
        hour: Int32 = EventTotalsTests.hour,
        isMachine: Bool = false
    ) -> Self {
        let subject: TrackedEvent.Subject = isMachine ? .nobody : .number(TokenNumber(high: 1, low: number))
        return entry(.open, campaign, 0, subject, hour, isMachine)
    }

    static func click(_ campaign: CampaignID, _ link: UInt16, number: UInt64) -> Self {
        entry(.click, campaign, link, .number(TokenNumber(high: 2, low: number)), EventTotalsTests.hour, false)
    }

    static func opened(
        _ campaign: CampaignID,
        by seq: Seq,
        second: UInt16 = 0,
        hour: Int32 = EventTotalsTests.hour,
        isMachine: Bool = false
    ) -> Self {
        entry(.open, campaign, 0, .recipient(seq, second: second), hour, isMachine)
    }

    static func clicked(_ campaign: CampaignID, _ link: UInt16, by seq: Seq, second: UInt16) -> Self {
        entry(.click, campaign, link, .recipient(seq, second: second), EventTotalsTests.hour, false)
    }

    private static func entry(
        _ kind: EventKind,
        _ campaign: CampaignID,
        _ link: UInt16,
        _ subject: TrackedEvent.Subject,
        _ hour: Int32,
        _ isMachine: Bool
    ) -> Self {
        var random = SystemRandomNumberGenerator()
        let event = TrackedEvent(
            id: EventID(from: &random),
            kind: kind,
            campaign: campaign,
            link: link,
            subject: subject,
            isMachine: isMachine
        )
        return Self(hour: hour, event: event)
    }
}
