import ArgumentParser
import Core
import Database
import Glibc
import Service

struct APIKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-key",
        abstract: "Create, list and revoke API keys.",
        discussion: """
            A key gives a program access to one account's data, within its scopes: \
            \(APIScope.allCases.map(\.rawValue).joined(separator: ", ")).
            """,
        subcommands: [Create.self, Show.self, Revoke.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a key and print it once.",
            discussion: "Only its hash is stored. Create another key to replace a lost one."
        )
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var account: AccountOption
        @Option(help: "Its scopes, separated by commas or repeated.") var scope: [String]
        @Option(help: "When it expires, with a UTC offset: 2027-01-31T00:00:00Z (default: never).")
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
                    "the key is shown only once; to revoke it: veredus api-key revoke \(key.prefix)"
                )
            }
        }

        private static func scopes(_ texts: [String]) throws(AdminFailure) -> [APIScope] {
            var scopes: [APIScope] = []
            for text in texts.flatMap({ $0.split(separator: ",") }) {
                guard let scope = APIScope(rawValue: String(text)) else {
                    let known = APIScope.allCases.map(\.rawValue).joined(separator: ", ")
                    throw AdminFailure(.usage, "--scope: \"\(text)\" is unknown; scopes are \(known)")
                }
                if !scopes.contains(scope) { scopes.append(scope) }
            }
            guard !scopes.isEmpty else { throw AdminFailure(.usage, "--scope must name at least one scope") }
            return scopes
        }

        private static func moment(_ text: String) throws(AdminFailure) -> Double {
            guard let seconds = Timestamp.seconds(text), seconds > Double(time(nil)) else {
                throw AdminFailure(
                    .usage,
                    "--expires: \"\(text)\" is not a future time; write it with a UTC offset: 2027-01-31T00:00:00Z"
                )
            }
            return seconds
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List an account's keys.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var page: PageOptions
        @OptionGroup var account: AccountOption
        @Option(help: "Only those with this in their name, in any case of letters.") var name = ""

        func run() async throws {
            let before = Int32(clamping: try page.before(.keys))
            try await Session.run(common) { session in
                let account = try await session.account(named: account.name)
                let keys = try await session.database.apiKeys(
                    of: account.id,
                    named: name,
                    before: before,
                    limit: page.limit
                )
                let next = keys.next(page.limit) { PageCursor(.keys, [Int64($0.id)]) }
                session.console.show(keys.map(\.json), next: next, output) {
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
                    )
                }
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke an API key.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var account: AccountOption
        @Option(help: "The reason, for the audit log.") var reason = ""
        @Argument(help: "The key's prefix, as `veredus api-key list` shows it.") var key: String

        func run() async throws {
            try await Session.run(common) { session in
                let account = try await session.account(named: account.name)
                // Accepts the whole key, too; it is not shown again.
                let prefix = APIKey(key)?.prefix ?? key
                guard try await session.database.revokeAPIKey(prefix, account: account.id, reason: reason) else {
                    throw AdminFailure(
                        .badData,
                        "account \"\(account.name)\" has no active key with that prefix. `veredus api-key list` lists its keys"
                    )
                }
                if output.json {
                    session.console.print(["prefix": .string(prefix), "revoked": .bool(true)])
                } else {
                    session.console.print("revoked \(prefix)")
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
