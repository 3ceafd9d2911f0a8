import Core

/// A batch of events on its way into the database: what is left of it, and what it adds up to.
///
/// Pure: the statements' answers go in, the next statement's values come out.
struct EventBatch {
    struct Campaign {
        let id: CampaignID
        let account: AccountID
        let mode: TrackingMode
        let audience: Int32
    }

    /// A place in the figures.
    struct Place: Hashable, Comparable {
        let campaign: CampaignID
        let kind: Int16
        let link: Int32
        let hour: Int32

        static func < (left: Self, right: Self) -> Bool {
            (left.campaign, left.kind, left.link, left.hour) < (right.campaign, right.kind, right.link, right.hour)
        }
    }

    struct Sum: Equatable {
        var firsts: Int64 = 0
        var total: Int64 = 0
        var machines: Int64 = 0
    }

    /// A pixel's or link's number, once.
    struct Number: Hashable {
        let campaign: CampaignID
        let kind: EventKind
        let number: TokenNumber
    }

    /// A recipient's open or click of one link, once.
    struct User: Hashable {
        let campaign: CampaignID
        let seq: Seq
        let kind: Int16
        let link: Int32
        /// When; not part of what it is.
        var seconds: Double = 0

        static func == (left: Self, right: Self) -> Bool {
            (left.campaign, left.seq, left.kind, left.link) == (right.campaign, right.seq, right.kind, right.link)
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(campaign)
            hasher.combine(seq)
            hasher.combine(kind)
            hasher.combine(link)
        }
    }

    /// Sorted by id, each id once.
    private(set) var entries: [EventTotals.Entry]
    private(set) var sums: [(key: Place, value: Sum)] = []
    var receipt = EventTotals.Receipt()
    private var accounts: [CampaignID: AccountID] = [:]

    init(_ given: [EventTotals.Entry], oldestDay: Int32) {
        let inTime = given.filter { $0.day >= oldestDay }
        receipt.late = given.count - inTime.count
        var entries = inTime.sorted { ($0.day, $0.event.id) < ($1.day, $1.event.id) }
        var seen: Set<EventID> = []
        entries.removeAll { !seen.insert($0.event.id).inserted }
        receipt.repeated = inTime.count - entries.count
        self.entries = entries
    }

    var campaigns: [CampaignID] { Set(entries.map(\.event.campaign)).sorted() }

    /// Of a campaign that was kept.
    func account(of campaign: CampaignID) -> AccountID { accounts[campaign] ?? 0 }

    /// Leaves out campaigns that are unknown, not tracked, or too small to be told of; and takes the recipient out of
    /// an event of a campaign that is counted without names.
    mutating func keep(of campaigns: [Campaign]) {
        let known = Dictionary(campaigns.map { ($0.id, $0) }) { first, _ in first }
        let before = entries.count
        entries = entries.compactMap { entry in
            guard let campaign = known[entry.event.campaign] else { return nil }
            switch campaign.mode {
            case .none: return nil
            case .individual: return entry
            case .aggregate: return campaign.audience < EventTotals.leastAudience ? nil : entry.withoutRecipient
            }
        }
        receipt.untracked = before - entries.count
        accounts = known.mapValues(\.account)
    }

    /// Leaves out those that were noted before.
    mutating func keep(ids: Set<[UInt8]>) {
        let before = entries.count
        entries.removeAll { !ids.contains($0.event.id.bytes) }
        receipt.repeated += before - entries.count
        receipt.counted = entries.count
        var sums: [Place: Sum] = [:]
        for entry in entries {
            if entry.event.isMachine {
                sums[entry.place, default: Sum()].machines += 1
            } else {
                sums[entry.place, default: Sum()].total += 1
            }
        }
        set(sums)
    }

    /// What is to be in the set, sorted: the numbers' own order, which is nobody's.
    var numbers: [Number] {
        let all = entries.compactMap { entry -> Number? in
            guard !entry.event.isMachine, case .number(let number) = entry.event.subject else { return nil }
            return Number(campaign: entry.event.campaign, kind: entry.event.kind, number: number)
        }
        return Set(all).sorted { left, right in
            (left.campaign, left.kind.rawValue, left.number.high, left.number.low)
                < (right.campaign, right.kind.rawValue, right.number.high, right.number.low)
        }
    }

    /// Counts those that were not in the set before, each in the hour of its first event here.
    mutating func firsts(ofNumbers new: Set<[UInt8]>) {
        var left = new
        addFirsts { entry in
            guard case .number(let number) = entry.event.subject else { return false }
            return left.remove(number.bytes) != nil
        }
    }

    /// Whom events name, machines' too: a message that a scanner has opened has arrived.
    var recipients: [DeliveryKey] {
        Set(entries.compactMap { entry in entry.seq.map { DeliveryKey(campaign: entry.event.campaign, seq: $0) } })
            .sorted()
    }

    /// Takes an open or click too soon after the acceptance for a scanner's. Seconds since 1970.
    mutating func judge(_ acceptances: [(DeliveryKey, Double)]) {
        let accepted = Dictionary(acceptances) { first, _ in first }
        var sums = Dictionary(uniqueKeysWithValues: sums.map { ($0.key, $0.value) })
        entries = entries.map { entry in
            guard !entry.event.isMachine, let seq = entry.seq, let seconds = entry.seconds,
                let moment = accepted[DeliveryKey(campaign: entry.event.campaign, seq: seq)],
                // An event long before it was judged by another clock, or is of an earlier copy.
                case let after = seconds - moment, after > -60, after < EventTotals.soonestSeconds
            else { return entry }
            sums[entry.place, default: Sum()].total -= 1
            sums[entry.place, default: Sum()].machines += 1
            return EventTotals.Entry(hour: entry.hour, event: entry.event.ofMachine)
        }
        set(sums)
    }

    /// Recipients' opens and clicks, each once, with the earliest time.
    var persons: [User] {
        var earliest: [User: Double] = [:]
        for entry in entries where !entry.event.isMachine {
            guard let person = entry.person, let seconds = entry.seconds else { continue }
            earliest[person] = min(earliest[person] ?? .infinity, seconds)
        }
        return earliest.map { person, seconds in
            var person = person
            person.seconds = seconds
            return person
        }.sorted { ($0.campaign, $0.seq, $0.kind, $0.link) < ($1.campaign, $1.seq, $1.kind, $1.link) }
    }

    mutating func firsts(of new: Set<User>) {
        var left = new
        addFirsts { entry in entry.person.map { left.remove($0) != nil } ?? false }
    }

    private mutating func addFirsts(_ isFirst: (EventTotals.Entry) -> Bool) {
        var sums = Dictionary(uniqueKeysWithValues: sums.map { ($0.key, $0.value) })
        let inTime = entries.filter { !$0.event.isMachine }.sorted { $0.hour < $1.hour }
        for entry in inTime where isFirst(entry) { sums[entry.place, default: Sum()].firsts += 1 }
        set(sums)
    }

    private mutating func set(_ sums: [Place: Sum]) { self.sums = sums.sorted { $0.key < $1.key } }
}

extension EventTotals.Entry {
    var seq: Seq? {
        guard case .recipient(let seq, _) = event.subject else { return nil }
        return seq
    }

    /// Since 1970; only where the event names a recipient.
    var seconds: Double? {
        guard case .recipient(_, let second) = event.subject else { return nil }
        return Double(hour) * 3_600 + Double(second)
    }

    var place: EventBatch.Place {
        EventBatch.Place(
            campaign: event.campaign,
            kind: event.kind.rawValue,
            link: Int32(event.link),
            hour: hour
        )
    }

    var person: EventBatch.User? {
        seq.map {
            EventBatch.User(campaign: event.campaign, seq: $0, kind: event.kind.rawValue, link: Int32(event.link))
        }
    }

    /// The event as a total that names nobody.
    var withoutRecipient: Self {
        guard seq != nil else { return self }
        let event = TrackedEvent(
            id: event.id,
            kind: event.kind,
            campaign: event.campaign,
            link: event.link,
            subject: .nobody,
            isMachine: event.isMachine
        )
        return EventTotals.Entry(hour: hour, event: event)
    }
}
