import Core
import Database
import DatabaseClient
import Logging
import ReturnedMail
import RuntimeSupport
import ServiceLifecycle

/// Judges refusals during SMTP like returned mail: the same wording rules, the same consequences.
///
/// All state is in PostgreSQL; several may run, and a crash leaves nothing half judged. The worker has already decided
/// the delivery's state, by codes alone.
struct ReplyJudge: Service {
    let judgements: ReplyJudgements
    let log: Logger
    /// The pause between two checks while there is nothing to judge.
    var interval = Duration.seconds(1)

    /// - Parameters:
    ///   - pool: Logged in as `veredus_inbound`.
    ///   - book: The rules that classify wording.
    ///   - log: Receives failures.
    init(pool: PostgresPool, book: RuleBook, log: Logger) {
        judgements = ReplyJudgements(pool) { book.classify($0, at: $1) }
        self.log = log
    }

    func run() async throws {
        var backoff = Backoff(first: interval * 2, longest: max(interval, .seconds(30)))
        var failed: Set<Int64> = []
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            var pause = interval
            do {
                try await round(&failed)
                backoff.reset()
            } catch let error where error.isTransientFailure {
                pause = backoff.next()
                log.warning("replies are waiting to be judged", metadata: ["why": "\(error)"])
            }
            try? await cancelWhenGracefulShutdown { [pause] in try await Task.sleep(for: pause) }
        }
    }

    /// Judges all waiting replies; `failed` are those that could not be judged, so that each is logged once.
    private func round(_ failed: inout Set<Int64>) async throws {
        try await judgements.notePulse()
        var last: Int64 = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let batch = try await judgements.judgeBatch(after: last)
            last = batch.last
            for reply in batch.weighty where !Task.isShuttingDownGracefully && !failed.contains(reply) {
                do {
                    try await judgements.judge(reply)
                } catch let error where !error.isTransientFailure {
                    // A reply that cannot be judged must not block the others.
                    failed.insert(reply)
                    log.error("a reply could not be judged", metadata: ["reply": "\(reply)", "why": "\(error)"])
                }
            }
            guard batch.count > 0 else { return }
        }
    }
}
