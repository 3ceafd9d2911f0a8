import Core
import Database
import Logging

/// Finds rows claimed by this worker that no pipeline has in flight.
///
/// This happens when a claim's COMMIT is executed after its connection was abandoned: those messages would be stuck
/// while this worker lives. They are put back, guarded by their token.
struct Reconcile: Sendable {
    let register: WorkerRegister
    let store: any DeliveryStore
    let inFlight: [InFlight]
    let log: Logger

    static let interval: Duration = .seconds(30)

    /// Checks until cancelled.
    func run() async {
        while (try? await Task.sleep(for: Self.interval)) != nil {
            do {
                try await putBackStrays()
            } catch {
                log.warning("could not compare the claims with what is in flight", metadata: ["why": "\(error)"])
            }
        }
    }

    private func putBackStrays() async throws {
        let strays = try await register.oldClaims().filter { claim in !inFlight.contains { $0.isOpen(claim.token) } }
        guard !strays.isEmpty else { return }
        log.warning("putting back messages that are not in flight", metadata: ["messages": "\(strays.count)"])
        let results = strays.map { stray in
            DeliveryResult(
                key: stray.key,
                token: stray.token,
                decision: .putBack,
                outcome: MessageOutcome(
                    id: 0,
                    judgement: .notStarted,
                    code: 0,
                    text: "the claim was confirmed too late",
                    step: .connect
                )
            )
        }
        try await store.record(results.sorted { $0.key < $1.key }, finished: Array(Set(strays.map(\.token))))
    }
}
