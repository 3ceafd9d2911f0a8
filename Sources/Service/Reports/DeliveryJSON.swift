import Core
import Database

extension DeliveryFacts {
    /// `Delivery` in the API's document.
    package var json: JSONValue {
        [
            "seq": .number(seq), "contact": .number(contact), "state": .string(DeliveryState.name(of: state)),
            "reason": .string(DeliveryReason.name(of: reason)), "code": code == 0 ? .null : .number(code),
            "attempts": .number(attempts), "changed_at": .moment(changedAt),
            "email": .string(orNull: address.flatMap { $0.isEmpty ? nil : $0 }),
        ]
    }
}

extension ContactCard.Delivery {
    /// The same for one contact, with the campaign.
    var json: JSONValue {
        [
            "campaign": .number(campaign), "name": .string(campaignName), "seq": .number(seq),
            "state": .string(DeliveryState.name(of: state)), "reason": .string(DeliveryReason.name(of: reason)),
            "code": code == 0 ? .null : .number(code), "words": words.isEmpty ? .null : .string(words),
            "changed_at": .moment(changedAt),
        ]
    }
}

extension DeadLetterFacts {
    /// The job message as text if it is printable ASCII, as all of Veredus's are.
    package var messageText: String? {
        envelope.allSatisfy { (0x20..<0x7F).contains($0) } ? String(decoding: envelope, as: UTF8.self) : nil
    }

    package var messageHexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: envelope.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// `DeadLetter` in the API's document.
    package var json: JSONValue {
        [
            "id": .number(id), "campaign": .number(orNull: campaign), "seq": .number(orNull: seq),
            "reason": .string(reason.name), "detail": .string(detail), "worker": .string(worker),
            "attempt": .number(attempt), "queue": .string(queue), "created_at": .moment(createdAt),
            "settled_at": .moment(orNull: settledAt), "settlement": .string(orNull: settlement?.name),
            "state": .string(orNull: state?.name), "job_message": .string(orNull: messageText),
            "job_message_hex": .string(messageHexadecimal),
        ]
    }
}
