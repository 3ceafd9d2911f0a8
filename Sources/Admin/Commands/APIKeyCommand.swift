import ArgumentParser
import Core
import Database
import Glibc

struct APIKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-key",
        abstract: "Make, show and revoke keys of the API.",
        discussion: """
            A key opens one account's data to a program, within its scopes: \
            \(APIScope.allCases.map(\.rawValue).joined(separator: ", ")).
            """,
        subcommands: [Create.self, Show.self, Revoke.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key, and show it this once.",
            discussion: "Only its hash is stored: a key that is lost is replaced by another."
        )
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var account: AccountOption
        @Option(help: "What it may do, several with commas or repeated.") var scope: [String]
        @Option(help: "When it ends, with its offset from UTC: 2027-01-31T00:00:00Z (default: never).")
        var expires: String?
        @Argument(help: "What it is for.") var name: String

        func run() async throws {
            try checkedName(name, of: "a key")
            let scopes = try Self.scopes(scope)
            let expiry = try expires.map { try Self.moment($0) }
            var random = SystemRandomNumberGenerator()
            let key = APIKey(using: &random)
            try await Session.run(common) { session in
                let account = try await session.account(named: account.name)
                let facts = try await session.database.createAPIKey(
                    key,
                    named: name,
                    scopes: scopes,
                    expiry: expiry,
                    account: account.id
                )
                if output.json {
                    guard case .object(let fields) = facts.json else { return }
                    return session.console.print(.object([.init(name: "key", value: .string(key.text))] + fields))
                }
                session.console.print(key.text)
                session.console.say(
                    "this is the only time that the key is shown; `veredus api-key revoke` names it \(key.prefix)"
                )
            }
        }

        private static func scopes(_ texts: [String]) throws(AdminFailure) -> [APIScope] {
            var scopes: [APIScope] = []
            for text in texts.flatMap({ $0.split(separator: ",") }) {
                guard let scope = APIScope(rawValue: String(text)) else {
                    let known = APIScope.allCases.map(\.rawValue).joined(separator: ", ")
                    throw AdminFailure(.usage, "--scope: \"\(text)\" is none; known are \(known)")
                }
                if !scopes.contains(scope) { scopes.append(scope) }
            }
            guard !scopes.isEmpty else { throw AdminFailure(.usage, "--scope must name one at least") }
            return scopes
        }

        private static func moment(_ text: String) throws(AdminFailure) -> Double {
            guard let seconds = Timestamp.seconds(text), seconds > Double(time(nil)) else {
                throw AdminFailure(
                    .usage,
                    "--expires: \"\(text)\" is no moment to come; write it with its offset from UTC: 2027-01-31T00:00:00Z"
                )
            }
            return seconds
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Show an account's keys.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var account: AccountOption

        func run() async throws {
            try await Session.run(common) { session in
                let account = try await session.account(named: account.name)
                let keys = try await session.database.apiKeys(of: account.id)
                if output.json { return session.console.print(.array(keys.map(\.json))) }
                session.console.print(
                    Table(
                        ["KEY", "NAME", "SCOPES", "LAST USED", "ENDS"],
                        keys.map { key in
                            [
                                key.prefix, key.name, key.scopes.joined(separator: " "),
                                key.lastUsedAt.map { String(Timestamp.text($0).prefix(10)) } ?? "never",
                                key.revokedAt.map { "revoked \(Timestamp.text($0))" }
                                    ?? key.expiresAt.map { Timestamp.text($0) } ?? "",
                            ]
                        }
                    ).text
                )
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let nobody in with a key any more.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var account: AccountOption
        @Option(help: "Why; for the audit log.") var reason = ""
        @Argument(help: "The beginning of the key, as `veredus api-key list` shows it.") var key: String

        func run() async throws {
            try await Session.run(common) { session in
                let account = try await session.account(named: account.name)
                // Whoever has the whole key at hand may give it; it is shown no further.
                let prefix = APIKey(key)?.prefix ?? key
                guard try await session.database.revokeAPIKey(prefix, account: account.id, reason: reason) else {
                    throw AdminFailure(
                        .badData,
                        "account \"\(account.name)\" has no such key that is not revoked. `veredus api-key list` shows them"
                    )
                }
                if output.json {
                    session.console.print(["prefix": .string(prefix), "revoked": .bool(true)])
                } else {
                    session.console.print("\(prefix) is revoked: it opens nothing from now on")
                }
            }
        }
    }
}

extension APIKeyFacts {
    fileprivate var json: JSONValue {
        func moment(_ seconds: Double?) -> JSONValue { .string(orNull: seconds.map { Timestamp.text($0) }) }
        return [
            "prefix": .string(prefix), "name": .string(name), "scopes": .array(scopes.map { .string($0) }),
            "created_at": .string(Timestamp.text(createdAt)),
            "last_used_on": .string(orNull: lastUsedAt.map { String(Timestamp.text($0).prefix(10)) }),
            "expires_at": moment(expiresAt), "revoked_at": moment(revokedAt),
        ]
    }
}
