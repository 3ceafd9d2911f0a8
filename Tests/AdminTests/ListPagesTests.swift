import DatabaseClient
import FoundationEssentials
import TestKit
import Testing

@testable import Admin

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct ListPagesTests {
    /// The command line and what identifies a row.
    static let lists: [(command: [String], key: String)] = [
        (["account", "list"], "name"), (["account", "list", "--name", "MORE"], "name"),
        (["list", "list", "--account", "acme"], "name"), (["campaign", "list"], "id"),
        (["campaign", "list", "--account", "acme"], "id"),
        (["campaign", "list", "--account", "acme", "--name", "c", "--state", "draft"], "id"),
        (["user", "list", "--account", "acme"], "login"), (["user", "list"], "login"),
        (["api-key", "list", "--account", "acme"], "prefix"),
        (["suppressions", "list", "--account", "acme"], "number"),
        (["block", "list"], "number"), (["contacts", "list", "--account", "acme"], "id"),
        (["contacts", "list", "--account", "acme", "--address", "c"], "id"),
        (["contacts", "list", "--account", "acme", "--address", "@example.org"], "id"),
        (["contacts", "list", "--account", "acme", "--field", "city=Berlin"], "id"),
        (["contacts", "list", "--account", "acme", "--list", "news"], "id"),
    ]

    @Test func `every list is read page by page, in the API's words`() async throws {
        try await Tool.with { tool in
            try await tool.fill()
            for (command, key) in Self.lists {
                let whole = await tool.run(command + ["--json"])
                #expect(whole.status == 0 && whole.output.hasPrefix(#"{"items":["#), "\(command): \(whole.errors)")
                #expect(whole.output.hasSuffix("],\"next_cursor\":null}\n"), "\(command)")
                var keys: [String] = [], cursor: [String] = []
                repeat {
                    let page = await tool.run(command + ["--json", "--limit", "1"] + cursor)
                    #expect(page.status == 0, "\(command): \(page.errors)")
                    if let found = page.json(key) { keys.append(found) }
                    let next = page.json("next_cursor") ?? "null"
                    cursor = next == "null" ? [] : ["--cursor", next]
                } while !cursor.isEmpty
                #expect(keys.count >= 2 && Set(keys).count == keys.count, "\(command): \(keys)")
                #expect(whole.output.components(separatedBy: "\"\(key)\":").count > keys.count, "\(command)")
                let table = await tool.run(command + ["--limit", "1"])
                #expect(table.errors.hasPrefix("more: --cursor "), "\(command): \(table.errors)")
                #expect(await tool.run(command + ["--cursor", "x"]).status == 64, "\(command)")
                #expect(await tool.run(command + ["--limit", "0"]).status == 64, "\(command)")
            }
            for wrong in [
                ["--field", "city"], ["--address", "@"], ["--address", "a", "--field", "b=c"],
                ["--address", "a", "--list", "news"],
            ] {
                #expect(await tool.run(["contacts", "list", "--account", "acme"] + wrong).status == 64, "\(wrong)")
            }
            let audit = try await tool.sql(
                "SELECT DISTINCT subject FROM audit WHERE action = 'contacts.list' ORDER BY 1"
            )
            #expect(
                audit == ["a search by address", "a search by domain", "a search by field", "all contacts", "list 1"]
            )
        }
    }
}

extension Tool {
    /// Three of everything, with another account's beside them.
    fileprivate func fill() async throws {
        let connection = try await database.connect()
        try await connection.execute(
            """
            INSERT INTO accounts (name) VALUES ('one more'), ('two more');
            INSERT INTO lists (account_id, name) VALUES (1, 'b'), (1, 'c'), (2, 'theirs');
            INSERT INTO users (account_id, login, role)
            VALUES (1, 'u1', 'owner'), (1, 'u2', 'viewer'), (NULL, 's1', 'admin'), (NULL, 's2', 'support');
            INSERT INTO campaigns (account_id, list_id, name) VALUES (1, 1, 'c1'), (1, 1, 'c2'), (2, 4, 'theirs'), (1, 1, 'c3');
            INSERT INTO campaign_versions (campaign_id, version, account_id, subject, html, settings)
            SELECT campaign_id, 1, account_id, 's', 'h', '{}' FROM campaigns;
            INSERT INTO api_keys (account_id, name, prefix, hash, scopes)
            SELECT 1, 'k', 'vrd_' || n, sha256(n::text::bytea), '{contacts:read}' FROM generate_series(10000001, 10000003) n;
            INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain, attributes)
            SELECT a, k, k, 1, sha256(format('%s %s', a, k)::bytea), 1, 'example.org', '{"city": "Berlin"}'
            FROM generate_series(1, 2) a, generate_series(1, 3) n, format('c%s@example.org', n) k;
            INSERT INTO list_members (list_id, contact_id, account_id, source)
            SELECT 1, contact_id, 1, 'test' FROM contacts WHERE account_id = 1;
            INSERT INTO suppressions (account_id, key_version, address_hash, scope, reason)
            SELECT account_id, 1, address_hash, 0, 3 FROM contacts WHERE account_id = 1;
            INSERT INTO service_blocks (key_version, address_hash, reason, created_by)
            SELECT 1, address_hash, 'phishing', 'root' FROM contacts WHERE account_id = 1;
            """
        )
        await connection.close()
    }
}
