import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Say who may sign in to the dashboard.",
        discussion: """
            A password never stands on a command line: add and reset print a link that sets one. It works once, within \
            24 hours, on the dashboard that VEREDUS_DASHBOARD_URL names. Give it to that person alone.
            """,
        subcommands: [Add.self, List.self, Reset.self, Disable.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add somebody, and print the link that sets their password.",
            discussion: """
                Of an account: viewer looks, editor also runs campaigns, owner also manages people. Of the service, \
                without --account: admin may do everything and looks at an account for a reason that is kept, support \
                looks without contacts' addresses, billing sees counts, marketing sees no account's data.
                """
        )
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The account's name; none for staff of the service.") var account: String?
        @Option(help: "owner, editor or viewer; of staff admin, support, billing or marketing.") var role: Role
        @Argument(help: "What they sign in with, such as an e-mail address.") var login: String

        func validate() throws {
            guard LoginName.normalised(login) != nil else { throw ValidationError(LoginName.rule) }
            guard role.isStaff == (account == nil) else {
                throw ValidationError(
                    role.isStaff
                        ? "\(role.rawValue) is a role of staff: leave --account out"
                        : "\(role.rawValue) is a role within an account: say which with --account"
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
                    throw AdminFailure.naming(error, taken: "somebody has the login \(login) already")
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show who may sign in: of an account, or staff.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The account's name; none for staff of the service.") var account: String?

        func run() async throws {
            try await Session.run(common) { session in
                var owner: AccountID?
                if let account { owner = try await session.account(named: account).id }
                let people = try await session.database.people(of: owner)
                if output.json { return session.console.print(.array(people.map(\.json))) }
                session.console.print(
                    Table(
                        ["LOGIN", "ROLE", "PASSWORD", "CREATED"],
                        people.map { person in
                            [
                                person.login, person.role.rawValue,
                                person.isDisabled ? "may not sign in" : person.hasPassword ? "set" : "not set yet",
                                Timestamp.text(person.createdAt),
                            ]
                        }
                    ).text
                )
            }
        }
    }

    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a link that sets a new password.",
            discussion: "The old password works until then. Once the link is used, every session of that person ends."
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
            abstract: "Let somebody sign in no more, and end their sessions at once."
        )
        @OptionGroup var common: CommonOptions
        @Argument(help: "The login.") var login: String

        func run() async throws {
            try await Session.run(common) { session in
                let person = try await session.person(named: login)
                guard try await session.database.disable(person.id, account: person.account) != nil else {
                    throw AdminFailure(.badData, "\(login) may not sign in already")
                }
                session.console.print("\(login.lowercased()) may not sign in any more")
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
            throw AdminFailure(.badData, "nobody has the login \(login). `veredus user list` shows who has one")
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
        guard let login else { throw AdminFailure(.badData, "that person may not sign in any more") }
        let link = "\(address.url)/reset/\(token.text)"
        if isJSON { return console.print(["login": .string(login), "link": .string(link)]) }
        console.say("\(login) sets a password here, once, within 24 hours:")
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
