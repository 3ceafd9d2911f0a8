import Core
import MailSimulator
import TestKit

/// One attempt at one delivery: what a return path names.
struct Attempt: Hashable, Sendable {
    let key: DeliveryKey
    let number: Int16
}

/// The copies accepted so far, by attempt; continues where it stopped.
struct CopyLog {
    private let keys: KeyRing
    private(set) var all: [AcceptedCopy] = []
    private(set) var times: [Attempt: [Double]] = [:]

    init() throws { keys = try Stage.keys() }

    mutating func read(_ simulator: MailSimulator) {
        for message in simulator.accepted.dropFirst(all.count) {
            let copy = AcceptedCopy(message, keys: keys)
            all.append(copy)
            if let key = copy.key { times[Attempt(key: key, number: copy.attempt), default: []].append(copy.time) }
        }
    }
}

/// The messages in flight at a fault: claimed, and not recorded.
struct InFlight: Sendable {
    struct OutgoingMessage: Sendable {
        let attempt: Attempt
        /// When its claim began, by the database's clock, which is this machine's.
        let claimedAt: Double
        /// When the simulator accepted its final dot; `nil` before.
        let takenAt: Double?
    }

    private(set) var messages: [OutgoingMessage]
    /// The victim's, as hexadecimal numbers; none where the fault struck them all.
    private(set) var workerRuns: Set<String>
    /// When the process was stopped.
    let frozenAt: Double
    /// When it continued; later copies are not the fault's.
    var until: Double?

    init(messages: [OutgoingMessage], workerRuns: Set<String>, frozenAt: Double) {
        self.messages = messages
        self.workerRuns = workerRuns
        self.frozenAt = frozenAt
    }

    var isEmpty: Bool { messages.isEmpty }

    /// Adds what a later look has found: a claim that was on its way.
    mutating func add(_ later: InFlight) {
        let known = Set(messages.map(\.attempt))
        workerRuns.formUnion(later.workerRuns)
        messages += later.messages.filter { !known.contains($0.attempt) }
    }

    /// Messages whose reply was not sent yet: the simulator holds each back for so long after the dot.
    func unanswered(replyDelay: Double) -> Int {
        messages.count { $0.takenAt.map { $0 + replyDelay > frozenAt } ?? false }
    }

    /// Messages whose reply had gone out before, with a margin for the simulator's own slowness.
    func answered(replyDelay: Double) -> Int {
        messages.count { $0.takenAt.map { $0 + replyDelay + 0.005 < frozenAt } ?? false }
    }

    func claimed(after moment: Double) -> Int { messages.count { $0.claimedAt > moment } }
}
