import Core
import DatabaseClient

/// A page of contacts, and the contact after which the next begins; `nil` on the last one.
///
/// Where many contacts match, a page may have fewer rows than asked for, or none, without being the last.
package struct ContactPage: Sendable {
    package let contacts: [ContactFacts]
    package let next: ContactID?

    package init(contacts: [ContactFacts], next: ContactID?) {
        self.contacts = contacts
        self.next = next
    }
}

extension AccountDatabase {
    /// An account's contacts after one of them: by number, or in the order of their addresses where these are searched
    /// by their beginning. Erased ones are left out. The audit log records the access, not what was searched for.
    ///
    /// - Returns: `nil` where the place of that contact is not known any more, since it was erased.
    package func contacts(
        of account: AccountID,
        _ search: ContactSearch = .all,
        after contact: ContactID,
        limit: Int32
    ) async throws -> ContactPage? {
        try await transaction(account: account) { connection in
            try connection.execute("SET LOCAL statement_timeout = '3s'")
            try connection.readByIndexOnly()
            guard let page = try connection.contacts(of: account, search, after: contact, limit: limit) else {
                return nil
            }
            try connection.noteAccess(page.contacts.count, of: search.words, by: actor, account: account)
            return page
        }
    }
}

/// How far a search goes for one page.
private enum SearchLimit {
    /// Contacts that are looked at in their order first: of a frequent value they fill the page.
    static let near: Int32 = 1_000
    /// Matches that are fetched and sorted.
    static let sorted: Int32 = 1_000
    /// Contacts that are looked at where more match than that.
    static let far: Int32 = 20_000
    /// Matches among 64 contacts that lie evenly apart: of so frequent a value the index has too much to read, more than
    /// ``sorted`` wherever there are more contacts than ``far``.
    static let frequent: Int64 = 6
}

extension ContactSearch {
    /// For the audit log.
    fileprivate var words: String {
        switch self {
        case .all: "all contacts"
        case .beginning: "a search by address"
        case .domain: "a search by domain"
        case .field: "a search by field"
        }
    }

    fileprivate var domain: PostgresValue { if case .domain(let name) = self { .text(name) } else { .null } }
}

extension PostgresConnection {
    fileprivate func contacts(
        of account: AccountID,
        _ search: ContactSearch,
        after contact: ContactID,
        limit: Int32
    ) throws -> ContactPage? {
        switch search {
        case .all:
            return page(
                try rows(.contactPage, [.int32(account), .int64(contact), .int32(limit)], ContactFacts.init),
                limit
            )
        case .beginning(let beginning):
            var place = ""
            if contact > 0 {
                let keys = try rows(.keyOfContact, [.int32(account), .int64(contact)]) { try $0.text(0) }
                guard let key = keys.first else { return nil }
                place = key
            }
            // No address has the last character there is.
            let values: [PostgresValue] = [
                .int32(account), .text(beginning), .text(beginning + "\u{10FFFF}"), .text(place), .int32(limit),
            ]
            return page(try rows(.contactsBeginning, values, ContactFacts.init), limit)
        case .domain, .field:
            if let near = try matches(within: SearchLimit.near, of: account, search, after: contact, limit),
                near.contacts.count == Int(limit) || near.next == nil
            {
                return near
            }
            guard try !isFrequent(search, of: account) else {
                return try matches(within: SearchLimit.far, of: account, search, after: contact, limit)
            }
            let found = try rows(.contactsWithKeys, [.texts(search.keys), .int32(SearchLimit.sorted + 1)]) {
                try $0.int64(0)
            }
            guard found.count <= Int(SearchLimit.sorted) else {
                return try matches(within: SearchLimit.far, of: account, search, after: contact, limit)
            }
            let wanted = Array(found.filter { $0 > contact }.sorted().prefix(Int(limit)))
            return page(try rows(.contactsByID, [.int32(account), .int64s(wanted)], ContactFacts.init), limit)
        }
    }

    private func page(_ contacts: [ContactFacts], _ limit: Int32) -> ContactPage {
        ContactPage(contacts: contacts, next: contacts.count == Int(limit) ? contacts.last?.id : nil)
    }

    /// Whether the index would have too much to read.
    private func isFrequent(_ search: ContactSearch, of account: AccountID) throws -> Bool {
        let values: [PostgresValue] = [.int32(account), search.domain, .texts(search.fields)]
        let matches = try rows(.contactsSampled, values) { try $0.int64(0) }.first ?? 0
        return matches >= SearchLimit.frequent
    }

    /// The contacts that match among the next ones.
    private func matches(
        within window: Int32,
        of account: AccountID,
        _ search: ContactSearch,
        after contact: ContactID,
        _ limit: Int32
    ) throws -> ContactPage? {
        let end = try rows(.contactWindow, [.int32(account), .int64(contact), .int32(window - 1)]) { try $0.int64(0) }
            .first
        let contacts = try rows(
            .contactsAmong,
            [
                .int32(account), .int64(contact), .int64(end ?? .max), search.domain, .texts(search.fields),
                .int32(limit),
            ],
            ContactFacts.init
        )
        guard contacts.count < Int(limit) else { return page(contacts, limit) }
        return ContactPage(contacts: contacts, next: end)
    }

    /// Of nothing, too: that there is no such contact is also an answer.
    func noteAccess(_ count: Int, of what: String, by actor: String, account: AccountID) throws {
        let entry = AuditEntry("contacts.list", what, reason: "\(count) contacts")
        try write(entry, by: actor, account: account)
    }
}

extension Statement {
    // account_id::bigint: the index of an account's contacts by number knows it by that. ANY of one, and the account in the
    // order: with = the order is that of all numbers, and the planner may take their index, and pass over every contact of
    // other accounts.
    static let contactPages: [Statement] = [
        .contactPage, .keyOfContact, .contactsBeginning, .contactsWithKeys, .contactsByID, .contactWindow,
        .contactsAmong, .contactsSampled,
    ]

    private static let columns = "contact_id, address, attributes, status, version, created_at"
    private static let ofAccount = "account_id::bigint = ANY (ARRAY[$1::int::bigint])"
    private static let byNumber = "account_id::bigint, contact_id"

    /// `$1` account; `$2` after this contact; `$3` rows.
    static let contactPage = Statement(
        "contact-page",
        roles: [.admin, .web],
        """
        SELECT \(columns) FROM contacts
        WHERE \(ofAccount) AND contact_id > $2 AND status = \(ContactStatus.active.sql)
        ORDER BY \(byNumber) LIMIT $3::int
        """
    )
    /// `$1` account; `$2` contact.
    static let keyOfContact = Statement(
        "key-of-contact",
        roles: [.admin, .web],
        """
        SELECT address_key FROM contacts
        WHERE account_id = $1 AND contact_id = $2 AND status = \(ContactStatus.active.sql)
        """
    )
    /// `$1` account; `$2` how addresses begin; `$3` where these end; `$4` after this address; `$5` rows.
    static let contactsBeginning = Statement(
        "contacts-beginning",
        roles: [.admin, .web],
        """
        SELECT \(columns) FROM contacts
        WHERE account_id = $1 AND address_key >= $2 AND address_key < $3 AND address_key > $4
          AND status = \(ContactStatus.active.sql)
        ORDER BY address_key LIMIT $5::int
        """
    )
    /// `$1` what the index has, as JSON; `$2` how many of each at most.
    static let contactsWithKeys = Statement(
        "contacts-with-keys",
        roles: [.admin, .web],
        "SELECT contacts_with_keys($1::text[]::jsonb[], $2::int)"
    )
    /// In their order: one at a time, so that the number finds each. `$1` account; `$2` contacts.
    static let contactsByID = Statement(
        "contacts-by-id",
        roles: [.admin, .web],
        """
        SELECT c.* FROM unnest($2::bigint[]) AS wanted(id), LATERAL (
            SELECT \(columns) FROM contacts
            WHERE account_id = $1 AND contact_id = wanted.id AND status = \(ContactStatus.active.sql) OFFSET 0
        ) AS c
        """
    )
    /// The last contact of a window; none where fewer are left. `$1` account; `$2` after this contact; `$3` how many
    /// before it.
    static let contactWindow = Statement(
        "contact-window",
        roles: [.admin, .web],
        """
        SELECT contact_id FROM contacts
        WHERE \(ofAccount) AND contact_id > $2 AND status = \(ContactStatus.active.sql)
        ORDER BY \(byNumber) OFFSET $3::int LIMIT 1
        """
    )
    /// `$1` account; `$2` after this contact; `$3` up to this one; `$4` domain or NULL; `$5` fields, one of which it has,
    /// where there is no domain; `$6` rows.
    static let contactsAmong = Statement(
        "contacts-among",
        roles: [.admin, .web],
        """
        SELECT \(columns) FROM contacts
        WHERE \(ofAccount) AND contact_id > $2 AND contact_id <= $3
          AND status = \(ContactStatus.active.sql)
          AND (domain = $4::text OR $4::text IS NULL AND attributes @> ANY ($5::text[]::jsonb[]))
        ORDER BY \(byNumber) LIMIT $6::int
        """
    )
    /// How many match of some 64 contacts whose numbers lie evenly apart. `$1` account; `$2` domain or NULL; `$3` fields,
    /// one of which it has, where there is no domain.
    static let contactsSampled = Statement(
        "contacts-sampled",
        roles: [.admin, .web],
        """
        WITH ends AS MATERIALIZED (
            SELECT (SELECT contact_id FROM contacts WHERE \(ofAccount) ORDER BY \(byNumber) LIMIT 1) AS first,
                   (SELECT contact_id FROM contacts WHERE \(ofAccount)
                    ORDER BY account_id::bigint DESC, contact_id DESC LIMIT 1) AS last
        )
        SELECT count(DISTINCT c.contact_id)
        FROM ends, generate_series(first, last, greatest((last - first) / 63, 1)) AS place, LATERAL (
            SELECT contact_id, domain, attributes FROM contacts
            WHERE \(ofAccount) AND contact_id >= place ORDER BY \(byNumber) LIMIT 1
        ) AS c
        WHERE c.domain = $2::text OR $2::text IS NULL AND c.attributes @> ANY ($3::text[]::jsonb[])
        """
    )
}
