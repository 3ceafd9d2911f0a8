import DatabaseClient
import Foundation
import TestKit
import Testing

@testable import Admin

/// `veredus migrate --bootstrap` on a server that knows nothing of Veredus.
@Suite(.enabled(if: PrivateDatabase.isAvailable), .timeLimit(.minutes(2))) struct BootstrappedServerTests {
    @Test func `a new server gets roles, database and schema, and a repeat finds them`() async throws {
        let cluster = try await PostgresCluster.start()
        try await Tool.withEmptyDatabase { tool in
            let passwords = StatementRole.allCases.map { "\($0.rawValue)=secret of \($0.rawValue)" }
            let file = tool.file("passwords", "# made by hand\n" + passwords.joined(separator: "\n") + "\n")
            let owner = Self.url("veredus_owner", "secret%20of%20veredus_owner", cluster)
            let settings: [String: String?] = [
                "VEREDUS_OWNER_URL": owner, "VEREDUS_DATABASE_URL": Self.url("veredus_admin", "x", cluster),
                "VEREDUS_ROLE_PASSWORDS": file,
            ]
            let bootstrap = ["migrate", "--bootstrap", Self.superuser(cluster), "--json"]
            let first = await tool.run(bootstrap, setting: settings)
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.output.contains("\"applied\":[1"))
            #expect(first.errors.contains("database totals created"))
            #expect(first.errors.contains("role veredus_worker created"))
            #expect(!first.errors.contains("has no password of"), "all have one")
            #expect(!(first.output + first.errors).contains("secret of"))

            let again = await tool.run(bootstrap, setting: settings)
            #expect(again.status == 0, "\(again.errors)")
            #expect(again.output.contains("\"applied\":[]"))
            #expect(!again.errors.contains("created"))
            // Without the superuser, as its owner.
            let plain = await tool.run(["migrate"], setting: settings)
            #expect(plain.status == 0, "\(plain.errors)")
            #expect(plain.output.contains("the schema is up to date"))
            let few = tool.file("few", "veredus_worker=x\n")
            chmod(few, 0o644)
            let lacking = await tool.run(bootstrap, setting: settings.merging(["VEREDUS_ROLE_PASSWORDS": few]) { $1 })
            #expect(lacking.status == 0, "\(lacking.errors)")
            #expect(lacking.errors.contains("has no password of veredus_owner, "), "\(lacking.errors)")
            #expect(lacking.errors.contains("everybody on this machine can read \(few)"), "\(lacking.errors)")
            // An owner's URL without a password names the database only.
            let bare = "postgresql://veredus_owner@127.0.0.1:\(cluster.port)/totals?sslmode=disable"
            let nameOnly = await tool.run(bootstrap, setting: settings.merging(["VEREDUS_OWNER_URL": bare]) { $1 })
            #expect(nameOnly.status == 0, "\(nameOnly.errors)")
            // And the operator can begin.
            let admin = Self.url("veredus_admin", "secret%20of%20veredus_admin", cluster)
            let account = await tool.run(["account", "create", "acme"], setting: ["VEREDUS_DATABASE_URL": admin])
            #expect(account.status == 0, "\(account.errors)")
        }
        try await cluster.stop(.fast)
    }

    @Test func `what keeps a bootstrap from its work is named, and nothing is half done`() async throws {
        let cluster = try await PostgresCluster.start()
        try await Tool.withEmptyDatabase { tool in
            let owner = Self.url("veredus_owner", "x", cluster)
            let wrong = "postgresql://postgres:wrong@127.0.0.1:\(cluster.port)/postgres?sslmode=disable"
            let nobody = "postgresql://postgres:x@127.0.0.1:1/postgres?sslmode=disable"
            let bad = tool.file("bad", "veredus_worker=x\nveredus_king=y\n")
            let cases: [(arguments: [String], passwords: String?, status: Int32, says: [String], because: Comment)] = [
                (["--bootstrap", wrong], nil, 77, ["postgres", "password"], "a wrong password"),
                (["--bootstrap", nobody], nil, 69, ["127.0.0.1:1"], "nobody listens there"),
                (["--bootstrap", "postgres"], nil, 64, ["--bootstrap"], "not a URL"),
                (["--bootstrap", Self.superuser(cluster)], bad, 78, ["line 2"], "no such role"),
                (["--bootstrap", Self.superuser(cluster)], "/none", 78, ["VEREDUS_ROLE_PASSWORDS"], "no file"),
            ]
            for row in cases {
                let outcome = await tool.run(
                    ["migrate"] + row.arguments,
                    setting: ["VEREDUS_OWNER_URL": owner, "VEREDUS_ROLE_PASSWORDS": row.passwords]
                )
                #expect(outcome.status == row.status, "\(row.because): \(outcome.errors)")
                for word in row.says { #expect(outcome.errors.contains(word), "\(row.because): \(outcome.errors)") }
                #expect(!outcome.errors.contains("wrong@"), row.because)
            }
        }
        let server = try await PostgresConnection.open(cluster.superuser, name: "test")
        let roles = try await server.rows(.countRoles) { try $0.int64(0) }
        #expect(roles == [0])
        await server.close()
        try await cluster.stop(.fast)
    }

    private static func superuser(_ cluster: PostgresCluster) -> String {
        let password = cluster.superuser.password ?? ""
        return "postgresql://postgres:\(password)@127.0.0.1:\(cluster.port)/postgres?sslmode=disable"
    }

    private static func url(_ role: String, _ password: String, _ cluster: PostgresCluster) -> String {
        "postgresql://\(role):\(password)@127.0.0.1:\(cluster.port)/totals?sslmode=disable"
    }
}

extension Statement {
    fileprivate static let countRoles = Statement(
        "count-roles",
        "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'veredus%'"
    )
}
