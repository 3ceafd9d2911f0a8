import Broker
import Core
import Database

/// Sends dead letters again, or first says what that would do.
///
/// Both go through the same letters page by page. Each page of one campaign is one transaction, in which PostgreSQL
/// decides anew: a tool that is killed has done a page or not, and the same command goes on.
struct Requeue: Sendable {
    /// How many letters have which fate.
    struct Tally: Sendable {
        private(set) var counts: [DeadLetterFate: Int] = [:]
        /// The newest letter that was looked at: what dies later is not this command's.
        fileprivate(set) var last: Int64 = 0
        /// Why some cannot be read, with one of them.
        fileprivate(set) var unreadable: (id: Int64, detail: String)?

        subscript(fate: DeadLetterFate) -> Int { counts[fate] ?? 0 }
        var letters: Int { counts.values.reduce(0, +) }
        /// Of those, how many a requeue decides.
        var settled: Int { counts.filter { $0.key.isSettledByRequeue }.values.reduce(0, +) }

        fileprivate mutating func count(_ fate: DeadLetterFate, _ number: Int = 1) {
            counts[fate, default: 0] += number
        }
    }

    private static let page = AccountDatabase.reopenLimit

    let database: AccountDatabase
    let selection: DeadLetterSelection
    /// `nil` among them for letters that name no account.
    let accounts: [AccountID?]
    let evenIfExpired: Bool

    /// What it would do; changes nothing.
    func plan() async throws -> Tally {
        var tally = Tally()
        for account in accounts {
            try await forEachPage(of: account, through: .max) { page in
                for (letter, fate) in page {
                    tally.count(fate)
                    tally.last = max(tally.last, letter.id)
                    if fate == .unreadable { tally.unreadable = (letter.id, letter.detail) }
                }
            }
        }
        return tally
    }

    /// Does it.
    ///
    /// - Parameters:
    ///   - plan: What was shown; letters that died since are left alone.
    ///   - reason: For the audit log.
    ///   - publisher: For letters that go back to their queue; `nil` when the plan has none.
    /// - Returns: What was done.
    /// - Throws: What a server says; what was done by then stays done.
    func run(_ plan: Tally, reason: String, publisher: AMQPPublisher?) async throws -> Tally {
        var done = Tally()
        done.unreadable = plan.unreadable
        for account in accounts {
            try await forEachPage(of: account, through: plan.last) { page in
                let settled = page.filter { $0.fate.isSettledByRequeue }
                for (_, fate) in page where !fate.isSettledByRequeue { done.count(fate) }
                let again = settled.filter { $0.fate == .publishedAgain }.map(\.letter)
                if let publisher { try await publish(again, account, reason, publisher, &done) }
                guard let account else { return }
                let withRows = settled.filter { $0.letter.row != nil }
                let byCampaign = Dictionary(grouping: withRows) { $0.letter.key?.campaign ?? 0 }
                for (campaign, letters) in byCampaign.sorted(by: { $0.key < $1.key }) {
                    try await reopen(letters, campaign, account, reason, &done)
                }
            }
        }
        return done
    }

    private typealias Judged = (letter: WaitingDeadLetter, fate: DeadLetterFate)

    private func forEachPage(
        of account: AccountID?,
        through last: Int64,
        _ body: ([Judged]) async throws -> Void
    ) async throws {
        var seen: Set<DeliveryKey> = []
        var id: Int64 = 0
        while true {
            let letters = try await database.waitingDeadLetters(
                of: account,
                selection,
                after: id,
                through: last,
                limit: Self.page
            )
            guard let end = letters.last else { return }
            try await body(
                letters.map { letter in
                    let isFirst = letter.key.map { seen.insert($0).inserted } ?? true
                    let fate = DeadLetterFate(
                        letter.reason,
                        row: letter.row,
                        isFirst: isFirst,
                        evenIfExpired: evenIfExpired
                    )
                    return (letter, fate)
                }
            )
            id = end.id
        }
    }

    private func reopen(
        _ letters: [Judged],
        _ campaign: CampaignID,
        _ account: AccountID,
        _ reason: String,
        _ done: inout Tally
    ) async throws {
        let rows = letters.filter { $0.fate == .sentAgain || $0.fate == .optedOut }
        let receipt: ReopenReceipt
        do {
            receipt = try await database.requeue(
                letters.map(\.letter.id),
                reopening: rows.compactMap { $0.letter.key?.seq },
                of: campaign,
                account: account,
                reason: reason
            )
        } catch is ReopenRefused {
            // Cancelled in this moment.
            return done.count(.cancelled, letters.count)
        }
        done.count(.sentAgain, receipt.reopened)
        done.count(.optedOut, receipt.optedOut)
        // Rows that ended otherwise in this moment.
        done.count(.finalAlready, rows.count - receipt.reopened - receipt.optedOut)
        for (_, fate) in letters where fate == .finalAlready || fate == .duplicate { done.count(fate) }
    }

    /// Puts envelopes back into their queues. Killed before it is settled, a letter is published once more: the claim
    /// absorbs that.
    private func publish(
        _ letters: [WaitingDeadLetter],
        _ account: AccountID?,
        _ reason: String,
        _ publisher: AMQPPublisher,
        _ done: inout Tally
    ) async throws {
        for (queue, letters) in Dictionary(grouping: letters, by: \.queue) {
            let outcomes = try await publisher.publish(letters.map(\.envelope), to: queue)
            let confirmed = zip(letters, outcomes).filter { $0.1 == .confirmed }.map(\.0.id)
            let settled = try await database.settle(confirmed, as: .sentAgain, account: account, reason: reason)
            done.count(.publishedAgain, settled)
            guard confirmed.count == letters.count else {
                throw AdminFailure(
                    .unavailable,
                    "the broker refused \(letters.count - confirmed.count) of \(letters.count) letters for the queue "
                        + "\(queue). Start a producer or a worker of that lane, which makes the queue, and repeat"
                )
            }
        }
    }
}

extension Requeue.Tally {
    var fields: [JSONValue.JSONField] {
        [.init(name: "letters", value: .number(letters))]
            + DeadLetterFate.allCases.map { .init(name: $0.name, value: .number(self[$0])) }
    }

    /// One line for each fate.
    var text: String {
        guard letters > 0 else { return "no dead letter of these waits for a decision" }
        let lines = DeadLetterFate.allCases.filter { self[$0] > 0 }.map { [grouped(self[$0]), $0.sentence] }
        return Table([grouped(letters), letters == 1 ? "dead letter" : "dead letters"], lines).text
    }
}

extension DeadLetterFate {
    /// What JSON calls it.
    var name: String {
        switch self {
        case .sentAgain: "sent_again"
        case .optedOut: "opted_out"
        case .finalAlready: "final_already"
        case .duplicate: "duplicates"
        case .expired: "expired"
        case .cancelled: "cancelled"
        case .publishedAgain: "published_again"
        case .unreadable: "unreadable"
        }
    }

    fileprivate var sentence: String {
        switch self {
        case .sentAgain: "mailed again"
        case .optedOut: "opted out meanwhile: suppressed, not mailed"
        case .finalAlready: "ended otherwise, or on their way already: only settled"
        case .duplicate: "of a recipient named before: only settled"
        case .expired: "of an expired campaign: left alone (--even-if-expired gives it another lifetime)"
        case .cancelled: "of a cancelled campaign: left alone (veredus dead-letters discard)"
        case .publishedAgain: "written by a newer program: back to the queue that they came from"
        case .unreadable: "that no worker can read: left alone (veredus dead-letters discard)"
        }
    }
}
