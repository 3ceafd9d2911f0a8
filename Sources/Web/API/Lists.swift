import Core
import Database
import DatabaseClient
import Hummingbird
import Service

/// The account and its lists.
extension APICall {
    func showAccount() async throws -> APIReply {
        try takesNoParameters()
        guard let facts = try await database.account(account) else { throw APIProblem.notFound }
        let size = try await database.size(of: account)
        let key: JSONValue = [
            "prefix": .string(holder.prefix), "name": .string(holder.name),
            "scopes": .array(holder.scopes.map { .string($0) }), "expires_at": .moment(orNull: holder.expiresAt),
        ]
        return APIReply(facts.json(with: size).adding(["key": key]))
    }

    func showLists() async throws -> APIReply {
        let (limit, name, cursor) = try reading { ($0.limit(), $0.part("name") ?? "", $0.cursor(.lists)) }
        let lists = try await database.lists(
            of: account,
            named: name,
            after: cursor.map { Int32($0.numbers[0]) } ?? 0,
            limit: limit
        )
        return .page(lists.map(\.json), next: lists.next(limit) { PageCursor(.lists, [Int64($0.id)]) })
    }

    func showList() async throws -> APIReply {
        try takesNoParameters()
        guard let list = try await database.list(try id(), account: account) else { throw APIProblem.notFound }
        return APIReply(list.json)
    }

    func createList() async throws -> APIReply {
        try takesNoParameters()
        var reader = try FieldReader(body: body)
        let name = reader.name("name", isRequired: true) ?? ""
        try reader.finish()
        let database = database
        do {
            return try await once { [account] connection in
                let id = try connection.createList(named: name, account: account, by: database.actor)
                let facts = ListFacts(id: id, name: name, createdAt: currentSeconds(), subscribed: 0, unsubscribed: 0)
                return APIReply(facts.json, status: .created, location: "/api/v1/lists/\(id)")
            }
        } catch let error as PostgresError where error.kind == .uniqueViolation {
            throw APIProblem.conflict("name-taken", "A list with that name already exists.")
        }
    }

    /// The name of a list of the account.
    func listName(_ list: Int, pointer: String) async throws -> String {
        let name = try await database.listName(Int32(list), account: account)
        guard let name else { throw APIProblem.invalid([.init(pointer: pointer, detail: "there is no such list")]) }
        return name
    }
}
