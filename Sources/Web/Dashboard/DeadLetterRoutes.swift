import Core
import Database
import Hummingbird
import Templates

/// Letters that nothing could be done with, to look at; the operator's tool decides about them.
extension Dashboard {
    private static let mostShown = 100

    func addDeadLetters(to router: Router<WebContext>) {
        accountPage(router, "dead-letters", needs: .seeDeadLetters) { _, _, visit in
            let groups = try await visit.database.deadLetterGroups(of: visit.account, campaign: nil)
            let letters = try await visit.database.waitingDeadLetters(
                of: visit.account,
                DeadLetterSelection(),
                after: 0,
                through: .max,
                limit: Self.mostShown
            )
            return try Views.respond(
                Views.deadLetters,
                title: "Dead letters",
                visit: visit.visit,
                section: "Dead letters",
                [
                    "has": .bool(!groups.isEmpty),
                    "groups": .list(
                        groups.map { group in
                            [
                                "reason": .of("\(group.reason)"), "cause": .of(group.cause), "count": .of(group.count),
                                "example": .of(String(group.example)), "newest": .moment(group.newestAt),
                            ]
                        }
                    ),
                    "letters": .list(
                        letters.map { letter in
                            [
                                "number": .of(String(letter.id)), "reason": .of("\(letter.reason)"),
                                "campaign": letter.key.map { .of(String($0.campaign)) } ?? .bool(false),
                                "row": .of(letter.row.map { $0.state.name } ?? "–"), "detail": .of(letter.detail),
                            ]
                        }
                    ),
                    "is_cut": .bool(letters.count == Self.mostShown), "most": .of(Self.mostShown),
                ]
            )
        }
        accountPage(router, "dead-letters/:letter", needs: .seeDeadLetters) { _, context, visit in
            guard let id = context.parameters.get("letter", as: Int64.self),
                let letter = try await visit.database.deadLetter(id, account: visit.account)
            else { throw Refusal.notThere }
            return try Views.respond(
                Views.deadLetter,
                title: "Dead letter \(id)",
                visit: visit.visit,
                section: "Dead letters",
                [
                    "number": .of(String(id)), "reason": .of("\(letter.reason)"), "detail": .of(letter.detail),
                    "campaign": letter.campaign.map { .of(String($0)) } ?? .bool(false),
                    "seq": letter.seq.map { .of(String($0)) } ?? .bool(false),
                    "state": .of(letter.state?.name ?? "–"), "worker": .of(letter.worker),
                    "attempt": .of(String(letter.attempt)), "queue": .of(letter.queue),
                    "created": .moment(letter.createdAt), "settled": .moment(letter.settledAt),
                    "settlement": letter.settlement.map { .of($0.name) } ?? .bool(false),
                    "envelope": .of(Self.shown(letter.envelope)),
                ]
            )
        }
    }

    /// An envelope is ASCII; what is not is shown as numbers.
    private static func shown(_ bytes: [UInt8]) -> String {
        bytes.prefix(2_000).map { byte in
            (0x20..<0x7F).contains(byte)
                ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
