import Core
import MailSimulator

/// Everything that the database says of one campaign, in one snapshot, for ``Truth`` to judge.
package struct CampaignRecord: Sendable {
    /// A row of `deliveries`.
    package struct Row: Sendable {
        package var seq: Seq
        package var contact: ContactID
        package var address: String
        package var state: DeliveryState
        package var attempt: Int16
        package var code: Int16
        package var reason: Int16
        package var token: ClaimToken
        package var reopened: Int16
        package var isRecalled: Bool
        /// Whether the contact must not get this campaign, as the totals stand in this snapshot.
        package var hasOptedOut: Bool
        package var bounces: Int
        /// When it came into its state: the start of the transaction, in seconds since 1970.
        package var changedAt: Double

        package init(
            seq: Seq,
            contact: ContactID,
            address: String,
            state: DeliveryState,
            attempt: Int16 = 0,
            code: Int16 = 0,
            reason: Int16 = 0,
            token: ClaimToken = 0,
            reopened: Int16 = 0,
            isRecalled: Bool = false,
            hasOptedOut: Bool = false,
            bounces: Int = 0,
            changedAt: Double = 0
        ) {
            self.seq = seq
            self.contact = contact
            self.address = address
            self.state = state
            self.attempt = attempt
            self.code = code
            self.reason = reason
            self.token = token
            self.reopened = reopened
            self.isRecalled = isRecalled
            self.hasOptedOut = hasOptedOut
            self.bounces = bounces
            self.changedAt = changedAt
        }
    }

    /// A row of `claims`.
    package struct Claim: Sendable {
        package var token: ClaimToken
        package var seqs: [Seq]
        /// How long ago its worker's lease ran out; `nil` while the worker lives.
        package var deadForSeconds: Double?

        package init(token: ClaimToken, seqs: [Seq], deadForSeconds: Double? = nil) {
            self.token = token
            self.seqs = seqs
            self.deadForSeconds = deadForSeconds
        }
    }

    /// A row of `replies`.
    package struct Reply: Sendable {
        package var seq: Seq
        package var judgement: Int16
        package var text: String

        package init(seq: Seq, judgement: Judgement, text: String) {
            self.init(seq: seq, judgement: judgement.rawValue, text: text)
        }

        init(seq: Seq, judgement: Int16, text: String) {
            self.seq = seq
            self.judgement = judgement
            self.text = text
        }
    }

    /// A row of `dead_letters`.
    package struct DeadLettered: Sendable {
        package var seq: Seq
        package var detail: String

        package init(seq: Seq, detail: String) {
            self.seq = seq
            self.detail = detail
        }
    }

    /// A mark that the ``Oracle`` saw commit.
    package struct Mark: Sendable {
        package var seq: Seq
        package var attempt: Int16
        /// Seconds since 1970: its commit, where the server keeps that, else the moment of the mark.
        package var time: Double

        package init(seq: Seq, attempt: Int16, time: Double) {
            self.seq = seq
            self.attempt = attempt
            self.time = time
        }
    }

    package var campaign: CampaignID
    package var policy: DeliveryPolicy
    package var state: CampaignState
    package var audience: Int
    package var rows: [Row]
    package var counters: [DeliveryState: Int]
    package var retries: [Seq]
    package var claims: [Claim]
    package var replies: [Reply]
    package var deadLetters: [DeadLettered]
    package var marks: [Mark]
    /// What the oracle objected to.
    package var objections: [Breach]

    package init(
        campaign: CampaignID,
        policy: DeliveryPolicy,
        state: CampaignState,
        audience: Int,
        rows: [Row],
        counters: [DeliveryState: Int],
        retries: [Seq] = [],
        claims: [Claim] = [],
        replies: [Reply] = [],
        deadLetters: [DeadLettered] = [],
        marks: [Mark] = [],
        objections: [Breach] = []
    ) {
        self.campaign = campaign
        self.policy = policy
        self.state = state
        self.audience = audience
        self.rows = rows
        self.counters = counters
        self.retries = retries
        self.claims = claims
        self.replies = replies
        self.deadLetters = deadLetters
        self.marks = marks
        self.objections = objections
    }

    /// The same, added up.
    package var totals: Totals {
        Totals(
            state: state,
            audience: audience,
            counts: Dictionary(rows.map { ($0.state, 1) }, uniquingKeysWith: +),
            counters: counters,
            retries: retries.count
        )
    }
}

/// One copy that the receiving side took, and the attempt that it came from.
package struct AcceptedCopy: Sendable {
    package var recipient: String
    /// What the return path says; `nil` when it is none of ours.
    package var key: DeliveryKey?
    package var attempt: Int16
    package var messageID: String?
    /// When the final dot was taken, in seconds since 1970.
    package var time: Double

    package init(recipient: String, key: DeliveryKey?, attempt: Int16, messageID: String?, time: Double) {
        self.recipient = recipient
        self.key = key
        self.attempt = attempt
        self.messageID = messageID
        self.time = time
    }

    /// Reads the signed return path of a copy.
    package init(_ message: AcceptedMessage, keys: KeyRing) {
        self.init(
            recipient: message.recipient,
            key: nil,
            attempt: 0,
            messageID: message.messageID,
            time: message.time
        )
        guard let token = try? keys.verify(localPart: message.sender.utf8.prefix { $0 != UInt8(ascii: "@") }),
            case .bounce(let key, let attempt) = token
        else { return }
        self.key = key
        self.attempt = Int16(clamping: attempt)
    }
}
