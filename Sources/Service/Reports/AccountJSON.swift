import Core
import Database

extension AccountFacts {
    package var json: JSONValue {
        ["id": .number(id), "name": .string(name), "created_at": .moment(createdAt)]
    }

    /// `Account` in the API's document, without the key of the request.
    package func json(with size: AccountSize) -> JSONValue {
        json.adding([
            "contacts": .number(size.contacts), "suppressions": .number(size.suppressions),
            "campaigns": .number(size.campaigns),
        ])
    }
}

extension ListFacts {
    /// `List` in the API's document.
    package var json: JSONValue {
        [
            "id": .number(id), "name": .string(name), "created_at": .moment(createdAt),
            "subscribed": .number(subscribed), "unsubscribed": .number(unsubscribed),
        ]
    }
}
