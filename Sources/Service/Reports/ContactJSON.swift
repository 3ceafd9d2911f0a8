import Core
import Database

extension ContactFacts {
    /// `Contact` in the API's document.
    package var json: JSONValue {
        [
            "id": .number(id), "email": .string(address),
            "attributes": .literal(String(decoding: attributes, as: UTF8.self)), "created_at": .moment(createdAt),
        ]
    }
}

extension ContactCard.Membership {
    /// One of `lists` of `ContactWithLists` in the API's document.
    package var json: JSONValue {
        [
            "list": .string(list), "subscribed": .bool(isSubscribed), "source": .string(source),
            "consented_at": .moment(consentedAt), "changed_at": .moment(changedAt),
        ]
    }
}

extension MemberFacts {
    /// A contact of a list with its consent, for exports.
    package var json: JSONValue {
        contact.json.adding([
            "subscribed": .bool(isSubscribed), "source": .string(source), "consented_at": .moment(consentedAt),
        ])
    }
}

extension ContactWithLists {
    /// `ContactWithLists` in the API's document.
    package var json: JSONValue {
        contact.json.adding(["lists": .array(memberships.map(\.json)), "opt_outs": .array(proofs.map(\.json))])
    }
}

extension ContactCard {
    /// `ContactWithLists` in the API's document, and everything else stored about the address.
    package var json: JSONValue {
        let head = contact?.json ?? .object([])
        return head.adding([
            "lists": .array(memberships.map(\.json)),
            "suppressions": .array(suppressions.map { $0.json(contact: contact?.id) }),
            "deliveries": .array(deliveries.map(\.json)), "opt_outs": .array(proofs.map(\.json)),
        ])
    }
}

extension OptOutProof {
    /// One of `opt_outs` of `ContactWithLists` in the API's document.
    package var json: JSONValue {
        [
            "proof": .number(number), "at": .moment(at), "campaign": .number(orNull: message?.campaign),
            "seq": .number(orNull: message?.seq), "way": .string(wayName), "action": .string(actionName),
            "list": list == 0 ? .null : .number(list), "new": .bool(isNew), "recalled": .number(recalled),
            "already_on_their_way": .number(onTheirWay), "undoes": .number(orNull: undoes),
            "source": .string(source),
        ]
    }
}
