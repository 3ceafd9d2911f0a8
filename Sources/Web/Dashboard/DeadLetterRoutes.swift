import Core
import Database
import Hummingbird
import Service
import Templates

/// Dead letters, read-only; the operator's command line requeues or discards them.
extension Dashboard {
    func addDeadLetters(to router: Router<WebContext>) {
        accountPage(router, "dead-letters", needs: .seeDeadLetters) { request, _, visit in
            let page = try ListPage(request) { _ in .deadLetters }
            let groups = try await visit.database.deadLetterGroups(of: visit.account, campaign: nil)
            let messages = try await visit.database.waitingDeadLetters(
                of: visit.account,
                DeadLetterSelection(),
                after: page.after,
                through: .max,
                limit: Int(ListPage.rows)
            )
            let fields: [String: MergeValue] = [
                "has": .bool(!groups.isEmpty),
                "groups": .list(
                    groups.map { group in
                        [
                            "reason": .of(group.reason.name), "cause": .of(group.cause), "count": .of(group.count),
                            "example": .of(String(group.example)), "newest": .moment(group.newestAt),
                        ]
                    }
                ),
                "messages": .list(
                    messages.map { message in
                        [
                            "number": .of(String(message.id)), "reason": .of(message.reason.name),
                            "campaign": message.key.map { .of(String($0.campaign)) } ?? .bool(false),
                            "row": .of(message.row.map { $0.state.name } ?? "–"), "detail": .of(message.detail),
                        ]
                    }
                ),
            ]
            return try Views.respond(
                Views.deadLetters,
                title: "Dead letters",
                visit: visit.visit,
                section: "Dead letters",
                fields.merging(page.fields(next: messages.next(ListPage.rows) { PageCursor(.deadLetters, [$0.id]) })) {
                    $1
                }
            )
        }
        accountPage(router, "dead-letters/:message", needs: .seeDeadLetters) { _, context, visit in
            guard let id = context.parameters.get("message", as: Int64.self),
                let message = try await visit.database.deadLetter(id, account: visit.account)
            else { throw Refusal.notThere }
            return try Views.respond(
                Views.deadLetter,
                title: "Dead letter \(id)",
                visit: visit.visit,
                section: "Dead letters",
                [
                    "number": .of(String(id)), "reason": .of(message.reason.name), "detail": .of(message.detail),
                    "campaign": message.campaign.map { .of(String($0)) } ?? .bool(false),
                    "seq": message.seq.map { .of(String($0)) } ?? .bool(false),
                    "state": .of(message.state?.name ?? "–"), "worker": .of(message.worker),
                    "attempt": .of(String(message.attempt)), "queue": .of(message.queue),
                    "created": .moment(message.createdAt), "settled": .moment(message.settledAt),
                    "settlement": message.settlement.map { .of($0.name) } ?? .bool(false),
                    "envelope": .of(Self.shown(message.envelope)),
                ]
            )
        }
    }

    /// Job messages are ASCII; other bytes are shown as numbers.
    private static func shown(_ bytes: [UInt8]) -> String {
        bytes.prefix(2_000).map { byte in
            (0x20..<0x7F).contains(byte)
                ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
