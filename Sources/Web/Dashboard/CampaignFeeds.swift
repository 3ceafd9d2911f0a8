import Core
import Database

/// One reading of a campaign, shared by all its viewers.
struct CampaignLook: Sendable {
    let report: CampaignReport
    /// Recipients per second that reached a final state recently.
    let perSecond: Double
    let workersAlive: Int64

    /// The time left at this rate; `nil` when the campaign does not run or make progress.
    var secondsLeft: Double? {
        guard report.state == .running, perSecond > 0 else { return nil }
        return Double(Int64(report.audience) - report.counts.ended) / perSecond
    }
}

/// Reads each campaign at most once a second, for any number of viewers.
actor CampaignFeeds {
    private struct Feed {
        var meter = RateMeter()
        var look: CampaignLook?
        var readAt: ContinuousClock.Instant?
        var reading: Task<CampaignLook?, any Error>?
    }

    private struct Key: Hashable {
        let campaign: CampaignID
        let account: AccountID
    }

    private static let freshness = Duration.milliseconds(900)
    private static let mostKept = 256

    private let database: AccountDatabase
    private var feeds: [Key: Feed] = [:]
    /// The number of database queries; for tests.
    private(set) var reads = 0

    init(database: AccountDatabase) { self.database = database }

    /// The campaign as of at most a second ago; `nil` if the account has no such campaign.
    func look(at campaign: CampaignID, of account: AccountID) async throws -> CampaignLook? {
        let key = Key(campaign: campaign, account: account)
        let feed = feeds[key] ?? Feed()
        if let reading = feed.reading { return try await reading.value }
        if let look = feed.look, let readAt = feed.readAt, .now - readAt < Self.freshness { return look }
        // One caller reads; the others wait for its result.
        let reading = Task { try await self.read(key) }
        feeds[key, default: Feed()].reading = reading
        return try await reading.value
    }

    /// The next reading asks the database: the campaign was changed.
    func forget(_ campaign: CampaignID, of account: AccountID) {
        feeds[Key(campaign: campaign, account: account)]?.readAt = nil
    }

    private func read(_ key: Key) async throws -> CampaignLook? {
        defer { feeds[key]?.reading = nil }
        reads += 1
        guard let report = try await database.report(on: key.campaign, account: key.account) else {
            feeds[key] = nil
            return nil
        }
        let isNew = feeds[key]?.meter.last == nil
        let workers = try await database.workersAlive()
        if isNew, report.state == .running {
            // The first reading has a rate too: from the producer's recent samples.
            let samples = try await database.samples(of: key.campaign, account: key.account, limit: 1_000)
            if let sample = samples.last, report.readAt - sample.at < 60 {
                feeds[key]?.meter.note(sample.counts.ended, at: sample.at)
            }
        }
        feeds[key]?.meter.note(report.counts.ended, at: report.readAt)
        let look = CampaignLook(
            report: report,
            perSecond: feeds[key]?.meter.perSecond ?? 0,
            workersAlive: workers
        )
        feeds[key]?.look = look
        feeds[key]?.readAt = .now
        if feeds.count > Self.mostKept { forgetOld() }
        return look
    }

    private func forgetOld() {
        let now = ContinuousClock.now
        feeds = feeds.filter { feed in
            feed.value.reading != nil || feed.value.readAt.map { now - $0 < .seconds(60) } ?? false
        }
    }
}
