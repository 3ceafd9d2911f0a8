import Core
import DatabaseClient

extension PostgresConnection {
    /// Refuses a login that bypasses row level security: accounts would not be separated.
    ///
    /// - Throws: ``PostgresError`` when the role, or one that it is a member of, is superuser, has BYPASSRLS, or owns
    ///   tables.
    package func assertCannotBypassRowSecurity() throws {
        let reasons = try rows(.rowSecurityBypasses) { "\(try $0.text(0)) \(try $0.text(1))" }
        guard reasons.isEmpty else {
            throw PostgresError(
                .insufficientPrivilege,
                "the role \(settings.user) can bypass row level security: \(reasons.joined(separator: ", "))",
                remedy: "Log in with the program's own role: run `veredus migrate --bootstrap` and correct the URL"
            )
        }
    }

    /// Refuses a server that may lose commits in a crash: a lost claim is a message sent twice.
    ///
    /// - Throws: ``PostgresError`` when fsync, full_page_writes or synchronous_commit is off.
    package func assertDurable() throws {
        let off = try rows(.durabilitySettingsThatAreOff) { try $0.text(0) }
        guard off.isEmpty else {
            throw PostgresError(
                .other,
                "the server may forget commits: \(off.joined(separator: ", ")) off",
                remedy: "Switch \(off.joined(separator: ", ")) on in postgresql.conf, and for this role"
            )
        }
    }

    /// Refuses a key that did not make the hashes in the database, under its number or a new one: with it no opt-out would
    /// be found.
    ///
    /// A database that has noted no key yet takes any.
    ///
    /// - Throws: ``PostgresError``.
    package func assertAddressKey(number: Int16, checkValue: [UInt8]) throws {
        let noted = try rows(.notedAddressKeys) { (number: try $0.int16(0), value: try $0.bytes(1)) }
        guard !noted.isEmpty, !noted.contains(where: { $0 == (number, checkValue) }) else { return }
        let numbers = noted.map { String($0.number) }.joined(separator: ", ")
        throw PostgresError(
            .other,
            "VEREDUS_ADDRESS_KEY \(number) is not the key that hashed the addresses in this database: that is number "
                + numbers,
            remedy: "Set the key that `veredus doctor` accepts; with another key opt-outs are not found"
        )
    }

    /// Refuses token keys that are not the ones known by their numbers: with them every link in a message would be dead.
    ///
    /// A number that is not known yet is noted with its key: the first program that starts with one decides.
    ///
    /// - Throws: ``PostgresError``.
    package func assertTokenKeys(_ checks: [KeyCheck]) throws {
        for check in checks {
            let noted = try rows(.noteTokenKey, [.int16(check.number), .bytes(check.value)]) { try $0.bytes(0) }
            guard noted.first != check.value else { continue }
            throw PostgresError(
                .other,
                "VEREDUS_TOKEN_KEYS: key \(check.number) is not the key that signs tokens under this number here",
                remedy: "Set the same key \(check.number) for every program, or give a new key a number that was never "
                    + "used; with a wrong key every link in a message answers 404"
            )
        }
    }
}

extension Statement {
    static let notedAddressKeys = Statement(
        "noted-address-keys",
        roles: [.worker, .web, .inbound],
        "SELECT key_version, check_value FROM key_checks WHERE purpose = 'address' ORDER BY key_version"
    )
    /// `$1` number of the key; `$2` check value. Returns what is noted.
    static let noteTokenKey = Statement(
        "note-token-key",
        roles: [.admin, .worker, .web, .inbound],
        "SELECT note_token_key($1::smallint, $2::bytea)"
    )
    static let rowSecurityBypasses = Statement(
        "row-security-bypasses",
        """
        SELECT r.rolname::text, CASE WHEN r.rolsuper THEN 'is superuser' ELSE 'has BYPASSRLS' END
        FROM pg_roles r WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(session_user, r.oid, 'MEMBER')
        UNION ALL
        SELECT DISTINCT r.rolname::text, 'owns tables'
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
            AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
            AND pg_has_role(session_user, r.oid, 'MEMBER')
        """
    )
    static let durabilitySettingsThatAreOff = Statement(
        "durability-settings",
        """
        SELECT s.name FROM unnest(ARRAY['fsync', 'full_page_writes', 'synchronous_commit']) AS s(name)
        WHERE current_setting(s.name) = 'off'
        """
    )
}
