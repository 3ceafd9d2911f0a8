/// One recipient as the worker reads it, before the claim.
package struct FetchedRecipient: Sendable {
    package let key: DeliveryKey
    /// Claims so far; the next attempt is one more.
    package let attempt: Int16
    /// The number of unfinished renderings.
    package let redeliveries: Int16
    package let contactVersion: Int32
    /// The address as the account wrote it, UTF-8.
    package let address: [UInt8]
    /// The merge fields: a JSON object, UTF-8.
    package let attributes: [UInt8]
    /// The keyed hash of the address: whose opt-out it is, if the message is forgotten.
    package let addressHash: [UInt8]

    package init(
        key: DeliveryKey,
        attempt: Int16,
        redeliveries: Int16,
        contactVersion: Int32,
        address: [UInt8],
        attributes: [UInt8],
        addressHash: [UInt8] = []
    ) {
        self.key = key
        self.attempt = attempt
        self.redeliveries = redeliveries
        self.contactVersion = contactVersion
        self.address = address
        self.attributes = attributes
        self.addressHash = addressHash
    }
}

/// A worker's request for one row: claim it, if it is unchanged since the fetch.
package struct ClaimRequest: Sendable {
    package let key: DeliveryKey
    package let generation: Generation
    package let contactVersion: Int32
    /// Claims at the time of the fetch.
    package let attempt: Int16

    package init(key: DeliveryKey, generation: Generation, contactVersion: Int32, attempt: Int16) {
        self.key = key
        self.generation = generation
        self.contactVersion = contactVersion
        self.attempt = attempt
    }
}

/// The outcome of one delivery, guarded by the token of its claim.
package struct DeliveryResult: Sendable {
    package let key: DeliveryKey
    package let token: ClaimToken
    /// A final state, or `deferred`.
    package let state: DeliveryState
    package let reason: DeliveryReason
    /// SMTP reply code, 0 without a reply.
    package let code: Int16
    /// Seconds until the next attempt; only for `deferred`.
    package let waitSeconds: Double
    /// Whether the attempt counts: not where nothing left this machine.
    package let countsAsAttempt: Bool
    /// The reply in the server's words, kept unless it is an acceptance.
    package let outcome: MessageOutcome

    package init(
        key: DeliveryKey,
        token: ClaimToken,
        state: DeliveryState,
        reason: DeliveryReason,
        code: Int16,
        waitSeconds: Double,
        countsAsAttempt: Bool,
        outcome: MessageOutcome
    ) {
        self.key = key
        self.token = token
        self.state = state
        self.reason = reason
        self.code = code
        self.waitSeconds = waitSeconds
        self.countsAsAttempt = countsAsAttempt
        self.outcome = outcome
    }

    /// A row's next state as it was decided from an outcome.
    package init(key: DeliveryKey, token: ClaimToken, decision: DeliveryDecision, outcome: MessageOutcome) {
        self.init(
            key: key,
            token: token,
            state: decision.state,
            reason: decision.reason,
            code: outcome.code,
            waitSeconds: decision.waitSeconds,
            countsAsAttempt: decision.countsAsAttempt,
            outcome: outcome
        )
    }
}

/// A job that cannot be processed, with its job message.
package struct DeadLetter: Sendable {
    package enum Reason: Int16, WireNamed {
        case undecodable = 0
        case tooNew = 1
        case poison = 2
        case renderError = 3
        case internalError = 4

        package var name: String {
            switch self {
            case .undecodable: "undecodable"
            case .tooNew: "too-new"
            case .poison: "poison"
            case .renderError: "render-error"
            case .internalError: "internal-error"
            }
        }
    }

    /// `nil` if the job message was unreadable.
    package let key: DeliveryKey?
    package let reason: Reason
    package let detail: String
    package let queue: String
    package let envelope: [UInt8]

    package init(key: DeliveryKey?, reason: Reason, detail: String, queue: String, envelope: [UInt8]) {
        self.key = key
        self.reason = reason
        self.detail = detail
        self.queue = queue
        self.envelope = envelope
    }
}

/// Stores dead letters; PostgreSQL, or a fake in tests.
package protocol DeadLetterStore: Sendable {
    /// Stores a dead letter, and moves its row, if it has one still to be mailed, to `dead`.
    func deadLetter(_ message: DeadLetter, worker: String) async throws
}

/// The worker's store of deliveries; PostgreSQL, or a fake in tests.
package protocol DeliveryStore: DeadLetterStore {
    /// Reads recipients that are still to be mailed; a row that is final, being sent or unknown is left out.
    func fetch(_ keys: [DeliveryKey]) async throws -> [FetchedRecipient]

    /// Claims rows, in one transaction, under `token`.
    ///
    /// - Returns: A verdict for every request, in order.
    func claim(_ requests: [ClaimRequest], token: ClaimToken, workerRun: WorkerRun) async throws -> [Verdict]

    /// Records outcomes; safe to repeat. A row whose token has changed is left alone.
    ///
    /// `finished`: Claims with nothing left in flight once these are recorded.
    func record(_ results: [DeliveryResult], finished: [ClaimToken]) async throws

    /// Raises the `suspect` count of those rows that are still to be mailed and have none, and returns them.
    func markFirstRedelivery(_ keys: [DeliveryKey]) async throws -> Set<DeliveryKey>

    /// Raises the `suspect` count of a redelivered row and returns it; `nil` if the row is not to be mailed.
    func markRedelivered(_ key: DeliveryKey) async throws -> Int16?

    /// Clears that count: the rows' messages were rendered without a crash.
    func clearRedelivered(_ keys: [DeliveryKey]) async throws

    /// Checks that the store answers; throws if not.
    func check() async throws

    /// A campaign's frozen message; `nil` when there is no such campaign or it is not frozen.
    func message(of campaign: CampaignID) async throws -> CampaignVersion?
}

/// A campaign version as it is stored: sources that a worker compiles once.
package struct CampaignVersion: Sendable {
    package let campaign: CampaignID
    package let account: AccountID
    package let version: Int32
    package let name: String
    package let kind: CampaignKind
    package let tracking: TrackingMode
    package let policy: DeliveryPolicy
    package let list: Int32
    package let listName: String
    package let accountName: String
    package let subject: String
    package let html: String
    package let plain: String?
    /// The version's settings: a JSON object, see ``CampaignSettings``.
    package let settings: [UInt8]

    package init(
        campaign: CampaignID,
        account: AccountID,
        version: Int32,
        name: String,
        kind: CampaignKind,
        tracking: TrackingMode,
        policy: DeliveryPolicy,
        list: Int32,
        listName: String,
        accountName: String,
        subject: String,
        html: String,
        plain: String?,
        settings: [UInt8]
    ) {
        self.campaign = campaign
        self.account = account
        self.version = version
        self.name = name
        self.kind = kind
        self.tracking = tracking
        self.policy = policy
        self.list = list
        self.listName = listName
        self.accountName = accountName
        self.subject = subject
        self.html = html
        self.plain = plain
        self.settings = settings
    }
}
