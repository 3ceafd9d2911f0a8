import Core
import DatabaseClient

/// The way of an opt-out; `opt_out_proofs.way`.
package enum OptOutWay: Int16, WireNamed {
    /// A mail program's own button (RFC 8058).
    case oneClick = 0
    /// The unsubscribe page of the message.
    case page = 1
    case preferences = 2
    /// A mail to the message's unsubscribe address.
    case mail = 3
    /// A spam complaint, by mail or webhook.
    case complaint = 4
    /// A provider's own unsubscribe link, reported by its webhook.
    case webhook = 5
    /// `POST /api/v1/suppressions`.
    case api = 6
    /// `veredus suppressions add`.
    case commandLine = 7
    /// A row of `veredus suppressions import` or `contacts import`.
    case imported = 8

    /// The recipient's own acts over HTTP.
    static let ofPages: [OptOutWay] = [.oneClick, .page, .preferences]

    package var name: String {
        switch self {
        case .oneClick: "one-click"
        case .page: "page"
        case .preferences: "preferences"
        case .mail: "mail"
        case .complaint: "complaint"
        case .webhook: "webhook"
        case .api: "api"
        case .commandLine: "cli"
        case .imported: "import"
        }
    }
}

/// An opt-out's effect, or its undo; `opt_out_proofs.action`.
package enum OptOutAction: Int16, WireNamed {
    case list = 0
    case marketing = 1
    case undo = 2
    case all = 3

    package var name: String {
        switch self {
        case .list: "list"
        case .marketing: "marketing"
        case .undo: "undo"
        case .all: "all"
        }
    }

    init(_ scope: SuppressionScope) {
        switch scope {
        case .all: self = .all
        case .marketing: self = .marketing
        case .list: self = .list
        }
    }
}

extension SuppressionReason {
    /// Whether a person opted out, or somebody did so for them. A bounce is a machine's word, and an erasure is no opt-out.
    package var isOptOut: Bool {
        switch self {
        case .unsubscribe, .complaint, .byHand: true
        case .hardBounce, .softBounces, .erasure: false
        }
    }
}

/// The proof of an opt-out or its undo: way, message, time and effect.
package struct OptOutProof: Sendable {
    package let number: Int64
    package let at: Double
    /// `nil` if no message names the recipient: API, command line, import.
    package let message: DeliveryKey?
    package let way: Int16
    package let action: Int16
    package let list: Int32
    /// Whether it was the first opt-out of this scope.
    package let isNew: Bool
    package let recalled: Int32
    package let onTheirWay: Int32
    /// The proof that it undoes.
    package let undoes: Int64?
    /// The reason given, or where the opt-out came from.
    package let source: String

    package var wayName: String { OptOutWay.name(of: way) }

    package var actionName: String { OptOutAction.name(of: action) }
}

extension OptOutProof {
    init(_ row: borrowing PostgresRow) throws {
        let campaign = try row.optionalInt32(2)
        let seq = try row.optionalInt32(3)
        self.init(
            number: try row.int64(0),
            at: try row.timestamp(1),
            message: campaign.flatMap { campaign in seq.map { DeliveryKey(campaign: campaign, seq: $0) } },
            way: try row.int16(4),
            action: try row.int16(5),
            list: try row.int32(6),
            isNew: try row.bool(7),
            recalled: try row.int32(8),
            onTheirWay: try row.int32(9),
            undoes: try row.optionalInt64(10),
            source: try row.text(11)
        )
    }
}

extension PostgresConnection {
    /// Writes the proof of a suppression, in its transaction.
    ///
    /// An opt-out repeated in the same way and by the same message while it is in effect has one proof.
    func prove(_ suppression: Suppression, by way: OptOutWay, _ receipt: SuppressionReceipt) throws -> ProofMark? {
        let message = suppression.message
        return try rows(
            .insertProof,
            [
                .int32(suppression.account), message.map { .int32($0.campaign) } ?? .null,
                message.map { .int32($0.seq) } ?? .null, .bytes(suppression.addressHash), .int16(way.rawValue),
                .int16(OptOutAction(suppression.scope).rawValue), .int32(suppression.list), .bool(receipt.isNew),
                .int32(Int32(clamping: receipt.recalled)), .int32(Int32(clamping: receipt.alreadyOnTheirWay)),
                .text(suppression.source), .int16(suppression.scope.rawValue), .int16(suppression.reason.rawValue),
            ]
        ) { ProofMark(number: try $0.int64(0), at: try $0.timestamp(1)) }.first
    }
}

/// A proof's number and time.
package struct ProofMark: Sendable, Equatable {
    package let number: Int64
    /// Seconds since 1970.
    package let at: Double
}

extension Statement {
    static let proofs: [Statement] = [.insertProof, .proofsOfHash, .proofsOfContact]

    /// Adds nothing if the suppression has a proof of that way and message already.
    ///
    /// `$1` account; `$2` campaign or NULL; `$3` seq or NULL; `$4` hash; `$5` way; `$6` action; `$7` list; `$8` whether
    /// new; `$9` recalled; `$10` in flight; `$11` source; `$12` scope; `$13` reason.
    static let insertProof = Statement(
        "insert-proof",
        roles: [.admin, .web, .inbound],
        """
        INSERT INTO opt_out_proofs (account_id, campaign_id, seq, address_hash, way, action, list_id, is_new, recalled,
                                    on_their_way, source)
        SELECT $1::int, $2::int, $3::int, $4::bytea, $5::smallint, $6::smallint, $7::int, $8::bool, $9::int, $10::int,
               $11::text
        WHERE $8::bool OR NOT EXISTS (
            SELECT FROM opt_out_proofs p
            WHERE p.account_id = $1::int AND p.address_hash = $4::bytea AND p.way = $5::smallint
              AND p.action = $6::smallint AND p.list_id = $7::int
              AND p.campaign_id IS NOT DISTINCT FROM $2::int AND p.seq IS NOT DISTINCT FROM $3::int
              AND p.at >= (
                SELECT min(s.created_at) FROM suppressions s
                WHERE s.account_id = $1::int AND s.address_hash = $4::bytea AND s.list_id = $7::int
                  AND s.scope = $12::smallint AND s.reason = $13::smallint)
              AND NOT EXISTS (SELECT FROM opt_out_proofs u WHERE u.undoes = p.proof_id))
        RETURNING proof_id, at
        """
    )
    private static let columns = """
        p.proof_id, p.at, p.campaign_id, p.seq, p.way, p.action, p.list_id, p.is_new, p.recalled, p.on_their_way, p.undoes,
        p.source
        """
    /// The proofs of an address's opt-outs, oldest first; `$1` account; `$2` hash.
    static let proofsOfHash = Statement(
        "proofs-of-hash",
        role: .admin,
        isHot: true,
        """
        SELECT \(columns) FROM opt_out_proofs p WHERE p.account_id = $1 AND p.address_hash = $2 ORDER BY p.proof_id
        """
    )
    /// The same for a contact; `$1` account; `$2` contact.
    static let proofsOfContact = Statement(
        "proofs-of-contact",
        role: .web,
        isHot: true,
        """
        SELECT \(columns)
        FROM contacts c
        JOIN opt_out_proofs p ON p.account_id = c.account_id AND p.address_hash = c.address_hash
        WHERE c.account_id = $1 AND c.contact_id = $2 ORDER BY p.proof_id
        """
    )
}
