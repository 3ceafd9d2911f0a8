import Core
import DatabaseClient

/// The result for one contact of a batch.
package struct UpsertedContact: Sendable, Equatable {
    package enum Outcome: String, WireNamed {
        case added = "added"
        case changed = "changed"
        case unchanged = "unchanged"
        /// Erased on request: nothing was stored.
        case erased = "erased"
        /// A later row of the batch has the same address, and applies.
        case duplicate = "duplicate"
    }

    package let outcome: Outcome
    /// `nil` where nothing was stored.
    package let contact: ContactID?
    /// Whether it gets the list's messages, according to the list: unsubscribed contacts stay unsubscribed.
    package let isSubscribed: Bool?
    /// Whether a suppression stops some or all mail to the address.
    package let isSuppressed: Bool
}

extension AccountDatabase {
    /// Members of a list after a contact's number, in order, with their subscription. Erased ones are left out. The
    /// audit log records the access.
    package func contacts(
        on list: Int32,
        of account: AccountID,
        after contact: ContactID,
        limit: Int32
    ) async throws -> [(contact: ContactFacts, isSubscribed: Bool)] {
        try await transaction(account: account) { connection in
            try connection.readByIndexOnly()
            let page = try connection.rows(.memberPage, [.int32(list), .int64(contact), .int32(limit)]) { row in
                (contact: try ContactFacts(row), isSubscribed: try row.int16(6) == 0)
            }
            try connection.noteAccess(page.count, of: "list \(list)", by: actor, account: account)
            return page
        }
    }

    /// A contact with its lists and opt-outs, recorded in the audit log; `nil` if there is none or it is erased.
    package func contact(
        _ id: ContactID,
        account: AccountID
    ) async throws -> ContactWithLists? {
        try await transaction(account: account) { connection -> ContactWithLists? in
            let found = try connection.rows(.contactByID, [.int32(account), .int64(id)], ContactFacts.init).first
            guard let found else { return nil }
            let memberships = try connection.rows(.memberships, [.int64(id)], ContactCard.Membership.init)
            try connection.write(AuditEntry("contacts.show", "contact \(id)"), by: actor, account: account)
            return ContactWithLists(
                contact: found,
                memberships: memberships,
                proofs: try connection.rows(.proofsOfContact, [.int32(account), .int64(id)], OptOutProof.init)
            )
        }
    }

    /// Stores contacts and puts them on a list, all or none; a row's number in the batch is its place in the result.
    ///
    /// The rules of an import apply: it never resubscribes an unsubscribed contact, changes a suppression, or restores
    /// an erased contact. Of several rows with one address the last counts.
    package func upsert(_ rows: [ImportRow], into target: ImportTarget) async throws -> [UpsertedContact] {
        let account = PostgresValue.int32(target.account)
        return try await transaction(account: target.account) { connection in
            let hashes = PostgresValue.byteArrays(rows.map(\.addressHash))
            let erased = Set(try connection.rows(.erasedAmong, [account, hashes]) { try $0.bytes(0) })
            var last: [[UInt8]: Int] = [:]
            for (index, row) in rows.enumerated() where !erased.contains(row.addressHash) {
                last[row.addressKey] = index
            }
            let kept = rows.enumerated().filter { last[$0.element.addressKey] == $0.offset }.map(\.element)
            let written = try connection.upsert(kept, hashKey: target.hashKey, account: account)
            let contacts = try connection.rows(.contactsByKey, [account, .texts(kept.map(\.keyText))]) {
                (key: Array(try $0.text(0).utf8), id: try $0.int64(1))
            }
            let byKey = Dictionary(contacts.map { ($0.key, $0.id) }) { first, _ in first }
            let ids = PostgresValue.int64s(contacts.map(\.id).sorted())
            try connection.run(.joinContacts, [account, .int32(target.list), .text(target.source), ids])
            let statuses = try connection.rows(.statusesOnList, [.int32(target.list), ids]) {
                (id: try $0.int64(0), isSubscribed: try $0.int16(1) == 0)
            }
            let subscribed = Dictionary(statuses.map { ($0.id, $0.isSubscribed) }) { first, _ in first }
            let suppressed = Set(
                try connection.rows(.suppressedAmong, [account, hashes, .int32(target.list)]) { try $0.bytes(0) }
            )
            let counts = written.values.reduce(into: (added: 0, changed: 0)) { counts, isNew in
                if isNew { counts.added += 1 } else { counts.changed += 1 }
            }
            let entry = AuditEntry(
                "contacts.import",
                "list \(target.list)",
                reason: "\(counts.added) added, \(counts.changed) changed, \(erased.count) erased before"
            )
            try connection.write(entry, by: actor, account: target.account)
            return rows.enumerated().map { index, row in
                guard !erased.contains(row.addressHash) else {
                    return UpsertedContact(outcome: .erased, contact: nil, isSubscribed: nil, isSuppressed: true)
                }
                let id = byKey[row.addressKey]
                let outcome: UpsertedContact.Outcome =
                    if last[row.addressKey] != index {
                        .duplicate
                    } else if let isNew = written[row.addressKey] {
                        isNew ? .added : .changed
                    } else {
                        .unchanged
                    }
                return UpsertedContact(
                    outcome: outcome,
                    contact: id,
                    isSubscribed: id.flatMap { subscribed[$0] },
                    isSuppressed: suppressed.contains(row.addressHash)
                )
            }
        }
    }
}

extension ImportRow {
    fileprivate var keyText: String { String(decoding: addressKey, as: UTF8.self) }
}

extension PostgresConnection {
    /// Adds and updates contacts; returns by normalised address whether it is new; unchanged ones are left out.
    fileprivate func upsert(
        _ rows: [ImportRow],
        hashKey: Int16,
        account: PostgresValue
    ) throws -> [[UInt8]: Bool] {
        func texts(_ field: (ImportRow) -> [UInt8]) -> PostgresValue {
            .texts(rows.map { String(decoding: field($0), as: UTF8.self) })
        }
        let written = try self.rows(
            .upsertAPIContacts,
            [
                account, .int16(EmailAddress.ruleVersion), .int16(hashKey), texts(\.address), texts(\.addressKey),
                .byteArrays(rows.map(\.addressHash)), texts(\.domain), texts(\.attributes),
            ]
        ) { (key: Array(try $0.text(0).utf8), isNew: try $0.bool(1)) }
        return Dictionary(written.map { ($0.key, $0.isNew) }) { first, _ in first }
    }
}

extension Statement {
    /// `$1` list; `$2` after this contact; `$3` rows.
    static let memberPage = Statement(
        "member-page",
        roles: [.admin, .web],
        """
        SELECT c.*, m.status
        FROM list_members m, LATERAL (
            -- One at a time, so that the number finds each: by the account the planner would take all for each.
            SELECT contact_id, address, attributes, status, version, created_at FROM contacts
            WHERE contact_id = m.contact_id AND status = \(ContactStatus.active.sql) OFFSET 0
        ) AS c
        WHERE m.list_id = $1 AND m.contact_id > $2
        ORDER BY m.contact_id LIMIT $3::int
        """
    )
    /// `$1` account; `$2` contact.
    static let contactByID = Statement(
        "contact-by-id",
        role: .web,
        """
        SELECT contact_id, address, attributes, status, version, created_at
        FROM contacts WHERE account_id = $1 AND contact_id = $2 AND status = \(ContactStatus.active.sql)
        """
    )
    /// `$1` account; `$2` hashes.
    static let erasedAmong = Statement(
        "erased-among",
        role: .web,
        """
        SELECT address_hash FROM contacts
        WHERE account_id = $1 AND address_hash = ANY($2::bytea[]) AND status = \(ContactStatus.erased.sql)
        """
    )
    /// The rule of an import. `$1` account; `$2` rule of the address; `$3` key of the hashes; `$4` addresses; `$5`
    /// normalised; `$6` hashes; `$7` domains; `$8` attributes.
    static let upsertAPIContacts = Statement(
        "upsert-api-contacts",
        role: .web,
        """
        INSERT INTO contacts AS c
            (account_id, address, address_key, address_rule, address_hash, hash_key, domain, attributes)
        SELECT $1, i.address, i.address_key, $2, i.address_hash, $3, i.domain, i.attributes::jsonb
        FROM unnest($4::text[], $5::text[], $6::bytea[], $7::text[], $8::text[])
            AS i(address, address_key, address_hash, domain, attributes)
        ORDER BY i.address_key
        ON CONFLICT (account_id, address_key) DO UPDATE
        SET address = excluded.address, domain = excluded.domain, version = c.version + 1,
            attributes = jsonb_strip_nulls(c.attributes || excluded.attributes)
        WHERE c.address <> excluded.address
           OR jsonb_strip_nulls(c.attributes) <> jsonb_strip_nulls(c.attributes || excluded.attributes)
        RETURNING address_key, xmax = 0
        """
    )
    /// `$1` account; `$2` normalised addresses.
    static let contactsByKey = Statement(
        "contacts-by-key",
        role: .web,
        """
        SELECT address_key, contact_id FROM contacts
        WHERE account_id = $1 AND address_key = ANY($2::text[]) AND status = \(ContactStatus.active.sql)
        """
    )
    /// `$1` account; `$2` list; `$3` source of the consent; `$4` contacts.
    static let joinContacts = Statement(
        "join-contacts",
        role: .web,
        """
        INSERT INTO list_members (list_id, contact_id, account_id, source)
        SELECT $2, contact_id, $1, $3 FROM unnest($4::bigint[]) AS i(contact_id) ON CONFLICT DO NOTHING
        """
    )
    /// `$1` list; `$2` contacts.
    static let statusesOnList = Statement(
        "statuses-on-list",
        role: .web,
        "SELECT contact_id, status FROM list_members WHERE list_id = $1 AND contact_id = ANY($2::bigint[])"
    )
    /// `$1` account; `$2` hashes; `$3` list.
    static let suppressedAmong = Statement(
        "suppressed-among",
        role: .web,
        """
        SELECT DISTINCT address_hash FROM suppressions
        WHERE account_id = $1 AND address_hash = ANY($2::bytea[])
          AND (scope <> \(SuppressionScope.list.sql) OR list_id = $3)
        """
    )
}
