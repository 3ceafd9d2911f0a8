import Core
import TestKit
import Testing

/// The checker of the invariants is itself checked: each doctored record breaks one of them, and it must say which.
@Suite struct TruthTests {
    @Test(arguments: DeliveryPolicy.allCases)
    func `nothing is found where nothing is wrong`(policy: DeliveryPolicy) {
        #expect(Evidence(policy).breaches == [])
        #expect(Evidence(policy, state: .running).breaches == [])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let invariant: Breach.Invariant
        let because: Comment
        var policy = DeliveryPolicy.atMostOnce
        var state = CampaignState.finished
        let doctor: @Sendable (inout Evidence) -> Void

        var testDescription: String { "\(invariant.rawValue): \(because)" }
    }

    static let cases: [Case] = [
        Case(invariant: .audience, because: "a recipient without a row") { $0.record.audience += 1 },
        Case(invariant: .oneRow, because: "two rows for one contact") { $0.record.rows[1].contact = 1 },
        Case(invariant: .marked, because: "a copy that nobody marked") { $0.record.marks.removeFirst() },
        Case(invariant: .marked, because: "a mark of another attempt") { $0.record.marks[0].attempt = 2 },
        Case(invariant: .marked, because: "a mark that was committed later") { $0.record.marks[0].time = 101 },
        Case(invariant: .marked, because: "a return path of nobody's") {
            $0.copies.append(.init(recipient: "a@b.example", key: nil, attempt: 0, messageID: nil, time: 100))
        },
        Case(invariant: .atMostOnce, because: "two copies, each with a mark") { $0.sendAgain(1) },
        Case(invariant: .atMostOnce, because: "a copy to somebody who failed") { $0.sendAgain(2) },
        Case(invariant: .atMostOnce, because: "a copy to somebody without a row") {
            $0.record.marks.append(.init(seq: 99, attempt: 1, time: 90))
            $0.copies.append($0.copy(99))
        },
        Case(invariant: .atLeastOnce, because: "two copies and no fault", policy: .atLeastOnce) {
            $0.record.replies.append(.init(seq: 1, judgement: .unknown, text: "lost"))
            $0.sendAgain(1)
        },
        Case(invariant: .atLeastOnce, because: "two copies though every reply was had", policy: .atLeastOnce) {
            $0.bounds.extraCopies = 10
            $0.sendAgain(1)
        },
        Case(invariant: .atRest, because: "finished, and one is still pending") { $0.move(1, to: .pending) },
        Case(invariant: .atRest, because: "being sent by nobody", state: .running) { $0.record.claims = [] },
        Case(invariant: .atRest, because: "a dead worker's claim is not swept", state: .running) {
            $0.record.claims[0].deadForSeconds = 31
        },
        Case(invariant: .uncertain, because: "more than were in flight") { $0.bounds.uncertain = 0 },
        Case(invariant: .uncertain, because: "nobody says why") { $0.record.rows[3].reason = 0 },
        Case(invariant: .consent, because: "the oracle objected") {
            $0.record.objections = [Breach(.consent, "1: marked although suppressed")]
        },
        Case(invariant: .consent, because: "opted out and still queued", state: .running) {
            $0.record.rows[5].hasOptedOut = true
        },
        Case(invariant: .consent, because: "opted out while being sent, and would be retried", state: .running) {
            $0.record.rows[6].hasOptedOut = true
        },
        Case(invariant: .ownResult, because: "accepted before its attempt was", policy: .atLeastOnce) {
            $0.record.rows[0].changedAt = 99
        },
        Case(invariant: .ownResult, because: "accepted in another attempt", policy: .atLeastOnce) {
            $0.record.rows[4].attempt = 1
        },
        Case(invariant: .grounds, because: "accepted without a copy") { $0.copies.removeFirst() },
        Case(invariant: .grounds, because: "accepted without a 2xx") { $0.record.rows[0].code = 0 },
        Case(invariant: .grounds, because: "failed without a word") {
            $0.record.rows[1].code = 0
            $0.record.replies = []
        },
        Case(invariant: .grounds, because: "somebody else's message") { $0.copies[0].recipient = "user2@example.net" },
        Case(invariant: .deadLetters, because: "dead without a dead letter") { $0.record.deadLetters = [] },
        Case(invariant: .deadLetters, because: "dead without a reason") { $0.record.deadLetters[0].detail = "" },
        Case(invariant: .messageID, because: "the second copy has another one", policy: .atLeastOnce) {
            $0.allowOneMore(1)
            $0.sendAgain(1)
            $0.copies[$0.copies.count - 1].messageID = "<other@sender.example>"
        },
        Case(invariant: .messageID, because: "none") { $0.copies[0].messageID = nil },
        Case(invariant: .messageID, because: "two messages share one") {
            $0.copies[1].messageID = $0.copies[0].messageID
        },
        Case(invariant: .counters, because: "a counter has drifted") { $0.record.counters[.accepted] = 3 },
        Case(invariant: .counters, because: "deferred without a retry", state: .running) { $0.record.retries = [] },
        Case(invariant: .counters, because: "a retry of another row", state: .running) { $0.record.retries = [1] },
        Case(invariant: .transitions, because: "the oracle objected") {
            $0.record.objections = [Breach(.transitions, "1: from state 3 to 0")]
        },
    ]

    @Test(arguments: cases)
    func `a record that breaks one invariant is found out`(row: Case) {
        var evidence = Evidence(row.policy, state: row.state)
        row.doctor(&evidence)
        #expect(Set(evidence.breaches.map(\.invariant)) == [row.invariant], row.because)
    }

    @Test func `there is a doctored record for every invariant`() {
        #expect(Set(Self.cases.map(\.invariant)) == Set(Breach.Invariant.allCases))
    }

    @Test func `a reopening and a fault each allow one copy more`() {
        var reopened = Evidence(.atMostOnce)
        reopened.record.rows[0].reopened = 1
        reopened.sendAgain(1)
        #expect(reopened.breaches == [])
        #expect(reopened.truth.extra == 0)
        var killed = Evidence(.atLeastOnce)
        killed.allowOneMore(1)
        killed.sendAgain(1)
        #expect(killed.breaches == [])
        #expect(killed.truth.extra == 1)
    }

    @Test func `who has no row, no end or no copy is counted as lost`() {
        var evidence = Evidence(.atLeastOnce)
        #expect(evidence.truth.lost == 0)
        evidence.record.rows.removeLast()
        evidence.move(2, to: .deferred)
        evidence.copies.removeFirst()
        #expect(evidence.truth.lost == 3)
    }
}

/// A campaign in whose totals nothing is wrong, to be doctored.
struct Evidence: Sendable {
    var record: CampaignRecord
    var copies: [AcceptedCopy] = []
    var bounds = Truth.Bounds(uncertain: 1)

    init(_ policy: DeliveryPolicy, state: CampaignState = .finished) {
        typealias Row = CampaignRecord.Row
        func address(_ seq: Seq) -> String { "user\(seq)@example.net" }
        var rows = [
            Row(seq: 1, contact: 1, address: address(1), state: .accepted, attempt: 1, code: 250, changedAt: 110),
            Row(seq: 2, contact: 2, address: address(2), state: .failed, attempt: 1, code: 550, reason: 1),
            Row(seq: 3, contact: 3, address: address(3), state: .dead, reason: 4),
            Row(seq: 4, contact: 4, address: address(4), state: .uncertain, attempt: 1, reason: 9),
            Row(seq: 5, contact: 5, address: address(5), state: .accepted, attempt: 2, code: 250, changedAt: 110),
        ]
        if state == .running {
            rows += [
                Row(seq: 6, contact: 6, address: address(6), state: .deferred, attempt: 1),
                Row(seq: 7, contact: 7, address: address(7), state: .sending, attempt: 1, token: 70),
            ]
        }
        record = CampaignRecord(
            campaign: 1,
            policy: policy,
            state: state,
            audience: rows.count,
            rows: rows,
            counters: Dictionary(rows.map { ($0.state, 1) }, uniquingKeysWith: +),
            retries: state == .running ? [6] : [],
            claims: state == .running ? [.init(token: 70, seqs: [7])] : [],
            replies: [
                .init(seq: 2, judgement: .never, text: "no such user"),
                .init(seq: 4, judgement: .unknown, text: "worker 1 ended with it in flight"),
            ],
            deadLetters: [.init(seq: 3, detail: "no field 'name'")],
            marks: [(1, 1), (2, 1), (4, 1), (5, 1), (5, 2), (6, 1), (7, 1)].map { seq, attempt in
                .init(seq: seq, attempt: attempt, time: 90)
            }
        )
        copies = [copy(1), copy(4), copy(5, attempt: 2)]
    }

    var truth: Truth { Truth(record, copies: copies, bounds: bounds) }
    var breaches: [Breach] { truth.breaches }

    func copy(_ seq: Seq, attempt: Int16 = 1) -> AcceptedCopy {
        AcceptedCopy(
            recipient: "user\(seq)@example.net",
            key: DeliveryKey(campaign: 1, seq: seq),
            attempt: attempt,
            messageID: "<\(seq)@sender.example>",
            time: 100
        )
    }

    /// One more mark, and one more copy.
    mutating func sendAgain(_ seq: Seq) {
        record.marks.append(.init(seq: seq, attempt: 9, time: 95))
        copies.append(copy(seq, attempt: 9))
    }

    /// A fault hit a message past the dot.
    mutating func allowOneMore(_ seq: Seq) {
        record.replies.append(.init(seq: seq, judgement: .unknown, text: "lost"))
        bounds.extraCopies += 1
    }

    /// Another state, in the counters too.
    mutating func move(_ seq: Seq, to state: DeliveryState) {
        guard let index = record.rows.firstIndex(where: { $0.seq == seq }) else { return }
        record.counters[record.rows[index].state, default: 0] -= 1
        record.counters[state, default: 0] += 1
        record.rows[index].state = state
        copies.removeAll { $0.key?.seq == seq && state != .accepted }
        if state == .deferred { record.retries.append(seq) }
    }
}
