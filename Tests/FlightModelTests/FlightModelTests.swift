import Foundation
import Testing

/// Every invariant in every state of the model, and each rule of the design with the model that does without it.
///
/// The short form visits about 1.5 million states, most of them in the first test. FLIGHT_MODEL=large in the environment
/// visits larger bounds as well, each up to tens of millions of states: that takes gigabytes of memory, and in a debug
/// build an hour.
@Suite(.serialized) struct FlightModelTests {
    /// One set of bounds, by what goes wrong in it.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bounds: Bounds

        init(_ name: String, _ bounds: Bounds) {
            self.name = name
            self.bounds = bounds
        }

        var testDescription: String { name }
    }

    static let isLarge = ProcessInfo.processInfo.environment["FLIGHT_MODEL"] == "large"

    static let short = [
        Case("a kill, two settlers", Bounds(settlers: 2, faults: [.kill: 1, .settlerKill: 1, .optOut: 1])),
        Case("a kill, every result", Bounds(faults: [.kill: 1, .giveUp: 1, .refusal: 1])),
        Case("two kills", Bounds(runs: 3, settlers: 2, faults: [.kill: 2, .settlerKill: 1], isRestarted: true)),
        Case("a zombie", Bounds(settlers: 2, faults: [.lie: 1, .settlerKill: 1, .optOut: 1], isRestarted: true)),
        Case("a zombie and a kill", Bounds(runs: 3, faults: [.freeze: 1, .kill: 1], isRestarted: true)),
        Case("a late settler", Bounds(faults: [.kill: 1, .optOut: 1, .refusal: 1], sweepWaits: false)),
        Case("a late settler, a zombie", Bounds(faults: [.freeze: 1, .lie: 1], sweepWaits: false, isRestarted: true)),
        Case("a lost log", Bounds(faults: [.kill: 1, .freeze: 1, .lostLog: 1], isRestarted: true)),
        Case("a torn slot", Bounds(faults: [.kill: 1, .lie: 1, .tornSlot: 1], isRestarted: true)),
        Case("a restore", Bounds(runs: 3, faults: [.kill: 1, .refusal: 1], restores: true, isRestarted: true)),
        Case("a lost reply", Bounds(faults: [.kill: 1, .freeze: 1, .lostReply: 1], isRestarted: true)),
        Case("a slow renewal", Bounds(faults: [.kill: 1, .freeze: 1, .slowRenewal: 1], isRestarted: true)),
        Case("poison", Bounds(rows: 2, runs: 4, faults: [:], isRestarted: true, isPoisoned: true)),
        Case(
            "poison, a settler killed",
            Bounds(runs: 4, settlers: 2, faults: [.settlerKill: 2], isRestarted: true, isPoisoned: true)
        ),
        Case("two rows", Bounds(rows: 2, faults: [.kill: 1], isRestarted: true)),
    ]

    static let large = [
        Case("two rows, two kills", Bounds(rows: 2, runs: 3, faults: [.kill: 2], isRestarted: true)),
        Case("two rows, siblings", Bounds(rows: 2, faults: [.kill: 1])),
        Case("two rows, siblings, alone at once", Bounds(rows: 2, faults: [.kill: 1], aloneFrom: 1)),
        Case("two rows, a zombie", Bounds(rows: 2, faults: [.lie: 1], isRestarted: true)),
        Case("two rows, a late settler", Bounds(rows: 2, faults: [.freeze: 1], sweepWaits: false, isRestarted: true)),
        Case(
            "two settlers, every result",
            Bounds(settlers: 2, faults: [.kill: 1, .settlerKill: 1, .optOut: 1, .giveUp: 1, .refusal: 1])
        ),
        Case(
            "zombies",
            Bounds(settlers: 2, faults: [.kill: 1, .lie: 1, .freeze: 1, .settlerKill: 1], isRestarted: true)
        ),
        Case(
            "a torn slot, more runs",
            Bounds(runs: 3, faults: [.kill: 1, .freeze: 1, .tornSlot: 1], isRestarted: true)
        ),
        Case(
            "a lost reply, more runs",
            Bounds(runs: 3, faults: [.kill: 1, .freeze: 1, .lostReply: 1], isRestarted: true)
        ),
        Case("a restore, siblings", Bounds(runs: 3, faults: [.kill: 1], restores: true)),
        Case(
            "poison, alone at once",
            Bounds(rows: 2, runs: 4, faults: [:], isRestarted: true, aloneFrom: 1, isPoisoned: true)
        ),
    ]

    @Test(arguments: isLarge ? short + large : short, Bounds.Policy.allCases)
    func `every invariant holds in every state`(of model: Case, policy: Bounds.Policy) throws {
        var bounds = model.bounds
        bounds.policy = policy
        let outcome = try Explorer(model: FlightModel(bounds)).run()
        if let counterexample = outcome.counterexample { Issue.record("\(counterexample)") }
    }

    /// So that the counterexamples of the next test are those of the rules.
    @Test(arguments: Mutation.all)
    func `no rule is broken where all are kept`(by mutation: Mutation) throws {
        guard Self.isLarge || !mutation.isLarge else { return }
        let outcome = try Explorer(model: FlightModel(mutation.bounds)).run()
        if let counterexample = outcome.counterexample { Issue.record("\(counterexample)") }
    }

    @Test(arguments: Mutation.all)
    func `each rule is needed`(_ mutation: Mutation) throws {
        let outcome = try Explorer(model: FlightModel(mutation.bounds, without: mutation.rule)).run()
        #expect(outcome.counterexample?.invariant == mutation.breaks, mutation.because)
    }

    /// What compare-and-swap is for: with a lock that proves its owner dead nothing needs it.
    @Test func `a lock that never lies would do without taking slots`() throws {
        var bounds = Bounds(settlers: 2, faults: [.kill: 1, .freeze: 1, .settlerKill: 1], settlesExpired: false)
        bounds.isRestarted = true
        #expect(try Explorer(model: FlightModel(bounds, without: .takeSlot)).run().counterexample == nil)
        bounds.faults[.lie] = 1
        #expect(try Explorer(model: FlightModel(bounds, without: .takeSlot)).run().counterexample != nil)
    }

    /// The limit of counting crashes: what kills a worker from outside counts, too.
    @Test func `a message that was in flight alone at three kills is dead`() throws {
        let bounds = Bounds(runs: 4, faults: [.kill: 3], isRestarted: true)
        #expect(try Explorer(model: FlightModel(bounds)).run().counterexample?.invariant == .innocent)
    }
}
