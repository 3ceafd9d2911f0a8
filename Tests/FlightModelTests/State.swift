/// One state of the model, packed into 64 bytes: it is its own key among the states seen.
///
/// Words 0 to 7 are the claims, four a row; the others as their names say.
struct State: Equatable {
    var words = SIMD16<UInt32>()

    /// The most claims of a row that have left a trace; more are an error of the bounds.
    static let claimsPerRow = 4

    /// `token`: The claim's number among those of its row, from 1; it stands for the random token.
    subscript(row: Int, token: Int) -> Claim {
        get { Claim(raw: words[row * Self.claimsPerRow + token - 1]) }
        set { words[row * Self.claimsPerRow + token - 1] = newValue.raw }
    }

    subscript(row row: Int) -> Row {
        get { Row(raw: words[8 + row]) }
        set { words[8 + row] = newValue.raw }
    }

    subscript(run run: Int) -> Run {
        get { Run(raw: words[10][run * 8, 8]) }
        set { words[10][run * 8, 8] = newValue.raw }
    }

    subscript(settler settler: Int) -> Settler {
        get { Settler(raw: words[13][settler * 4, 4]) }
        set { words[13][settler * 4, 4] = newValue.raw }
    }

    /// How often a fault may still happen; at most 3.
    subscript(left fault: Fault) -> Int {
        get { Int(words[11][Int(fault.rawValue) * 2, 2]) }
        set { words[11][Int(fault.rawValue) * 2, 2] = UInt32(newValue) }
    }

    /// A row in the dump that a restore brings back.
    subscript(dumped row: Int) -> UInt32 {
        get { words[12][row * 16, 16] }
        set { words[12][row * 16, 16] = newValue }
    }

    /// The rule that the last step broke, as a number; 0 for none.
    var broken: Invariant? {
        get { Invariant(rawValue: words[14]) }
        set { words[14] = newValue?.rawValue ?? 0 }
    }

    var restore: Restore {
        get { Restore(rawValue: words[15]) ?? .none }
        set { words[15] = newValue.rawValue }
    }
}

/// What goes wrong, each as often as the bounds allow.
enum Fault: UInt32, CaseIterable {
    /// SIGKILL of a worker.
    case kill
    /// A worker stands still until its lease has run out.
    case freeze
    /// The lock of a living worker's log looks free.
    case lie
    /// SIGKILL of a settler.
    case settlerKill
    /// A log is gone or unreadable: another boot, a torn file, a folder deleted.
    case lostLog
    /// A slot of a log is unreadable.
    case tornSlot
    case optOut
    /// A 4xx.
    case refusal
    /// No connection in time: the owner puts the row back.
    case giveUp
    /// The connection to the database breaks while a claim's reply is awaited.
    case lostReply
    /// The renewal of a lease stands still between its clock and its row.
    case slowRenewal
}

enum Restore: UInt32 { case none, dumped, restored }

extension UInt32 {
    /// `width` bits from bit `start` on.
    subscript(start: Int, width: Int) -> UInt32 {
        get { (self >> UInt32(start)) & ((1 << UInt32(width)) - 1) }
        set {
            let mask: UInt32 = ((1 << UInt32(width)) - 1) << UInt32(start)
            self = (self & ~mask) | ((newValue << UInt32(start)) & mask)
        }
    }

    fileprivate subscript(flag bit: Int) -> Bool {
        get { self & (1 << UInt32(bit)) != 0 }
        set { if newValue { self |= 1 << UInt32(bit) } else { self &= ~(1 << UInt32(bit)) } }
    }
}

/// A row of `deliveries`, and its job.
struct Row {
    var raw: UInt32

    enum Status: UInt32 { case pending, sending, deferred, accepted, suppressed, uncertain, dead }

    var status: Status {
        get { Status(rawValue: raw[0, 3]) ?? .pending }
        set { raw[0, 3] = newValue.rawValue }
    }
    /// That of the last claim that committed; 0 for none.
    var token: Int {
        get { Int(raw[3, 3]) }
        set { raw[3, 3] = UInt32(newValue) }
    }
    var attempt: Int {
        get { Int(raw[6, 3]) }
        set { raw[6, 3] = UInt32(newValue) }
    }
    var redeliveries: Int {
        get { Int(raw[9, 2]) }
        set { raw[9, 2] = UInt32(newValue) }
    }
    var isRecalled: Bool {
        get { raw[flag: 11] }
        set { raw[flag: 11] = newValue }
    }
    /// Whether the broker has a job that is not acknowledged. A deferred row gets one anew at any time.
    var hasJob: Bool {
        get { raw[flag: 12] }
        set { raw[flag: 12] = newValue }
    }
    /// Whether an opt-out has committed.
    var hasOptedOut: Bool {
        get { raw[flag: 13] }
        set { raw[flag: 13] = newValue }
    }
    /// Whether a restore may cause a second copy: it was waiting in the dump, or by policy.
    var mayRepeat: Bool {
        get { raw[flag: 14] }
        set { raw[flag: 14] = newValue }
    }

    var isWaiting: Bool { status == .pending || status == .deferred }
    var isOpen: Bool { isWaiting || status == .sending }
}

/// One claim of a row by a worker run: its transaction, its slot in the log, what its owner does, and its mail.
struct Claim {
    var raw: UInt32

    enum Transaction: UInt32 { case none, sent, open, won, refused, changed, leaseLost }
    enum Slot: UInt32 { case absent, claimed, begun, dot, accepted, later, taken, takenBegun }
    /// How far the owner is, as only its own memory knows.
    enum Place: UInt32 {
        case none, written, sent, claimed, begun, checked, dotAllowed, dotSent, replyRead, replyStored, reported
    }
    enum Mail: UInt32 { case none, onItsWay, stored, refused }
    /// The owner's own record, on its way to the database.
    enum Record: UInt32 { case none, accepted, later, putBack, committed }
    /// Transactions of settlers that were sent, and may commit whenever they like.
    enum Settlement: Int, CaseIterable { case putBack, putBackBegun, accepted, later, byPolicy }

    var transaction: Transaction {
        get { Transaction(rawValue: raw[0, 3]) ?? .none }
        set { raw[0, 3] = newValue.rawValue }
    }
    var run: Int {
        get { Int(raw[3, 2]) }
        set { raw[3, 2] = UInt32(newValue) }
    }
    /// Whether the table `claims` has its row.
    var isNoted: Bool {
        get { raw[flag: 5] }
        set { raw[flag: 5] = newValue }
    }
    var slot: Slot {
        get { Slot(rawValue: raw[6, 3]) ?? .absent }
        set { raw[6, 3] = newValue.rawValue }
    }
    var place: Place {
        get { Place(rawValue: raw[9, 4]) ?? .none }
        set { raw[9, 4] = newValue.rawValue }
    }
    var mail: Mail {
        get { Mail(rawValue: raw[13, 2]) ?? .none }
        set { raw[13, 2] = newValue.rawValue }
    }
    var record: Record {
        get { Record(rawValue: raw[15, 3]) ?? .none }
        set { raw[15, 3] = newValue.rawValue }
    }
    subscript(sent settlement: Settlement) -> Bool {
        get { raw[flag: 18 + settlement.rawValue] }
        set { raw[flag: 18 + settlement.rawValue] = newValue }
    }
    var hasSettlements: Bool { raw[18, 5] != 0 }
    /// Whether nobody can know its outcome: a fault met its owner past the dot and before it had reported.
    var isExcused: Bool {
        get { raw[flag: 23] }
        set { raw[flag: 23] = newValue }
    }
    var wasPutBack: Bool {
        get { raw[flag: 24] }
        set { raw[flag: 24] = newValue }
    }

    /// The row's redeliveries when the owner read it.
    var redeliveriesSeen: Int {
        get { Int(raw[25, 2]) }
        set { raw[25, 2] = UInt32(newValue) }
    }

    mutating func forgetSettlements() { raw[18, 5] = 0 }
}

/// A worker run, its lease in the database and its log.
struct Run {
    var raw: UInt32

    enum Life: UInt32 { case notStarted, alive, dead }
    /// `ended` by a settler, which the owner does not know; `expired` by its own clock, too.
    enum Lease: UInt32 { case valid, ended, expired }
    enum Log: UInt32 { case present, removed, lost }

    var life: Life {
        get { Life(rawValue: raw[0, 2]) ?? .notStarted }
        set { raw[0, 2] = newValue.rawValue }
    }
    var lease: Lease {
        get { Lease(rawValue: raw[2, 2]) ?? .valid }
        set { raw[2, 2] = newValue.rawValue }
    }
    var log: Log {
        get { Log(rawValue: raw[4, 2]) ?? .present }
        set { raw[4, 2] = newValue.rawValue }
    }
    /// Whether its log's lock looks free although it lives.
    var looksDead: Bool {
        get { raw[flag: 6] }
        set { raw[flag: 6] = newValue }
    }
    /// Whether a renewal has read the clock and not the row yet.
    var isRenewing: Bool {
        get { raw[flag: 7] }
        set { raw[flag: 7] = newValue }
    }
}

/// Somebody who settles a log: the restarted worker, a sibling, `veredus recover`.
struct Settler {
    var raw: UInt32

    /// `ending`: it has ended the lease; `settling`: it has held the worker run's lock alone once.
    enum Phase: UInt32 { case idle, ending, settling }

    var phase: Phase {
        get { Phase(rawValue: raw[0, 2]) ?? .idle }
        set { raw[0, 2] = newValue.rawValue }
    }
    var run: Int {
        get { Int(raw[2, 2]) }
        set { raw[2, 2] = UInt32(newValue) }
    }
}
