import Core
import Database
import Logging
import ReturnedMail
import ServiceLifecycle

/// Judges stored mails: reads each outside of any transaction, then settles and marks it in one.
///
/// Several programs may judge at the same time; each mail is settled by one of them. A mail whose judgement fails is
/// postponed and does not delay the others.
struct Judge: Service {
    let store: InboundStore
    let book: RuleBook
    let limits: MIMELimits
    let retention: InboundRetention
    let log: Logger
    /// Woken when a mail was stored; otherwise it checks every ``interval``.
    let bell: Bell
    /// Called after a mail was settled, before that is told.
    var onSettled: @Sendable () async -> Void = {}

    private static let batch = 50
    private static let interval = Duration.seconds(1)
    private static let sweepInterval = Duration.seconds(600)

    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { tasks in
                tasks.addTask {
                    while !Task.isCancelled {
                        bell.ring()
                        try? await Task.sleep(for: Self.interval)
                    }
                }
                await judgeWhenRung()
                tasks.cancelAll()
            }
        } onGracefulShutdown: {
            bell.takeDown()
        }
    }

    private func judgeWhenRung() async {
        var nextSweep = ContinuousClock.now
        for await _ in bell.rings {
            await judgeAll()
            guard ContinuousClock.now >= nextSweep else { continue }
            await sweep()
            nextSweep = .now + Self.sweepInterval
        }
    }

    /// Judges waiting mails until none is left, the database is unavailable, or the program stops.
    func judgeAll() async {
        do {
            while !Task.isShuttingDownGracefully {
                let mails = try await store.waiting(limit: Self.batch)
                var settled = 0
                for mail in mails where try await judge(mail) { settled += 1 }
                // The rest are taken by others, or postponed: the next wake-up checks again.
                guard settled > 0 else { return }
            }
        } catch {
            log.log(
                level: error.isTransientFailure ? .warning : .error,
                "mails are waiting to be judged",
                metadata: ["why": "\(error)"]
            )
        }
    }

    /// - Returns: Whether it was settled here.
    private func judge(_ mail: WaitingMail) async throws -> Bool {
        let report = readReport(mail.content, sentTo: mail.sentTo, book: book, limits: limits)
        do {
            guard let settlement = try await store.settle(mail, report: report) else { return false }
            await onSettled()
            log.info("mail settled", metadata: ["mail": "\(mail.mail)", "as": "\(settlement.name)"])
            return true
        } catch let error where !error.isTransientFailure {
            log.error("a mail could not be judged", metadata: ["mail": "\(mail.mail)", "why": "\(error)"])
            try await store.putOff(mail)
            return false
        }
    }

    private func sweep() async {
        do {
            while try await store.dropOld(retention) >= 1_000 {}
        } catch {
            log.warning("old mails could not be dropped", metadata: ["why": "\(error)"])
        }
    }
}

/// Wakes one service; signals that are not yet received count as one.
struct Bell: Sendable {
    let rings: AsyncStream<Void>
    private let rope: AsyncStream<Void>.Continuation

    init() {
        (rings, rope) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func ring() { rope.yield() }

    /// Ends the signals.
    func takeDown() { rope.finish() }
}
