import Core
import Database
import FlightLog
import Logging

/// Settles what dead workers of this machine had in flight, by their flight logs.
///
/// A worker whose log nobody has locked is gone: its lease is ended, and each of its messages settled by its token. One
/// that has its log locked and lost its lease long ago does not answer, and may wake up: what it has not been allowed
/// to send is taken from it, slot by slot. What a log does not prove is left to the sweep.
package struct SettleFlightLogs: Sendable {
    private let folder: FlightLogFolder
    private let store: SettlementStore
    private let schedule: RetrySchedule
    private let log: Logger
    /// Files whose fault was logged: they stay, and are found again every few seconds.
    private var told: Set<String> = []

    /// Messages that are settled in one transaction.
    private static let batch = 500
    /// A slot that changes while it is taken is read again.
    private static let tries = 3

    /// What became of one log.
    package struct Settled: Sendable, Equatable {
        package let workerRun: WorkerRun
        package var counts: [SettledMessage.Kind: Int] = [:]
        /// Slots that proved nothing.
        package let unproved: Int
        /// Whether nothing of it is left, so that the file is gone.
        package let isOver: Bool

        package var messages: Int { counts.values.reduce(0, +) }
    }

    package init(folder: FlightLogFolder, store: SettlementStore, schedule: RetrySchedule, log: Logger) {
        self.folder = folder
        self.store = store
        self.schedule = schedule
        self.log = log
    }

    /// Settles each log of the folder.
    ///
    /// - Throws: ``FlightLogError`` if the folder cannot be read; errors of the store.
    package mutating func settleAll() async throws -> [Settled] {
        var settled: [Settled] = []
        for name in try folder.names() {
            switch folder.open(name, evenIfOwned: true) {
            case .gone, .owned: break
            case .refused(let fault):
                if !fault.isUseless || !folder.removeUseless(name), told.insert(name).inserted {
                    log.warning("a flight log proves nothing", metadata: ["file": "\(name)", "why": "\(fault)"])
                }
            case .log(let found):
                if let one = try await settle(found) { settled.append(one) }
            }
        }
        return settled
    }

    /// - Returns: `nil` where there was nothing to do.
    private func settle(_ found: FoundFlightLog) async throws -> Settled? {
        let run = found.workerRun
        if found.isOwned {
            guard try await !store.leaseLasts(run) else { return nil }
        } else {
            try await store.endLease(of: run)
        }
        let contents = found.contents()
        let messages = contents.records.compactMap { message(found, $0) }
        var counts: [SettledMessage.Kind: Int] = [:]
        for start in stride(from: 0, to: messages.count, by: Self.batch) {
            let batch = Array(messages[start..<min(messages.count, start + Self.batch)])
            counts.merge(try await store.settle(batch, of: run)) { $0 + $1 }
        }
        try await store.endWait(for: run)
        let claimsLeft = try await store.claimsLeft(of: run)
        let isOver = !found.isOwned && claimsLeft == 0 && found.remove()
        let settled = Settled(workerRun: run, counts: counts, unproved: contents.unproved, isOver: isOver)
        if settled.messages > 0 {
            log.warning(
                "settled what a dead worker had in flight",
                metadata: [
                    "worker": "\(String(run, radix: 16))", "putBack": "\(counts[.putBack] ?? 0)",
                    "begun": "\(counts[.begun] ?? 0)", "recorded": "\(counts[.recorded] ?? 0)",
                    "unknown": "\(counts[.unknown] ?? 0)", "unproved": "\(contents.unproved)",
                ]
            )
        }
        return settled.messages > 0 || isOver ? settled : nil
    }

    /// - Returns: `nil` where its worker has finished it, or goes on with it.
    private func message(_ found: FoundFlightLog, _ first: FlightRecord) -> SettledMessage? {
        var record = first
        for _ in 0..<Self.tries {
            let settlement = FlightSettlement(record)
            if !settlement.mustBeTaken || found.take(record) {
                return SettledMessage(settlement, record, worker: found.workerRun, schedule)
            }
            guard let again = found.record(record.slot) else { return nil }
            record = again
        }
        return nil
    }
}

extension SettledMessage {
    fileprivate init(
        _ settlement: FlightSettlement,
        _ record: FlightRecord,
        worker: WorkerRun,
        _ schedule: RetrySchedule
    ) {
        let ended = "worker \(String(worker, radix: 16)) ended"
        func outcome(_ judgement: Judgement, _ step: SMTPStep, _ text: String) -> MessageOutcome {
            MessageOutcome(id: 0, judgement: judgement, code: 0, text: text, step: step)
        }
        func result(_ decision: DeliveryDecision, _ outcome: MessageOutcome) -> DeliveryResult {
            DeliveryResult(key: record.key, token: record.token, decision: decision, outcome: outcome)
        }
        switch settlement {
        case .putBack:
            let text = "\(ended) before a connection had it"
            self.init(.putBack, result(.putBack, outcome(.notStarted, .connect, text)))
        case .putBackCounted:
            let text = "\(ended) with it on a connection, before its final dot"
            self.init(.begun, result(.putBack, outcome(.notStarted, .data, text)))
        case .record(let reply):
            let outcome = MessageOutcome(
                id: 0,
                judgement: reply.judgement,
                code: reply.code,
                text: reply.text,
                step: reply.step
            )
            let decision = DeliveryDecision(
                outcome,
                attempt: Int(record.attempt),
                policy: record.policy,
                schedule: schedule,
                fraction: .random(in: 0..<1)
            )
            self.init(.recorded, result(decision, outcome))
        case .byPolicy(let policy):
            let isSentAgain = policy == .atLeastOnce && record.attempt < schedule.attempts
            let result = DeliveryResult(
                key: record.key,
                token: record.token,
                state: isSentAgain ? .deferred : .uncertain,
                reason: policy == .atLeastOnce && !isSentAgain ? .attemptsExhausted : .workerLost,
                code: 0,
                waitSeconds: 0,
                countsAsAttempt: true,
                outcome: outcome(.unknown, .dot, "\(ended) after its final dot, without a reply")
            )
            self.init(.unknown, result)
        }
    }
}
