import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient
import Service

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Manage dashboard users.",
        discussion: """
            Passwords never appear on a command line: add and reset print a link that sets one. It works once, within \
            24 hours, on the dashboard that VEREDUS_DASHBOARD_URL names. Give it only to that user.
            """,
        subcommands: [Add.self, List.self, Reset.self, Disable.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a user and print the link that sets the password.",
            discussion: """
                In an account: viewer reads, editor also runs campaigns, owner also manages users. For staff, without \
                --account: admin may do everything and access an account for a recorded reason, support reads without \
                contacts' addresses, billing sees counts, marketing sees no account's data.
                """
        )
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The account's name; leave it out for staff.") var account: String?
        @Option(help: "owner, editor or viewer; for staff: admin, support, billing or marketing.") var role: Role
        @Argument(help: "The login, such as an e-mail address.") var login: String

        func validate() throws {
            guard LoginName.normalised(login) != nil else { throw ValidationError(LoginName.rule) }
            guard role.isStaff == (account == nil) else {
                throw ValidationError(
                    role.isStaff
                        ? "\(role.rawValue) is a staff role: leave out --account"
                        : "\(role.rawValue) is a role in an account: name it with --account"
                )
            }
        }

        func run() async throws {
            try await withDashboard(common) { session, address in
                let login = LoginName.normalised(login) ?? login
                var owner: AccountID?
                if let account { owner = try await session.account(named: account).id }
                do {
                    let id = try await session.database.addPerson(login, role: role, account: owner)
                    try await session.printLink(for: id, account: owner, address, isJSON: output.json)
                } catch {
                    throw AdminFailure.naming(error, taken: "the login \(login) is already taken")
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List an account's users, or staff.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var page: PageOptions
        @Option(help: "The account's name; leave it out for staff.") var account: String?
        @Option(help: "Only those with this in their login.") var login = ""

        func run() async throws {
            let after = Int32(clamping: try page.after(.users))
            try await Session.run(common) { session in
                var owner: AccountID?
                if let account { owner = try await session.account(named: account).id }
                let people = try await session.database.people(
                    of: owner,
                    named: login,
                    after: after,
                    limit: page.limit
                )
                let next = people.next(page.limit) { PageCursor(.users, [Int64($0.id)]) }
                session.console.show(people.map(\.json), next: next, output) {
                    Table(
                        ["LOGIN", "ROLE", "PASSWORD", "CREATED"],
                        people.map { person in
                            [
                                person.login, person.role.rawValue,
                                person.isDisabled ? "disabled" : person.hasPassword ? "set" : "not set yet",
                                Timestamp.text(person.createdAt),
                            ]
                        }
                    )
                }
            }
        }
    }

    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a link that sets a new password.",
            discussion:
                "A link that was made earlier no longer works. The old password works until the new one is set, which ends all of "
                + "the user's sessions."
        )
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The login.") var login: String

        func run() async throws {
            try await withDashboard(common) { session, address in
                let person = try await session.person(named: login)
                try await session.printLink(for: person.id, account: person.account, address, isJSON: output.json)
            }
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Disable a user and end the user's sessions at once."
        )
        @OptionGroup var common: CommonOptions
        @Argument(help: "The login.") var login: String

        func run() async throws {
            try await Session.run(common) { session in
                let person = try await session.person(named: login)
                guard try await session.database.disable(person.id, account: person.account) != nil else {
                    throw AdminFailure(.badData, "\(login) is already disabled")
                }
                session.console.print("disabled \(login.lowercased())")
            }
        }
    }
}

private func withDashboard(
    _ common: CommonOptions,
    _ body: (Session, DashboardSettings) async throws -> Void
) async throws {
    var reader = try Session.settings(common)
    let address = DashboardSettings(reading: &reader)
    let settings = try reader.finished(PostgresSettings(reading: &reader))
    try await Session.run(settings) { try await body($0, address) }
}

extension Session {
    fileprivate func person(named login: String) async throws -> (id: Int32, account: AccountID?) {
        guard let person = try await database.person(named: login.lowercased()) else {
            throw AdminFailure(.badData, "there is no user \(login). `veredus user list` lists users")
        }
        return person
    }

    fileprivate func printLink(
        for person: Int32,
        account: AccountID?,
        _ address: DashboardSettings,
        isJSON: Bool
    ) async throws {
        var random = SystemRandomNumberGenerator()
        let token = SecretToken(from: &random)
        let login = try await database.allowReset(of: person, account: account, hash: token.hash, seconds: 24 * 3_600)
        guard let login else { throw AdminFailure(.badData, "that user is disabled") }
        let link = "\(address.url)/reset/\(token.text)"
        if isJSON { return console.print(["login": .string(login), "link": .string(link)]) }
        console.say("link for \(login) to set a password; it works once, within 24 hours:")
        console.print(link)
    }
}

extension User {
    fileprivate var json: JSONValue {
        [
            "user": .number(id), "login": .string(login), "role": .string(role.rawValue),
            "created_at": .string(Timestamp.text(createdAt)), "has_password": .bool(hasPassword),
            "disabled": .bool(isDisabled),
        ]
    }
}

extension Role: ExpressibleByArgument {
    package static var allValueStrings: [String] { allCases.map(\.rawValue) }
}
