import Core
import Database
import Messages
import Templates

/// Where messages are rendered: a program that serves others has threads for what costs CPU.
package protocol RenderPlace: Sendable {
    /// Runs `body`, which ends early when its `WorkStop` is due.
    func run<Value: Sendable>(_ body: @Sendable (WorkStop) throws -> Value) async throws -> Value
}

/// On the thread that asks: for a program that does nothing else.
package struct RenderHere: RenderPlace {
    package init() {}

    package func run<Value: Sendable>(_ body: @Sendable (WorkStop) throws -> Value) async throws -> Value {
        try body(.never)
    }
}

/// Renders a message for recipients of its list and counts problems; sends nothing.
package struct DryRun: Sendable {
    /// How many recipients it is rendered for.
    package enum Reach: Sendable {
        case everybody
        /// At most so many, and as many as that time allows. Of a longer list these are pages spread over it, so that
        /// what was imported first and last is among them.
        case sample(limit: Int, time: Duration)

        /// What a start waits for.
        package static let beforeStart = Reach.sample(limit: 10_000, time: .seconds(5))
    }

    /// A problem of several recipients, with the number of one.
    package struct Finding: Sendable, Equatable {
        package var count = 0
        package let exampleContact: ContactID
    }

    /// The result.
    package struct Result: Sendable {
        /// For whom it was rendered.
        package var recipients = 0
        /// How many there are. One that has opted out counts, and so may one that is erased where not all were rendered.
        package var audience = 0
        /// Whether it was rendered for everybody.
        package var isComplete = false
        /// Of `recipients`, those who have opted out and are not mailed.
        package var suppressed = 0
        /// Addresses that only servers with SMTPUTF8 accept.
        package var needSMTPUTF8 = 0
        package var smallestBytes = Int.max
        package var largestBytes = 0
        package var totalBytes = 0
        package var longestLine = 0
        /// By field.
        package var missing: [String: Finding] = [:]
        /// By the renderer's error.
        package var failures: [String: Finding] = [:]
        /// Values in links that may be unintended; they stop no message.
        package var urlNotes: [URLNote: Finding] = [:]

        package var isClean: Bool { missing.isEmpty && failures.isEmpty }
        package var averageBytes: Int { recipients == 0 ? 0 : totalBytes / recipients }

        package init() {}
    }

    private let database: AccountDatabase
    package let message: CampaignVersion
    package let template: MessageTemplate
    private let keys: KeyRing

    package init(database: AccountDatabase, message: CampaignVersion, template: MessageTemplate, keys: KeyRing) {
        self.database = database
        self.message = message
        self.template = template
        self.keys = keys
    }

    /// Reads the list page by page: it holds no snapshot, and only one page in memory. Calls `progress` with the number
    /// done.
    package func run(
        _ reach: Reach = .everybody,
        in place: some RenderPlace = RenderHere(),
        progress: (Int) -> Void = { _ in }
    ) async throws -> Result {
        var result = Result()
        var pages = Pages.all
        var end: ContinuousClock.Instant?
        if case .sample(let limit, let time) = reach {
            end = .now + time
            let size = try await database.audienceSize(of: message.campaign, account: message.account)
            result.audience = size.count
            pages = Pages(size, limit: limit)
        }
        while let after = pages.next() {
            let page = try await database.audience(
                of: message.campaign,
                account: message.account,
                after: after,
                limit: pages.rows
            )
            let before = result.recipients
            result = try await place.run { [result, end] stop in
                render(page, onto: result) { stop.isDue || end.map { .now >= $0 } ?? false }
            }
            let done = page.prefix(result.recipients - before)
            result.suppressed += try await database.countSuppressed(
                done.map(\.id),
                account: message.account,
                list: message.list,
                kind: message.kind
            )
            progress(result.recipients)
            guard done.count == page.count else { break }
            guard page.count == Int(pages.rows), let last = page.last else {
                result.isComplete = !pages.areSpread
                break
            }
            pages.last = last.id
        }
        result.audience = result.isComplete ? result.recipients : max(result.audience, result.recipients)
        return result
    }

    private func render(_ page: [ContactFacts], onto result: Result, isOver: () -> Bool) -> Result {
        var result = result
        var checker = MessageChecker(template, keys: keys)
        for contact in page where !isOver() { check(contact, with: &checker, &result) }
        return result
    }

    private func check(_ contact: ContactFacts, with checker: inout MessageChecker, _ result: inout Result) {
        result.recipients += 1
        func note<Key>(_ name: Key, in findings: inout [Key: Finding]) {
            findings[name, default: Finding(exampleContact: contact.id)].count += 1
        }
        do {
            let recipient = RecipientFacts(
                seq: Seq(clamping: result.recipients),
                address: try EmailAddress(contact.address),
                fields: try MergeValue(json: contact.attributes),
                dateSeconds: 0
            )
            if recipient.address.needsSMTPUTF8 { result.needSMTPUTF8 += 1 }
            let check = try checker.check(recipient)
            result.smallestBytes = min(result.smallestBytes, check.sizeBytes)
            result.largestBytes = max(result.largestBytes, check.sizeBytes)
            result.totalBytes += check.sizeBytes
            result.longestLine = max(result.longestLine, check.longestLine)
            for field in check.missingFields { note(field, in: &result.missing) }
            for urlNote in check.urlNotes { note(urlNote, in: &result.urlNotes) }
        } catch let error as RenderError {
            note("\(error)", in: &result.failures)
        } catch let error as EmailAddress.Invalid {
            note("the stored address cannot be mailed: \(error.reason)", in: &result.failures)
        } catch {
            note("the stored fields cannot be read: \(error)", in: &result.failures)
        }
    }
}

/// Where the pages of a list begin: each after the one before, or spread over a list that is too long.
struct Pages {
    static let all = Pages(rows: 1_000, starts: nil)

    let rows: Int32
    /// Behind which contacts the pages begin, at the earliest; `nil` for one page after the other to the list's end.
    private let starts: [ContactID]?
    private var number = 0
    /// The last contact of the page before.
    var last: ContactID = 0

    private init(rows: Int32, starts: [ContactID]?) {
        self.rows = rows
        self.starts = starts
    }

    /// At most so many recipients of a list of that size; a multiple of 20.
    init(_ size: AudienceSize, limit: Int) {
        let count = 20
        let rows = limit / count
        guard size.count > limit else {
            self.init(rows: Int32(rows), starts: nil)
            return
        }
        let numbers = size.last - size.first + 1
        // What the last page takes where numbers are given out evenly: it ends with the list.
        let tail = ContactID(rows) * numbers / ContactID(size.count)
        let starts = (0..<ContactID(count)).map { size.first - 1 + $0 * (numbers - tail) / ContactID(count - 1) }
        self.init(rows: Int32(rows), starts: starts)
    }

    var areSpread: Bool { starts != nil }

    /// Behind which contact the next page begins; `nil` after the last one.
    mutating func next() -> ContactID? {
        defer { number += 1 }
        guard let starts else { return last }
        return starts.indices.contains(number) ? max(last, starts[number]) : nil
    }
}
