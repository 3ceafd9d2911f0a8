import Core
import Database
import Hummingbird
import Messages
import Service
import Templates

/// Contacts. The audit log records, by key, who reads addresses.
extension APICall {
    /// The limits of one request.
    private static let mostContacts = 1_000

    func showContacts() async throws -> APIReply {
        let (limit, list, search, cursor) = try reading { reader in
            let list = reader.whole("list", 1...Int64(Int32.max))
            let (address, field) = (reader.part("address"), reader.part("field"))
            var search = ContactSearch.all
            do throws(ContactSearch.Refused) {
                search = try ContactSearch(address: address, field: field)
            } catch {
                reader.noteInvalid(error.isField ? "field" : "address", error.reason)
            }
            if list != nil, search != .all { reader.noteInvalid("list", "goes with neither address nor field") }
            return (reader.limit(), list, search, reader.cursor(list == nil ? .of(search) : .members))
        }
        guard let list else {
            let page = try await database.contacts(
                of: account,
                search,
                after: cursor?.numbers[0] ?? 0,
                limit: limit
            )
            guard let page else {
                throw APIProblem.invalid([.init(pointer: "cursor", detail: ContactSearch.lostPlace)])
            }
            return .page(page.contacts.map(\.json), next: page.next.map { PageCursor(.of(search), [$0]) })
        }
        guard try await database.listName(Int32(list), account: account) != nil else {
            throw APIProblem.invalid([.init(pointer: "list", detail: "there is no such list")])
        }
        let page = try await database.contacts(
            on: Int32(list),
            of: account,
            after: cursor?.numbers[0] ?? 0,
            limit: limit
        )
        return .page(
            page.map { $0.contact.json.adding(["subscribed": .bool($0.isSubscribed)]) },
            next: page.next(limit) { PageCursor(.members, [$0.contact.id]) }
        )
    }

    func showContact() async throws -> APIReply {
        try takesNoParameters()
        guard let found = try await database.contact(try number(upTo: .max), account: account) else {
            throw APIProblem.notFound
        }
        return APIReply(found.json)
    }

    func upsertContacts() async throws -> APIReply {
        try takesNoParameters()
        let (list, source, items) = try await heavily { [body] _ in try Self.batch(body) }
        _ = try await listName(list, pointer: "/list")
        let key = try await addressKey()

        let read = try await heavily { _ in
            items.enumerated().map { Self.row($0.element, at: $0.offset, key.identity) }
        }
        let rows = read.compactMap { try? $0.get() }
        let target = ImportTarget(account: account, list: Int32(list), source: source, hashKey: key.number)
        var stored = try await database.upsert(rows, into: target)[...]
        let results = read.enumerated().map { index, row -> JSONValue in
            switch row {
            case .success: stored.popFirst()?.json(index: index) ?? .null
            case .failure(let rejected): rejected.json(index: index)
            }
        }
        return APIReply(["results": .array(results)])
    }

    private static func batch(_ body: [UInt8]) throws -> (list: Int, source: String, items: [MergeValue]) {
        var reader = try FieldReader(body: body)
        let list = reader.whole("list", 1...Int(Int32.max), isRequired: true)
        let source = reader.text("source", upTo: 200, isRequired: true)
        if let source, CardNumber.isIn(source.utf8) {
            reader.noteInvalid("source", "holds \(CardNumber.refusal)")
        }
        var items: [MergeValue] = []
        switch reader.value("contacts", isRequired: true) {
        case .list(let values) where (1...mostContacts).contains(values.count): items = values
        case nil: break
        default: reader.note("contacts", "must be 1 to \(mostContacts) contacts")
        }
        try reader.finish()
        guard let list, let source else { throw APIProblem.internalError }
        return (list, source, items)
    }

    /// A contact of the batch as a row, or all of its problems.
    private static func row(
        _ value: MergeValue,
        at index: Int,
        _ identity: AddressHashKey
    ) -> Result<ImportRow, RejectedContact> {
        guard case .object(let fields) = value else {
            let problem = APIProblem.Field(pointer: "/contacts/\(index)", detail: "must be an object")
            return .failure(RejectedContact(problems: [problem]))
        }
        var reader = FieldReader(fields, at: "/contacts/\(index)")
        let address = reader.address("email", isRequired: true)
        var attributes = MergeValue.object([])
        switch reader.value("attributes") {
        case nil: break
        case .object(let fields)?: attributes = .object(fields)
        default: reader.note("attributes", "must be an object")
        }
        if attributes.hasCardNumber {
            reader.note("attributes", "hold \(CardNumber.refusal)")
        }
        if case .object(let fields) = attributes, let found = ContactRules.optOut(in: fields) {
            reader.noteInvalid(
                "attributes",
                "\"\(found.field)\" says \(found.status.name): an opt-out elsewhere is no consent here. Suppress the address, "
                    + "or give the attribute another name"
            )
        }
        let json = attributes.json.bytes
        if let problem = ContactRules.problem(attributes: json) { reader.note("attributes", problem) }
        reader.noteUnknown()
        guard let address, reader.problems.isEmpty else {
            return .failure(RejectedContact(problems: reader.problems))
        }
        return .success(ImportRow(line: Int32(index), address: address, attributes: json, identity: identity))
    }
}

/// A rejected contact of a batch.
private struct RejectedContact: Error {
    let problems: [APIProblem.Field]

    func json(index: Int) -> JSONValue {
        [
            "index": .number(index), "outcome": "rejected", "contact": .null, "subscribed": .null,
            "suppressed": .null,
            "errors": .array(problems.map { ["pointer": .string($0.pointer), "detail": .string($0.detail)] }),
        ]
    }
}

extension UpsertedContact {
    fileprivate func json(index: Int) -> JSONValue {
        [
            "index": .number(index), "outcome": .string(outcome.rawValue),
            "contact": contact.map { .number($0) } ?? .null,
            "subscribed": isSubscribed.map { .bool($0) } ?? .null, "suppressed": .bool(isSuppressed),
            "errors": .array([]),
        ]
    }
}
