import Core
import Database
import Hummingbird
import Templates

/// Staff see names of accounts, or counts; to access one they give a reason, which the audit log keeps.
extension Dashboard {
    func addStaff(to router: Router<WebContext>) {
        page(router, "accounts", needs: nil) { _, _, visit in
            guard visit.may(.lookAtAccounts) || visit.may(.seeCounts) else { throw Refusal.forbidden }
            return try await accountsPage(visit)
        }
        form(router, "accounts/:account/look", needs: .lookAtAccounts) { form, context, visit in
            guard let account = context.parameters.get("account", as: Int32.self) else { throw Refusal.notThere }
            let reason = form["reason"]
            guard (5...500).contains(reason.count), !CardNumber.isIn(reason.utf8) else {
                throw Refusal.badForm("Give a reason of 5 to 500 characters, without a payment card number.")
            }
            guard try await visit.database.accountNames().contains(where: { $0.id == account }) else {
                throw Refusal.notThere
            }
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

    private func accountsPage(_ visit: DashboardContext) async throws -> Response {
        let rows: [MergeValue]
        if visit.may(.seeCounts) {
            rows = try await visit.database.accountCounts().map { counts in
                [
                    "number": .of(String(counts.account.id)), "name": .of(counts.account.name),
                    "created": .moment(counts.account.createdAt), "contacts": .of(counts.contacts),
                    "campaigns": .of(counts.campaigns), "accepted": .of(counts.accepted),
                ]
            }
        } else {
            rows = try await visit.database.accountNames().map { account in
                ["number": .of(String(account.id)), "name": .of(account.name), "created": .moment(account.createdAt)]
            }
        }
        return try Views.respond(
            Views.accounts,
            title: "Accounts",
            visit: visit,
            section: "Accounts",
            [
                "accounts": .list(rows), "counts": .bool(visit.may(.seeCounts)),
                "looks": .bool(visit.may(.lookAtAccounts)),
            ]
        )
    }
}
