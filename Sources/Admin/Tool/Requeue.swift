import Broker
import Core
import Database

/// Requeues dead letters, or first shows the plan.
///
/// Both read the same messages page by page. Each page of one campaign is one transaction, in which PostgreSQL decides
/// again: after a crash, the same command continues.
struct Requeue: Sendable {
    /// The number of messages by outcome.
    struct Tally: Sendable {
        private(set) var counts: [DeadLetterFate: Int] = [:]
        /// The newest message seen; later ones are not included.
        fileprivate(set) var last: Int64 = 0
        /// Why some are unreadable, with an example.
        fileprivate(set) var unreadable: (id: Int64, detail: String)?

        subscript(fate: DeadLetterFate) -> Int { counts[fate] ?? 0 }
        var messages: Int { counts.values.reduce(0, +) }
        /// Of those, the number that a requeue settles.
        var settled: Int { counts.filter { $0.key.isSettledByRequeue }.values.reduce(0, +) }

        fileprivate mutating func count(_ fate: DeadLetterFate, _ number: Int = 1) {
            counts[fate, default: 0] += number
        }
    }

    private static let page = AccountDatabase.reopenLimit

    let database: AccountDatabase
    let selection: DeadLetterSelection
    /// Includes `nil` for messages without an account.
    let accounts: [AccountID?]
    let evenIfExpired: Bool

    /// The plan; changes nothing.
    func plan() async throws -> Tally {
        var tally = Tally()
        for account in accounts {
            try await forEachPage(of: account, through: .max) { page in
                for (message, fate) in page {
                    tally.count(fate)
                    tally.last = max(tally.last, message.id)
                    if fate == .unreadable { tally.unreadable = (message.id, message.detail) }
                }
            }
        }
        return tally
    }

    /// Does it.
    ///
    /// - Parameters:
    ///   - plan: The plan as shown; later dead letters are left alone.
    ///   - reason: For the audit log.
    ///   - publisher: For messages that go back to their queue; `nil` when the plan has none.
    /// - Returns: The result.
    /// - Throws: Errors of a server; completed pages stay done.
    func run(_ plan: Tally, reason: String, publisher: AMQPPublisher?) async throws -> Tally {
        var done = Tally()
        done.unreadable = plan.unreadable
        for account in accounts {
            try await forEachPage(of: account, through: plan.last) { page in
                let settled = page.filter { $0.fate.isSettledByRequeue }
                for (_, fate) in page where !fate.isSettledByRequeue { done.count(fate) }
                let again = settled.filter { $0.fate == .publishedAgain }.map(\.message)
                if let publisher { try await publish(again, account, reason, publisher, &done) }
                guard let account else { return }
                let withRows = settled.filter { $0.message.row != nil }
                let byCampaign = Dictionary(grouping: withRows) { $0.message.key?.campaign ?? 0 }
                for (campaign, messages) in byCampaign.sorted(by: { $0.key < $1.key }) {
                    try await reopen(messages, campaign, account, reason, &done)
                }
            }
        }
        return done
    }

    private typealias Judged = (message: WaitingDeadLetter, fate: DeadLetterFate)

    private func forEachPage(
        of account: AccountID?,
        through last: Int64,
        _ body: ([Judged]) async throws -> Void
    ) async throws {
        var seen: Set<DeliveryKey> = []
        var id: Int64 = 0
        while true {
            let messages = try await database.waitingDeadLetters(
                of: account,
                selection,
                after: id,
                through: last,
                limit: Self.page
            )
            guard let end = messages.last else { return }
            try await body(
                messages.map { message in
                    let isFirst = message.key.map { seen.insert($0).inserted } ?? true
                    let fate = DeadLetterFate(
                        message.reason,
                        row: message.row,
                        isFirst: isFirst,
                        evenIfExpired: evenIfExpired
                    )
                    return (message, fate)
                }
            )
            id = end.id
        }
    }

    private func reopen(
        _ messages: [Judged],
        _ campaign: CampaignID,
        _ account: AccountID,
        _ reason: String,
        _ done: inout Tally
    ) async throws {
        let rows = messages.filter { $0.fate == .sentAgain || $0.fate == .optedOut }
        let receipt: ReopenReceipt
        do {
            receipt = try await database.requeue(
                messages.map(\.message.id),
                reopening: rows.compactMap { $0.message.key?.seq },
                of: campaign,
                account: account,
                reason: reason
            )
        } catch is ReopenRefused {
            // Cancelled at this moment.
            return done.count(.cancelled, messages.count)
        }
        done.count(.sentAgain, receipt.reopened)
        done.count(.optedOut, receipt.optedOut)
        // Rows finished at this moment.
        done.count(.finalAlready, rows.count - receipt.reopened - receipt.optedOut)
        for (_, fate) in messages where fate == .finalAlready || fate == .duplicate { done.count(fate) }
    }

    /// Publishes job messages to their queues again. After a crash before settling, a message is published once more,
    /// and the claim ignores duplicates.
    private func publish(
        _ messages: [WaitingDeadLetter],
        _ account: AccountID?,
        _ reason: String,
        _ publisher: AMQPPublisher,
        _ done: inout Tally
    ) async throws {
        for (queue, messages) in Dictionary(grouping: messages, by: \.queue) {
            let outcomes = try await publisher.publish(messages.map(\.envelope), to: queue)
            let confirmed = zip(messages, outcomes).filter { $0.1 == .confirmed }.map(\.0.id)
            let settled = try await database.settle(confirmed, as: .sentAgain, account: account, reason: reason)
            done.count(.publishedAgain, settled)
            guard confirmed.count == messages.count else {
                throw AdminFailure(
                    .unavailable,
                    "the broker refused \(messages.count - confirmed.count) of \(messages.count) messages for the queue "
                        + "\(queue). Start a producer or a worker of that lane to create the queue, then try again"
                )
            }
        }
    }
}

extension Requeue.Tally {
    var fields: [JSONValue.JSONField] {
        [.init(name: "messages", value: .number(messages))]
            + DeadLetterFate.allCases.map { .init(name: $0.key, value: .number(self[$0])) }
    }

    /// One line per outcome.
    var text: String {
        guard messages > 0 else { return "none of these dead letters needs a decision" }
        let lines = DeadLetterFate.allCases.filter { self[$0] > 0 }.map { [grouped(self[$0]), $0.sentence] }
        return Table([grouped(messages), messages == 1 ? "dead letter" : "dead letters"], lines).text
    }
}

extension DeadLetterFate {
    fileprivate var sentence: String {
        switch self {
        case .sentAgain: "mailed again"
        case .optedOut: "opted out meanwhile: suppressed, not mailed"
        case .finalAlready: "finished or in flight meanwhile: only settled"
        case .duplicate: "of a recipient listed before: only settled"
        case .expired: "of an expired campaign: skipped (--even-if-expired gives it a new lifetime)"
        case .cancelled: "of a cancelled campaign: skipped (veredus dead-letters discard)"
        case .publishedAgain: "written by a newer program: back to their queue"
        case .unreadable: "unreadable: skipped (veredus dead-letters discard)"
        }
    }
}
