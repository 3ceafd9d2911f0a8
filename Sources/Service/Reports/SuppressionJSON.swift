import Core
import Database

extension SuppressionFacts {
    /// `Suppression` in the API's document; a suppression stores a hash, not the address.
    package func json(contact: ContactID?) -> JSONValue {
        [
            "contact": .number(orNull: contact), "scope": .string(SuppressionScope.name(of: scope)),
            "list": list == 0 ? .null : .number(list), "reason": .string(SuppressionReason.name(of: reason)),
            "source": .string(source), "created_at": .moment(createdAt),
        ]
    }
}

extension SuppressionRow {
    /// The hash in hexadecimal digits.
    package var hash: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: addressHash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// `Suppression` in the API's document, with fields that only the operator sees.
    package var json: JSONValue {
        [
            "number": .number(id), "address": .string(orNull: address), "hash": .string(hash), "key": .number(hashKey),
            "contact": .number(orNull: contact), "scope": .string(scope.name),
            "list": list == 0 ? .null : .number(list), "list_name": .string(orNull: list == 0 ? nil : listName),
            "reason": .string(reason.name), "source": .string(source), "created_at": .moment(createdAt),
        ]
    }
}

extension SuppressionReceipt {
    /// `SuppressionReceipt` in the API's document.
    package func json(scope: SuppressionScope) -> JSONValue {
        [
            "new": .bool(isNew), "scope": .string(scope.name), "contact": .number(orNull: contact),
            "recalled": .number(recalled), "already_on_their_way": .number(alreadyOnTheirWay),
        ]
    }
}
