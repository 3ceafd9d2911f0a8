import Testing

/// A rule of the design, the smallest bounds in which the model breaks an invariant without it, and how.
struct Mutation: Sendable, CustomTestStringConvertible {
    let name: String
    let rule: Rules
    let bounds: Bounds
    let breaks: Invariant
    let because: Comment
    /// Whether visiting all states takes long while the rule is kept.
    var isLarge = false

    init(_ name: String, _ rule: Rules, _ bounds: Bounds, _ breaks: Invariant, _ because: Comment) {
        self.name = name
        self.rule = rule
        self.bounds = bounds
        self.breaks = breaks
        self.because = because
        isLarge = bounds.rows > 1 && bounds.runs > 1 && !bounds.isRestarted
    }

    var testDescription: String { name }

    static let all = owner + settler + resends + rare

    private static let owner = [
        Mutation(
            "the slot before the claim",
            .slotBeforeClaim,
            Bounds(),
            .boundedUncertainty,
            "killed with the claim sent and no slot: the claim commits, and nothing tells that the message never left"
        ),
        Mutation(
            "allowing the dot before it leaves",
            .allowBeforeDot,
            Bounds(),
            .putBackUnsent,
            "killed between the dot and its slot: the slot says that nothing left"
        ),
        Mutation(
            "storing the reply before reporting it",
            .storeBeforeReport,
            Bounds(),
            .boundedUncertainty,
            "the record was sent and never executed: the slot says dot, and the reply is lost"
        ),
        Mutation(
            "freeing the slot after the commit",
            .freeAfterCommit,
            Bounds(),
            .boundedUncertainty,
            "the record was sent and never executed, and no slot is left"
        ),
        Mutation(
            "the claim's lock",
            .claimLocksRun,
            Bounds(),
            .boundedUncertainty,
            "the claim's snapshot is older than the lease's end, and it commits after the log was settled and removed"
        ),
        Mutation(
            "checking the lease",
            .checkLease,
            Bounds(policy: .atLeastOnce, faults: [.freeze: 1], sweepWaits: false),
            .atLeastOnce,
            "swept and sent again, then its first owner wakes and sends it"
        ),
    ]

    private static let settler = [
        Mutation(
            "ending the lease first",
            .endLease,
            Bounds(),
            .boundedUncertainty,
            "the claim waited in the socket, and finds a lease that nobody has ended"
        ),
        Mutation(
            "taking the slot of a zombie",
            .takeSlot,
            Bounds(faults: [.freeze: 1]),
            .putBackUnsent,
            "the owner wakes, and sends what was put back"
        ),
        Mutation(
            "taking the slot although the lock is free",
            .takeSlot,
            Bounds(faults: [.lie: 1], settlesExpired: false),
            .putBackUnsent,
            "the lock looks free, and the owner lives"
        ),
        Mutation(
            "keeping the file while claims are left",
            .keepFileWhileClaimed,
            Bounds(faults: [.kill: 1, .settlerKill: 1]),
            .boundedUncertainty,
            "the settlement was sent and never executed, and its proof is gone"
        ),
        Mutation(
            "absence proves nothing, a torn slot",
            .absenceProvesNothing,
            Bounds(faults: [.kill: 1, .tornSlot: 1]),
            .putBackUnsent,
            "the slot is unreadable, and the dot has left"
        ),
        Mutation(
            "absence proves nothing, a restore",
            .absenceProvesNothing,
            Bounds(runs: 3, faults: [.kill: 1], restores: true),
            .putBackUnsent,
            "recorded and its slot freed; then the database forgets the record"
        ),
        Mutation(
            "putting back as deferred",
            .putBackAsDeferred,
            Bounds(),
            .nothingLost,
            "its job was acknowledged, and a pending row gets no other"
        ),
        Mutation(
            "putting back through the recall",
            .recall,
            Bounds(faults: [.kill: 1, .optOut: 1]),
            .consent,
            "put back although the recipient has opted out"
        ),
        Mutation(
            "settling by token",
            .guardByToken,
            Bounds(settlers: 2, faults: [.kill: 1]),
            .settledOnce,
            "both settlers put it back"
        ),
        Mutation(
            "leaving the batch of a taken slot claimed",
            .obeyedStaysClaimed,
            Bounds(rows: 2, runs: 1, faults: [.freeze: 1]),
            .nothingLost,
            "the owner ends the batch although one of its rows is the settler's, and nobody finds the row"
        ),
        Mutation(
            "ending a batch with its last row",
            .settleAllBeforeEnd,
            Bounds(rows: 2, runs: 1),
            .nothingLost,
            "the first of two rows ends the batch; the log is removed, and nobody finds the second"
        ),
        Mutation("not counting what was put back", .putBackUncounted, Bounds(), .attempts, "nothing was attempted"),
    ]

    private static let resends = [
        Mutation(
            "counting redeliveries",
            .countRedeliveries,
            Bounds(runs: 4, faults: [:], isRestarted: true, isPoisoned: true),
            .noCrashLoop,
            "each worker takes it up again, and dies"
        ),
        Mutation(
            "remembering in a taken slot that it had begun",
            .rememberBegun,
            Bounds(runs: 4, faults: [.settlerKill: 1], isRestarted: true, isPoisoned: true),
            .noCrashLoop,
            "a settler dies between slot and row, and the next one does not count"
        ),
        Mutation(
            "sending suspects alone",
            .redeliverAlone,
            Bounds(rows: 2, runs: 4, faults: [:], isRestarted: true, isPoisoned: true),
            .innocent,
            "in flight beside the other at each crash"
        ),
        Mutation(
            "comparing the redeliveries at the claim",
            .claimComparesCount,
            Bounds(rows: 2, faults: [.kill: 1], aloneFrom: 1),
            .alone,
            "prepared before it was redelivered, and claimed beside another after that"
        ),
        Mutation(
            "taking late results",
            .lateResults,
            Bounds(policy: .atLeastOnce, faults: [.freeze: 1], sweepWaits: false),
            .resultTaken,
            "swept, then the first owner's 250 arrives, and it is sent again"
        ),
    ]

    private static let rare = [
        Mutation(
            "ending a lease for good",
            .leaseEndsForGood,
            Bounds(faults: [.kill: 1, .slowRenewal: 1]),
            .boundedUncertainty,
            "a renewal that had read the clock before makes an ended lease valid, and a late claim commits"
        ),
        Mutation(
            "ending a lease for good, with the sweep",
            .leaseEndsForGood,
            Bounds(policy: .atLeastOnce, faults: [.freeze: 1, .slowRenewal: 1], sweepWaits: false),
            .atLeastOnce,
            "swept while a renewal stood still; then the lease is valid again, and its owner sends"
        ),
        Mutation(
            "naming the database in the log",
            .logKnowsDatabase,
            Bounds(runs: 3, faults: [.kill: 1], restores: true),
            .atMostOnce,
            "put back and sent in a past that the database forgets; its old slot says that it never left"
        ),
        Mutation(
            "keeping the slot of a lost reply",
            .keepSlotOfLostReply,
            Bounds(faults: [.kill: 1, .lostReply: 1]),
            .boundedUncertainty,
            "put back in vain, its slot freed; then the claim commits, and the owner dies"
        ),
    ]
}
