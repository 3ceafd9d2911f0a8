import Core
import Glibc
import Logging
import RuntimeSupport

/// One lane's way through a worker, each step a loop of its own:
///
/// 1. ``Prepare``: takes jobs, reads their recipients and renders their messages. Nothing is claimed yet.
/// 2. ``Claim``: gives each row its next state and each job its verdict, then acknowledges the jobs.
/// 3. ``Deliver``: passes messages to the transport, and receives their outcomes.
/// 4. ``Record``: writes the outcomes, guarded by their claims' tokens.
///
/// All of it happens under the worker's ``Lease``. A lane has its own queue, connections and places in flight, so that
/// a slow lane does not delay the others. Without a database nothing is claimed: the source returns its jobs and waits;
/// outcomes are kept and recorded later.
struct Pipeline: Sendable {
    let source: any JobSource
    let store: any DeliveryStore
    let prepare: Prepare
    let claim: Claim
    let deliver: Deliver
    let record: Record
    let log: Logger

    init(
        source: any JobSource,
        store: any DeliveryStore,
        transport: any MailTransport,
        messages: TemplateCache,
        keys: KeyRing,
        deadLetters: DeadLetterQueue,
        inFlight: InFlight,
        rendered: RenderedBytes,
        workerRun: WorkerRun,
        schedule: RetrySchedule,
        clock: @escaping @Sendable () -> Int64 = { Int64(time(nil)) },
        log: Logger
    ) {
        let ready = BatchQueue<Prepared>()
        let entries = BatchQueue<Record.Entry>()
        self.source = source
        self.store = store
        self.log = log
        prepare = Prepare(
            source: source,
            store: store,
            messages: messages,
            keys: keys,
            deadLetters: deadLetters,
            batch: 256,
            clock: clock,
            ready: ready,
            rendered: rendered
        )
        deliver = Deliver(transport: transport, results: entries)
        claim = Claim(
            source: source,
            store: store,
            deliver: deliver,
            inFlight: inFlight,
            ready: ready,
            rendered: rendered,
            again: BatchQueue<Job>(),
            alone: BatchQueue<Prepared>(),
            workerRun: workerRun
        )
        record = Record(
            store: store,
            inFlight: inFlight,
            rendered: rendered,
            entries: entries,
            schedule: schedule
        )
    }

    /// Runs until the source is stopped, and everything in flight has ended or `grace` is over.
    func run(grace: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await recordResults() }
            group.addTask { await deliver.collectOutcomes() }
            // Jobs that wait for a newer worker return to the queue once no more are taken.
            let failure = await withTaskGroup(of: Void.self) { rests in
                rests.addTask { await prepare.deadLetters.giveBackRested() }
                defer { rests.cancelAll() }
                return await takeJobs()
            }
            // Also after an error: outcomes of sent messages must be recorded.
            await deliver.close(grace: grace)
            try await group.waitForAll()
            if let failure { throw failure }
        }
    }

    /// - Returns: The reason for an unrequested end.
    private func takeJobs() async -> (any Error)? {
        do {
            try await withThrowingTaskGroup(of: Void.self) { ingest in
                ingest.addTask { try await prepareJobs() }
                ingest.addTask { try await prepareChanged() }
                ingest.addTask { try await claimMessages() }
                ingest.addTask { try await claimOneByOne() }
                while !ingest.isEmpty {
                    do {
                        try await ingest.next()
                    } catch {
                        // The other steps end when their input ends.
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

    /// Takes no more jobs: unclaimed ones return to the broker.
    func stop() {
        source.stopTaking()
        record.inFlight.close()
        record.rendered.close()
    }

    private func prepareJobs() async throws {
        defer {
            prepare.ready.close()
            claim.again.close()
        }
        while try await waitingForDatabase({ try await prepare.prepareNextBatch() }) {}
    }

    private func prepareChanged() async throws {
        while true {
            let jobs = await claim.again.take(atMost: prepare.batch)
            guard !jobs.isEmpty else { return }
            _ = try await waitingForDatabase {
                try await prepare.prepare(jobs)
                return true
            }
        }
    }

    private func claimOneByOne() async throws {
        while try await waitingForDatabase({ try await claim.claimNextAlone() }) {}
        // The rest was never claimed.
        source.giveBack(claim.alone.takeNow(atMost: .max).map(\.job.envelope.tag))
    }

    private func claimMessages() async throws {
        defer { claim.alone.close() }
        while try await waitingForDatabase({ try await claim.claimNextBatch() }) {}
        // The rest was never claimed.
        source.giveBack(prepare.ready.takeNow(atMost: .max).map(\.job.envelope.tag))
    }

    private func recordResults() async {
        while let batch = await record.nextBatch() {
            var backoff = Backoff(first: .milliseconds(100), longest: .seconds(5))
            while true {
                do {
                    try await record.record(batch)
                    break
                } catch {
                    // Guarded by its token, so it can be repeated until it succeeds.
                    log.warning("results are waiting for the database", metadata: ["why": "\(error)"])
                    try? await Task.sleep(for: backoff.next())
                    if Task.isCancelled { return }
                }
            }
        }
    }

    /// Runs a step; without the database it returns all jobs and waits.
    private func waitingForDatabase(_ step: () async throws -> Bool) async throws -> Bool {
        do {
            return try await step()
        } catch let error where error.isTransientFailure {
            log.warning("taking no jobs until the database answers", metadata: ["why": "\(error)"])
            source.suspend()
            var backoff = Backoff(first: .milliseconds(100), longest: .seconds(5))
            while !record.inFlight.isClosed {
                try? await Task.sleep(for: backoff.next())
                do {
                    try await store.check()
                    break
                } catch let error where error.isTransientFailure {}
            }
            source.resume()
            return true
        }
    }
}
