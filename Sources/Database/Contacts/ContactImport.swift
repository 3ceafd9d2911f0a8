import Core
import DatabaseClient

/// A contact to store; texts are UTF-8 without NUL.
package struct ImportRow: Sendable {
    package let line: Int32
    package let address: [UInt8]
    package let addressKey: [UInt8]
    package let addressHash: [UInt8]
    package let domain: [UInt8]
    /// A JSON object; a null field removes the stored one.
    package let attributes: [UInt8]

    package init(
        line: Int32,
        address: [UInt8],
        addressKey: [UInt8],
        addressHash: [UInt8],
        domain: [UInt8],
        attributes: [UInt8]
    ) {
        self.line = line
        self.address = address
        self.addressKey = addressKey
        self.addressHash = addressHash
        self.domain = domain
        self.attributes = attributes
    }
}

/// The target of imported contacts.
package struct ImportTarget: Sendable {
    package let account: AccountID
    package let list: Int32
    /// The source of the consent.
    package let source: String
    /// The number of the key that made the hashes.
    package let hashKey: Int16

    package init(account: AccountID, list: Int32, source: String, hashKey: Int16) {
        self.account = account
        self.list = list
        self.source = source
        self.hashKey = hashKey
    }
}

/// The result for imported rows.
package struct ImportCounts: Sendable, Equatable {
    /// New contacts.
    package var added = 0
    /// Contacts whose address or attributes changed.
    package var changed = 0
    /// New on the list.
    package var subscribed = 0
    /// Already on the list and unsubscribed: they stay unsubscribed.
    package var unsubscribed = 0
    /// Erased on request: nothing was stored.
    package var erased = 0

    package init() {}

    package static func += (left: inout Self, right: Self) {
        left.added += right.added
        left.changed += right.changed
        left.subscribed += right.subscribed
        left.unsubscribed += right.unsubscribed
        left.erased += right.erased
    }
}

extension AccountDatabase {
    /// Stores a chunk of rows, all or none.
    ///
    /// Safe to repeat: stored rows stay unchanged. It never resubscribes an unsubscribed contact, changes a
    /// suppression, or restores an erased contact. Of several rows with one address the last counts.
    package func importChunk(_ rows: [ImportRow], into target: ImportTarget) async throws -> ImportCounts {
        let account = PostgresValue.int32(target.account)
        return try await transaction(account: target.account) { connection in
            try connection.execute(Self.stagingTable)
            var chunks = ImportStream(rows: rows)
            _ = try connection.copyIn("COPY import_rows FROM STDIN (FORMAT binary)") { chunks.next() }
            // The statistics of a table that grows by the chunk are always old: the planner would read all contacts, for
            // every row even while it believes them to be few.
            try connection.execute(
                """
                ANALYZE import_rows; SET LOCAL enable_seqscan = off;
                SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off
                """
            )
            var counts = ImportCounts()
            counts.erased = try connection.run(.dropErased, [account])
            (counts.added, counts.changed) = try connection.rows(
                .upsertContacts,
                [account, .int16(EmailAddress.ruleVersion), .int16(target.hashKey)]
            ) { (Int(try $0.int64(0)), Int(try $0.int64(1))) }.only(of: .upsertContacts)
            let joined = try connection.rows(
                .joinList,
                [account, .int32(target.list), .text(target.source)]
            ) { (new: Int(try $0.int64(0)), all: Int(try $0.int64(1))) }.only(of: .joinList)
            counts.subscribed = joined.new
            if joined.all > joined.new {
                counts.unsubscribed = try connection.rows(.countUnsubscribed, [account, .int32(target.list)]) {
                    Int(try $0.int64(0))
                }.only(of: .countUnsubscribed)
            }
            return counts
        }
    }

    private static let stagingTable = """
        CREATE TEMP TABLE import_rows (
            line int, address text, address_key text, address_hash bytea, domain text, attributes jsonb
        ) ON COMMIT DROP
        """
}

/// Rows in the binary format of COPY, in pieces.
private struct ImportStream {
    private let rows: [ImportRow]
    private var position = 0
    private var isEnded = false

    init(rows: [ImportRow]) { self.rows = rows }

    mutating func next() -> [UInt8]? {
        guard !isEnded else { return nil }
        var piece: [UInt8] = []
        piece.reserveCapacity(80 << 10)
        if position == 0 {
            piece += Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0]
            piece.append(bigEndian: Int32(0))
            piece.append(bigEndian: Int32(0))
        }
        while position < rows.count, piece.count < 64 << 10 {
            let row = rows[position]
            position += 1
            piece.append(bigEndian: Int16(6))
            piece.append(bigEndian: Int32(4))
            piece.append(bigEndian: row.line)
            for field in [row.address, row.addressKey, row.addressHash, row.domain] {
                piece.append(bigEndian: Int32(field.count))
                piece += field
            }
            piece.append(bigEndian: Int32(row.attributes.count + 1))
            piece.append(1)  // the version of jsonb_recv
            piece += row.attributes
        }
        if position == rows.count {
            piece.append(bigEndian: Int16(-1))
            isEnded = true
        }
        return piece
    }
}

extension Statement {
    // The staging table is made in the transaction, so that these cannot be checked against the schema alone.
    //
    // Contacts are looked up by subqueries that cannot be turned into joins: while contacts have no statistics the
    // planner takes them for few, and compares each of them with each row of the chunk (4 minutes instead of 0.1 s).

    /// Removes erased addresses from the chunk; `$1` account.
    static let dropErased = Statement(
        "import-drop-erased",
        role: .admin,
        """
        DELETE FROM import_rows i
        WHERE (SELECT c.contact_id FROM contacts c
               WHERE c.account_id = $1 AND c.address_hash = i.address_hash AND c.status = \(ContactStatus.erased.sql)
               LIMIT 1) IS NOT NULL
        """
    )

    /// Adds new contacts and updates changed ones; one row: added, changed.
    ///
    /// `$1` account; `$2` rule of the address; `$3` key of the hash.
    static let upsertContacts = Statement(
        "import-upsert-contacts",
        role: .admin,
        """
        WITH upserted AS (
            INSERT INTO contacts AS c
                (account_id, address, address_key, address_rule, address_hash, hash_key, domain, attributes)
            SELECT DISTINCT ON (address_key) $1, address, address_key, $2, address_hash, $3, domain, attributes
            FROM import_rows ORDER BY address_key, line DESC
            ON CONFLICT (account_id, address_key) DO UPDATE
            SET address = excluded.address, domain = excluded.domain, version = c.version + 1,
                attributes = jsonb_strip_nulls(c.attributes || excluded.attributes)
            WHERE c.address <> excluded.address
               OR jsonb_strip_nulls(c.attributes) <> jsonb_strip_nulls(c.attributes || excluded.attributes)
            RETURNING (xmax = 0) AS is_new
        )
        SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM upserted
        """
    )

    /// Subscribes contacts that were never on the list; one row: new ones, all.
    ///
    /// `$1` account; `$2` list; `$3` source of the consent.
    static let joinList = Statement(
        "import-join-list",
        role: .admin,
        """
        WITH found AS MATERIALIZED (
            SELECT DISTINCT (
                SELECT c.contact_id FROM contacts c
                WHERE c.account_id = $1 AND c.address_key = i.address_key AND c.status = \(ContactStatus.active.sql)
            ) AS contact_id FROM import_rows i
        ), joined AS (
            INSERT INTO list_members (list_id, contact_id, account_id, source)
            SELECT $2, contact_id, $1, $3 FROM found ORDER BY contact_id
            ON CONFLICT DO NOTHING RETURNING 1
        )
        SELECT (SELECT count(*) FROM joined), (SELECT count(*) FROM found)
        """
    )

    /// `$1` account; `$2` list.
    static let countUnsubscribed = Statement(
        "import-count-unsubscribed",
        role: .admin,
        """
        SELECT count(*) FROM (
            SELECT DISTINCT (
                SELECT c.contact_id FROM contacts c WHERE c.account_id = $1 AND c.address_key = i.address_key
            ) AS contact_id FROM import_rows i
        ) AS found
        WHERE (SELECT m.status FROM list_members m WHERE m.list_id = $2 AND m.contact_id = found.contact_id) = 1
        """
    )
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}
