import Core
import Messages
import RuntimeSupport
import Templates

/// The first step: turns jobs into rendered messages. Nothing is claimed; a crash here changes no row.
///
/// Takes jobs from the broker, reads their recipients in one query, and renders. A job may end here: its row is already
/// final, its job message is unreadable, or its template fails.
struct Prepare: Sendable {
    let source: any JobSource
    let store: any DeliveryStore
    let messages: TemplateCache
    let keys: KeyRing
    let deadLetters: DeadLetterQueue
    /// Messages taken at once, and so the batch size of a fetch.
    let batch: Int
    let clock: @Sendable () -> Int64
    let ready: BatchQueue<Prepared>
    let rendered: RenderedBytes

    /// A redelivered row with this many unfinished renderings is not tried again.
    static let redeliveryLimit: Int16 = 3

    /// No pause once this many messages are there.
    static let enough = 32
    static let rest: Duration = .milliseconds(3)

    /// Takes, fetches and renders until the source is stopped.
    ///
    /// - Throws: Permanent errors. Without a database the caller suspends the source and waits.
    func prepareNextBatch() async throws -> Bool {
        let messages = try await source.next(limit: batch)
        guard !messages.isEmpty else { return false }
        var fresh: [Job] = []
        var redelivered: [Job] = []
        for message in messages {
            let jobs = try await decode(message)
            if message.isRedelivered { redelivered += jobs } else { fresh += jobs }
        }
        try await prepareRedelivered(redelivered)
        try await prepare(fresh)
        // Messages arrive singly as others are acknowledged: a short pause lets one query fetch several.
        if messages.count < Self.enough { try? await Task.sleep(for: Self.rest) }
        return true
    }

    /// Fetches and renders jobs that are new, or whose contact changed.
    ///
    /// `counted`: How many unfinished renderings of each are this one.
    func prepare(_ jobs: [Job], counted: Int16 = 0) async throws {
        guard !jobs.isEmpty else { return }
        var recipients: [DeliveryKey: FetchedRecipient] = [:]
        for recipient in try await store.fetch(jobs.map(\.key)) { recipients[recipient.key] = recipient }
        var prepared: [Prepared] = []
        prepared.reserveCapacity(jobs.count)
        var settled: [JobTag] = []
        var random = BufferedRandom()
        var current: (campaign: CampaignID, message: TemplateCache.Compiled)?
        for job in jobs {
            // The fetch left it out: final, being sent, erased or unknown. Nothing to do.
            guard let recipient = recipients[job.key] else {
                if job.envelope.settleOne() { settled.append(job.envelope.tag) }
                continue
            }
            do {
                // Neighbours are mostly of one campaign, and the cache is another actor's.
                if current?.campaign != job.key.campaign {
                    current = try await messages.message(of: job.key.campaign).map { (job.key.campaign, $0) }
                }
                guard let message = current?.message else {
                    if job.envelope.settleOne() { settled.append(job.envelope.tag) }
                    continue
                }
                let unfinished = recipient.redeliveries - counted
                guard unfinished < Self.redeliveryLimit else {
                    try await deadLetters.deadLetter(
                        job,
                        .poison,
                        detail: "a worker died \(unfinished) times while it had this message"
                    )
                    continue
                }
                let one = try render(job, recipient, message, unfinished, &random)
                if !rendered.tryAdd(one.content.count) {
                    // What is there must go on, or there will never be room.
                    ready.append(prepared)
                    prepared.removeAll()
                    await rendered.add(one.content.count)
                }
                prepared.append(one)
            } catch let error as Unrenderable {
                try await deadLetters.deadLetter(job, .renderError, detail: error.reason)
            } catch let error as TemplateError {
                try await deadLetters.deadLetter(job, .renderError, detail: error.description)
            }
        }
        source.acknowledge(settled)
        ready.append(prepared)
    }

    private func decode(_ message: QueueMessage) async throws -> [Job] {
        do {
            let envelope = try JobMessage(decoding: message.body)
            let shared = Envelope(message: message, jobs: envelope.jobs)
            return envelope.parts.flatMap { part in
                part.seqs.map { seq in
                    Job(
                        key: DeliveryKey(campaign: part.campaign, seq: seq),
                        generation: part.generation,
                        envelope: shared
                    )
                }
            }
        } catch {
            try await deadLetters.deadLetter(message, error)
            return []
        }
    }

    /// A redelivered job may have crashed its worker: it is counted before it is rendered.
    ///
    /// The first time together, since nearly all of them are there for another job's sake; alone from then on.
    private func prepareRedelivered(_ jobs: [Job]) async throws {
        guard !jobs.isEmpty else { return }
        let first = try await store.markFirstRedelivery(jobs.map(\.key))
        let together = jobs.filter { first.contains($0.key) }
        try await prepare(together, counted: 1)
        try await store.clearRedelivered(together.map(\.key))
        for job in jobs where !first.contains(job.key) { try await prepareAlone(job) }
    }

    private func prepareAlone(_ job: Job) async throws {
        guard let count = try await store.markRedelivered(job.key) else {
            if job.envelope.settleOne() { source.acknowledge([job.envelope.tag]) }
            return
        }
        guard count < Self.redeliveryLimit else {
            try await deadLetters.deadLetter(
                job,
                .poison,
                detail: "a worker died while rendering it, \(count) times"
            )
            return
        }
        try await prepare([job], counted: 1)
        // It was redelivered because of another job.
        try await store.clearRedelivered([job.key])
    }

    /// Why a recipient's message cannot be rendered; contains no personal data.
    private struct Unrenderable: Error {
        let reason: String
    }

    private func render(
        _ job: Job,
        _ recipient: FetchedRecipient,
        _ message: TemplateCache.Compiled,
        _ unfinished: Int16,
        _ random: inout BufferedRandom
    ) throws -> Prepared {
        var content: [UInt8] = []
        content.reserveCapacity(Self.usualSizeBytes)
        let address: EmailAddress
        do {
            address = try EmailAddress(recipient.address)
            let facts = RecipientFacts(
                seq: job.key.seq,
                address: address,
                fields: try MergeValue(json: recipient.attributes),
                dateSeconds: clock(),
                addressHash: recipient.addressHash
            )
            try message.template.render(facts, keys: keys, random: &random, into: &content)
        } catch let error as EmailAddress.Invalid {
            throw Unrenderable(reason: "the contact's address cannot be mailed: \(error.reason)")
        } catch {
            throw Unrenderable(reason: "\(error)")
        }
        let attempt = UInt16(clamping: recipient.attempt + 1)
        return Prepared(
            job: job,
            request: ClaimRequest(
                key: job.key,
                generation: job.generation,
                contactVersion: recipient.contactVersion,
                attempt: recipient.attempt
            ),
            sender: message.template.returnPath(seq: job.key.seq, attempt: attempt, keys: keys),
            recipient: address.bytes,
            content: content,
            is8Bit: address.needsSMTPUTF8,
            policy: message.policy,
            unfinished: unfinished
        )
    }

    /// The initial capacity of a message's buffer: enough for most.
    private static let usualSizeBytes = 16_384
}
