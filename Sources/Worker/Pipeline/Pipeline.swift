import Core
import Glibc
import Logging

/// One lane's way through a worker: prepare → claim → deliver → record, each step a loop of its own.
///
/// A lane has its own queue, connections and place in flight, so that a slow lane holds up no other. Without a database
/// nothing is claimed: the source gives its jobs back and waits; results already had are kept and recorded later.
struct LanePipeline: Sendable {
    let source: any JobSource
    let store: any DeliveryStore
    let transport: any MailTransport
    let prepare: Prepare
    let claim: Claim
    let record: RecordStep
    let log: Logger

    init(
        source: any JobSource,
        store: any DeliveryStore,
        transport: any MailTransport,
        messages: TemplateCache,
        keys: KeyRing,
        deadLetters: DeadLetterQueue,
        hand: InFlight,
        workerRun: WorkerRun,
        schedule: RetrySchedule,
        clock: @escaping @Sendable () -> Int64 = { Int64(time(nil)) },
        log: Logger
    ) {
        let ready = Buffer<Prepared>()
        let entries = Buffer<RecordStep.Entry>()
        self.source = source
        self.store = store
        self.transport = transport
        self.log = log
        prepare = Prepare(
            source: source,
            store: store,
            messages: messages,
            keys: keys,
            deadLetters: deadLetters,
            batch: 256,
            clock: clock,
            ready: ready
        )
        claim = Claim(
            source: source,
            store: store,
            transport: transport,
            hand: hand,
            ready: ready,
            again: Buffer<Job>(),
            results: entries,
            workerRun: workerRun
        )
        record = RecordStep(store: store, hand: hand, entries: entries, schedule: schedule)
    }

    /// Runs until the source is stopped, and everything in flight has ended or `grace` is over.
    func run(grace: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await recordResults() }
            group.addTask { await collectOutcomes() }
            // What rests for a newer worker goes back when no more is taken.
            let failure = await withTaskGroup(of: Void.self) { rests in
                rests.addTask { await prepare.deadLetters.giveBackRested() }
                defer { rests.cancelAll() }
                return await takeJobs()
            }
            // Also when it fails: what was sent is to be recorded.
            await transport.close(grace: grace)
            try await group.waitForAll()
            if let failure { throw failure }
        }
    }

    /// - Returns: Why it had to end, when nobody asked.
    private func takeJobs() async -> (any Error)? {
        do {
            try await withThrowingTaskGroup(of: Void.self) { ingest in
                ingest.addTask { try await prepareJobs() }
                ingest.addTask { try await prepareAgain() }
                ingest.addTask { try await claimMessages() }
                while !ingest.isEmpty {
                    do {
                        try await ingest.next()
                    } catch {
                        // The other steps end when nothing comes any more.
                        stop()
                        prepare.ready.close()
                        claim.again.close()
                        throw error
                    }
                }
            }
            return nil
        } catch {
            return error
        }
    }

    /// Takes nothing more: what is not marked yet goes back to the broker.
    func stop() {
        source.stopTaking()
        record.hand.close()
    }

    private func prepareJobs() async throws {
        defer {
            prepare.ready.close()
            claim.again.close()
        }
        while try await waitingForDatabase({ try await prepare.prepareNextBatch() }) {}
    }

    private func prepareAgain() async throws {
        while true {
            let jobs = await claim.again.take(atMost: prepare.batch)
            guard !jobs.isEmpty else { return }
            _ = try await waitingForDatabase {
                try await prepare.prepare(jobs)
                return true
            }
        }
    }

    private func claimMessages() async throws {
        while try await waitingForDatabase({ try await claim.claimNextBatch() }) {}
        // Whatever is left was never marked.
        source.giveBack(prepare.ready.takeNow(atMost: .max).map(\.job.envelope.tag))
    }

    private func collectOutcomes() async {
        defer { record.entries.close() }
        while true {
            let outcomes = await transport.outcomes()
            guard !outcomes.isEmpty else { return }
            record.entries.append(outcomes.map { .outcome($0) })
        }
    }

    private func recordResults() async {
        while let batch = await record.nextBatch() {
            var pause = Duration.milliseconds(100)
            while true {
                do {
                    try await record.record(batch)
                    break
                } catch {
                    // Guarded by its token, so it may be repeated for as long as it takes.
                    log.warning("results wait for the database", metadata: ["why": "\(error)"])
                    try? await Task.sleep(for: pause)
                    pause = min(pause * 2, .seconds(5))
                    if Task.isCancelled { return }
                }
            }
        }
    }

    /// Runs a step; when the database is away, gives all jobs back and waits until it answers.
    private func waitingForDatabase(_ step: () async throws -> Bool) async throws -> Bool {
        do {
            return try await step()
        } catch let error where error.isTransientFailure {
            log.warning("taking no jobs until the database answers", metadata: ["why": "\(error)"])
            source.suspend()
            var pause = Duration.milliseconds(100)
            while !record.hand.isClosed {
                try? await Task.sleep(for: pause)
                do {
                    try await store.check()
                    break
                } catch let error where error.isTransientFailure {
                    pause = min(pause * 2, .seconds(5))
                }
            }
            source.resume()
            return true
        }
    }
}
