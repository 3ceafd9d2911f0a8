/// The flight log and its settlement as a set of steps, all of whose interleavings the ``Explorer`` visits.
///
/// What is left out, and why nothing is lost by it:
/// - **Time** is order alone. SIGSTOP, a slow network or a long pause is a process whose next step comes late, so that
///   each step of each process may come at any moment. A lease is valid, ended by a settler (its owner does not know)
///   or expired (its owner's clock, which runs out first, knows).
/// - **A transaction** is sent, open (its snapshot taken, its lock on the worker run held) and committed; it commits
///   whenever it likes, also long after its client is dead, or never if the client is dead. A row is read again under
///   its lock (READ COMMITTED), so reading and writing it are one step; the lease is not, since it is another row: a
///   claim judges it by its snapshot. A commit is durable: a crash of the database is a lost reply.
/// - **The settler's lock** is a barrier: it is had when no claim of the worker run is open, and need not be kept, since
///   a claim that opens later sees that the lease has ended. Settlers keep nothing in memory but that they have passed
///   it, so that a step of one may as well be a step of the other.
/// - **A batch** of claims is as many claims: each row has a token of its own, by its number. When the row of `claims`
///   that a batch shares may go is a rule of its own, for owners and for settlers. The slot's hash makes a slot that
///   was used again differ from the old one, so a slot belongs to one claim.
/// - **Replies** are 250 and 4xx: a 5xx is recorded as a 250 is. A connection lost past the dot is a
///   result like others: left out. The redelivery count goes with a reply, since the message has survived.
/// - **Jobs**: a job exists until it is acknowledged. A deferred row always gets another, a pending one never does.
///   A late acknowledgement may take a newer job with it, which is worse than what a broker does.
/// - **Worker runs** are there from the start, and run 0 claims first (the others are like it). A log's lock may look
///   free although the owner lives (`Fault.lie`).
/// - **A restore** ends all programs and every transaction; logs stay. Rows that were waiting in the dump may be sent
///   twice: the operator who resumes the campaign accepts that. Opt-outs come back by the journal, not modelled here.
struct FlightModel: Sendable {
    var bounds: Bounds
    /// The rules that this model breaks, to show that each is needed.
    var without: Rules = []

    init(_ bounds: Bounds, without: Rules = []) {
        self.bounds = bounds
        self.without = without
    }

    var initial: State {
        var state = State()
        for row in 0..<bounds.rows { state[row: row].hasJob = true }
        for run in 0..<bounds.runs where !bounds.restores || run < bounds.runs - 1 { state[run: run].life = .alive }
        for (fault, most) in bounds.faults { state[left: fault] = most }
        return state
    }

    /// Whether a rule of the design is kept.
    func keeps(_ rule: Rules) -> Bool { without.isDisjoint(with: rule) }
}

/// How much there is of everything.
struct Bounds: Sendable {
    var policy = Policy.atMostOnce
    var rows = 1
    /// Worker runs; the last one starts after the restore, if there is one.
    var runs = 2
    var settlers = 1
    var faults: [Fault: Int] = [.kill: 1]
    /// Whether the database may be dumped and restored, once.
    var restores = false
    /// Whether a log is settled, too, whose owner holds its lock and has let its lease run out.
    var settlesExpired = true
    /// Whether the sweep waits until settlement has done what it can.
    ///
    /// It waits minutes, and a settler mostly seconds; where the settler comes later, more is left unknown (I6).
    var sweepWaits = true
    /// Whether the worker runs follow one another, each when the last is dead or has lost its lease; else siblings.
    var isRestarted = false
    /// From how many redeliveries on a row is in flight alone.
    var aloneFrom = 2
    /// Whether sending row 0 aborts the process.
    var isPoisoned = false

    enum Policy: Sendable, CaseIterable { case atMostOnce, atLeastOnce }
}

/// The rules of the design, each of which a test leaves out.
struct Rules: OptionSet, Sendable {
    let rawValue: UInt32

    static let slotBeforeClaim = Rules(rawValue: 1 << 0)
    static let allowBeforeDot = Rules(rawValue: 1 << 1)
    static let storeBeforeReport = Rules(rawValue: 1 << 2)
    static let freeAfterCommit = Rules(rawValue: 1 << 3)
    /// A claim holds its worker run's lock.
    static let claimLocksRun = Rules(rawValue: 1 << 4)
    static let checkLease = Rules(rawValue: 1 << 5)
    /// A settler ends the lease before it does anything else.
    static let endLease = Rules(rawValue: 1 << 6)
    /// A late renewal cannot make valid what has ended, nor what the sweep has taken for over.
    static let leaseEndsForGood = Rules(rawValue: 1 << 7)
    static let takeSlot = Rules(rawValue: 1 << 8)
    /// "Taken" says whether the message had begun.
    static let rememberBegun = Rules(rawValue: 1 << 9)
    static let keepFileWhileClaimed = Rules(rawValue: 1 << 10)
    static let absenceProvesNothing = Rules(rawValue: 1 << 11)
    static let putBackAsDeferred = Rules(rawValue: 1 << 12)
    static let recall = Rules(rawValue: 1 << 13)
    /// A settlement changes only a row that is in flight with its token.
    static let guardByToken = Rules(rawValue: 1 << 14)
    /// A final result is taken by a deferred row while its token is unchanged.
    static let lateResults = Rules(rawValue: 1 << 15)
    static let countRedeliveries = Rules(rawValue: 1 << 16)
    /// A row that had begun each of the last times that its worker died is in flight alone.
    static let redeliverAlone = Rules(rawValue: 1 << 17)
    /// After a restore an older log proves only what a server has said for good.
    static let logKnowsDatabase = Rules(rawValue: 1 << 18)
    /// A slot whose claim's reply was lost is kept until the claim's fate is known.
    static let keepSlotOfLostReply = Rules(rawValue: 1 << 19)
    /// A claim fails when the row has been redelivered since it was read.
    static let claimComparesCount = Rules(rawValue: 1 << 21)
    /// An owner that has lost a slot does not end the claim that it belongs to.
    static let obeyedStaysClaimed = Rules(rawValue: 1 << 22)
    /// A settler ends a claim with the last of its rows.
    static let settleAllBeforeEnd = Rules(rawValue: 1 << 23)
    static let putBackUncounted = Rules(rawValue: 1 << 20)
}

/// One step, for traces.
struct Step {
    var name: StaticString
    /// Of the row, the claim, the worker run or the settler, by its name.
    var row = -1
    var token = 0
    var run = -1
    /// Whether it need not happen.
    var isFault = false
}

/// The steps that are possible in one state.
struct Steps {
    private(set) var found: [(step: Step, state: State)] = []

    mutating func removeAll() { found.removeAll(keepingCapacity: true) }

    mutating func add(_ state: State, _ step: Step) { found.append((step, state)) }
}

extension FlightModel {
    /// Everything that can happen next.
    func steps(from state: State, into steps: inout Steps) {
        steps.removeAll()
        for row in 0..<bounds.rows {
            start(row, state, &steps)
            for token in 1...State.claimsPerRow where state[row, token].raw != 0 {
                ownerSteps(row, token, state, &steps)
                databaseSteps(row, token, state, &steps)
                settlementSteps(row, token, state, &steps)
            }
            rowSteps(row, state, &steps)
        }
        for run in 0..<bounds.runs where state[run: run].life != .notStarted { runSteps(run, state, &steps) }
        for settler in 0..<bounds.settlers { settlerSteps(settler, state, &steps) }
        if bounds.restores { restoreSteps(state, &steps) }
    }
}
