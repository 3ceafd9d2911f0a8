import Core
import Database
import DatabaseClient
import Logging
import ReturnedMail
import RuntimeSupport
import ServiceLifecycle

/// Judges refusals during SMTP as if they had come back by mail: the same words, the same consequences.
///
/// All state is in PostgreSQL; several may run, and one that is killed leaves nothing half judged. It does not decide what
/// happens to a message: the worker has, by codes alone.
struct ReplyJudge: Service {
    let judgements: ReplyJudgements
    let log: Logger
    /// Between two looks while there is nothing to judge.
    var interval = Duration.seconds(1)

    /// - Parameters:
    ///   - pool: Logged in as `veredus_inbound`.
    ///   - book: The rules by which texts are understood.
    ///   - log: Where failures are told.
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

    /// Judges all that is there; `failed` are replies that could not be judged, so that each is told of once.
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
                    // One that cannot be judged must not keep the others waiting.
                    failed.insert(reply)
                    log.error("a reply could not be judged", metadata: ["reply": "\(reply)", "why": "\(error)"])
                }
            }
            guard batch.count > 0 else { return }
        }
    }
}
