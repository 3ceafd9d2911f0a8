import Core
import Database
import DatabaseClient
import Hummingbird
import Service
import Templates

/// The account's users. Only its owner sets a password, through a link that works once.
extension Dashboard {
    func addUsers(to router: Router<WebContext>) {
        accountPage(router, "people", needs: .manageUsers) { request, _, visit in
            let page = try ListPage(request, searching: ["login"]) { _ in .users }
            let people = try await visit.database.people(
                of: visit.account,
                named: page["login"],
                after: Int32(clamping: page.after),
                limit: ListPage.rows
            )
            let fields: [String: MergeValue] = [
                "people": .list(people.map { Self.fields($0, isSelf: $0.id == visit.visit.session.user) }),
                "roles": .list(Role.ofAccounts.reversed().map { .of($0.rawValue) }), "sought": .of(page["login"]),
            ]
            return try Views.respond(
                Views.people,
                title: "Users",
                visit: visit.visit,
                section: "Users",
                fields.merging(page.fields(next: people.next(ListPage.rows) { PageCursor(.users, [Int64($0.id)]) })) {
                    $1
                }
            )
        }
        accountForm(router, "people", needs: .manageUsers) { form, _, visit in
            guard let role = Role(rawValue: form["role"]), !role.isStaff else {
                throw Refusal.badForm("Choose a role.")
            }
            let login = try Self.checkedLogin(form["login"])
            do {
                let id = try await visit.database.addPerson(login, role: role, account: visit.account)
                return try await resetPage(id, visit)
            } catch let error as PostgresError where error.kind == .uniqueViolation {
                throw Refusal.refused("The login \(login) is already taken. Choose another one.")
            }
        }
        accountForm(router, "people/:person/reset", needs: .manageUsers) { _, context, visit in
            try await resetPage(Self.person(in: context), visit)
        }
        accountForm(router, "people/:person/disable", needs: .manageUsers) { _, context, visit in
            let person = try Self.person(in: context)
            guard person != visit.visit.session.user else {
                throw Refusal.refused("You cannot disable yourself. Another owner can.")
            }
            guard try await visit.database.disable(person, account: visit.account) != nil else {
                throw Refusal.notThere
            }
            return .seeOther("/people")
        }
    }

    /// The link is shown once: the stored hash cannot restore it.
    private func resetPage(_ person: Int32, _ visit: AccountContext) async throws -> Response {
        var random = SystemRandomNumberGenerator()
        let token = SecretToken(from: &random)
        guard
            let login = try await visit.database.allowReset(
                of: person,
                account: visit.account,
                hash: token.hash,
                seconds: Self.resetSeconds
            )
        else { throw Refusal.notThere }
        return try Views.respond(
            Views.link,
            title: "A link for \(login)",
            visit: visit.visit,
            section: "Users",
            [
                "login": .of(login), "hours": .of(Int(Self.resetSeconds) / 3_600),
                // From the setting, never from the request: a forged Host must not appear in it.
                "link": .of("\(parts.settings.dashboardURL)/reset/\(token.text)"),
            ]
        )
    }

    private static func fields(_ person: User, isSelf: Bool) -> MergeValue {
        [
            "number": .of(String(person.id)), "login": .of(person.login), "role": .of(person.role.rawValue),
            "created": .moment(person.createdAt), "is_disabled": .bool(person.isDisabled),
            "has_password": .bool(person.hasPassword), "is_self": .bool(isSelf),
        ]
    }

    private static func person(in context: WebContext) throws -> Int32 {
        guard let person = context.parameters.get("person", as: Int32.self) else { throw Refusal.notThere }
        return person
    }

    private static func checkedLogin(_ text: String) throws -> String {
        guard let login = LoginName.normalised(text) else { throw Refusal.badForm(LoginName.rule) }
        return login
    }
}
