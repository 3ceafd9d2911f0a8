import Core
import Database
import Hummingbird
import Service
import Templates

/// Staff see names of accounts, or counts; to access one they give a reason, which the audit log keeps.
extension Dashboard {
    func addStaff(to router: Router<WebContext>) {
        page(router, "accounts", needs: nil) { request, _, visit in
            guard visit.may(.lookAtAccounts) || visit.may(.seeCounts) else { throw Refusal.forbidden }
            return try await accountsPage(request, visit)
        }
        form(router, "accounts/:account/look", needs: .lookAtAccounts) { form, context, visit in
            guard let account = context.parameters.get("account", as: Int32.self) else { throw Refusal.notThere }
            let reason = form["reason"]
            guard (5...500).contains(reason.count), !CardNumber.isIn(reason.utf8) else {
                throw Refusal.badForm("Give a reason of 5 to 500 characters, without a payment card number.")
            }
            let named = try await visit.database.accountNames("", after: max(account, 1) - 1, limit: 1)
            guard named.first?.id == account else { throw Refusal.notThere }
            try await sessions.look(visit.token.hash, at: account, reason: reason, actor: visit.session.login)
            streams.end(visit.token.hash)
            return .seeOther("/campaigns")
        }
        form(router, "accounts/leave", needs: .lookAtAccounts) { _, _, visit in
            try await sessions.look(visit.token.hash, at: nil, reason: "", actor: visit.session.login)
            streams.end(visit.token.hash)
            return .seeOther("/accounts")
        }
    }

    private func accountsPage(_ request: Request, _ visit: DashboardContext) async throws -> Response {
        let page = try ListPage(request, searching: ["name"]) { _ in .accounts }
        let (name, after) = (page["name"], AccountID(clamping: page.after))
        let rows: [MergeValue]
        let next: PageCursor?
        if visit.may(.seeCounts) {
            let counts = try await visit.database.accountCounts(name, after: after, limit: ListPage.rows)
            next = counts.next(ListPage.rows) { PageCursor(.accounts, [Int64($0.account.id)]) }
            rows = counts.map { counts in
                [
                    "number": .of(String(counts.account.id)), "name": .of(counts.account.name),
                    "created": .moment(counts.account.createdAt), "contacts": .of(counts.contacts),
                    "campaigns": .of(counts.campaigns), "accepted": .of(counts.accepted),
                ]
            }
        } else {
            let accounts = try await visit.database.accountNames(name, after: after, limit: ListPage.rows)
            next = accounts.next(ListPage.rows) { PageCursor(.accounts, [Int64($0.id)]) }
            rows = accounts.map { account in
                ["number": .of(String(account.id)), "name": .of(account.name), "created": .moment(account.createdAt)]
            }
        }
        let fields: [String: MergeValue] = [
            "accounts": .list(rows), "counts": .bool(visit.may(.seeCounts)), "looks": .bool(visit.may(.lookAtAccounts)),
            "sought": .of(name),
        ]
        return try Views.respond(
            Views.accounts,
            title: "Accounts",
            visit: visit,
            section: "Accounts",
            fields.merging(page.fields(next: next)) { $1 }
        )
    }
}
