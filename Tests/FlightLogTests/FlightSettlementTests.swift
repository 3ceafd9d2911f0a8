import Core
import Testing

@testable import FlightLog

@Suite struct FlightSettlementTests {
    static let reply = FlightReply(code: 250, judgement: .accepted, step: .dot, text: "2.0.0 Ok")
    static let table: [(step: FlightStep, settlement: FlightSettlement, taken: Bool, because: Comment)] = [
        (.claimed, .putBack, true, "no connection had it"),
        (.begun, .putBackCounted, true, "it may be what the worker died of"),
        (.taken(begun: false), .putBack, true, "a settler died before it had put it back"),
        (.taken(begun: true), .putBackCounted, true, "the same, and it counts as before"),
        (.dotAllowed, .byPolicy(.atLeastOnce), false, "nobody can know"),
        (.replied(reply), .record(reply), false, "the server has said it"),
    ]

    @Test(arguments: table)
    func `each step is settled in one way`(
        row: (step: FlightStep, settlement: FlightSettlement, taken: Bool, because: Comment)
    ) {
        let record = FlightRecord(
            slot: 0,
            key: DeliveryKey(campaign: 1, seq: 2),
            token: 3,
            attempt: 1,
            policy: .atLeastOnce,
            step: row.step,
            word: 4,
            identity: 5
        )
        let settlement = FlightSettlement(record)
        #expect(settlement == row.settlement, row.because)
        #expect(settlement.mustBeTaken == row.taken, row.because)
    }
}
