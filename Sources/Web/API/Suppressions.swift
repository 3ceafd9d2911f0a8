import Bootstrap
import Core
import Database
import Hummingbird
import Service

/// The account's suppressions.
extension APICall {
    /// Without addresses: a suppression stores only a hash.
    func showSuppressions() async throws -> APIReply {
        let (limit, cursor) = try reading { ($0.limit(), $0.cursor(.suppressions)) }
        let after = cursor.map { cursor in
            SuppressionPageRow.Key(
                hash: cursor.hash,
                hashKey: Int16(clamping: cursor.numbers[0]),
                scope: Int16(clamping: cursor.numbers[1]),
                list: Int32(cursor.numbers[2]),
                reason: Int16(clamping: cursor.numbers[3])
            )
        }
        let rows = try await database.suppressions(of: account, after: after, limit: limit)
        let next = rows.next(limit) { last in
            let key = last.key
            return PageCursor(
                .suppressions,
                [Int64(key.hashKey), Int64(key.scope), Int64(key.list), Int64(key.reason)],
                hash: key.hash
            )
        }
        return .page(rows.map { $0.facts.json(contact: $0.contact) }, next: next)
    }

    func suppress() async throws -> APIReply {
        try takesNoParameters()
        var reader = try FieldReader(body: body)
        let address = reader.address("email", isRequired: true)
        let scope = reader.choice("scope", SuppressionScope.self) ?? .marketing
        let list = reader.whole("list", 1...Int(Int32.max))
        let note = reader.text("note", upTo: 500, isRequired: true)
        if let note, CardNumber.isIn(note.utf8) {
            reader.noteInvalid("note", "holds \(CardNumber.refusal)")
        }
        if !SuppressAddress.isWhole(scope: scope, hasList: list != nil) {
            reader.noteInvalid("list", SuppressAddress.listRule)
        }
        try reader.finish()
        guard let address, let note else { throw APIProblem.internalError }
        if let list { _ = try await listName(list, pointer: "/list") }
        let key = try await addressKey()
        let receipt = try await SuppressAddress(
            address,
            scope: scope,
            list: list.map { Int32($0) },
            note: note,
            by: .api
        )
        .store(of: account, in: database, identity: key.identity, number: key.number)
        await parts.journal?.flush()
        return APIReply(receipt.json(scope: scope), status: receipt.isNew ? .created : .ok)
    }
}
