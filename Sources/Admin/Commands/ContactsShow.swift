import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient
import Service

struct ContactsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show everything stored about an address: fields, lists, suppressions, deliveries, opt-outs.",
        discussion: "The audit log records the access."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var account: AccountOption
    @Option(help: "The reason, for the audit log.") var reason = ""
    @Argument(help: "The address.") var address: String

    func run() async throws {
        let address = try EmailAddress(address)
        var reader = try Session.settings(common)
        let (settings, key) = try reader.finished(
            PostgresSettings(reading: &reader),
            NumberedAddressHashKey(reading: &reader)
        )
        try await Session.run(settings) { session in
            let account = try await session.account(named: account.name)
            try await session.confirm(key)
            let card = try await session.database.card(
                of: address,
                hash: key.identity.addressHash(address),
                account: account.id,
                reason: reason
            )
            guard card.contact != nil || !card.suppressions.isEmpty || !card.proofs.isEmpty else {
                throw AdminFailure(.badData, "account \"\(account.name)\" has no contact with that address")
            }
            if output.json { session.console.print(card.json) } else { session.console.print(card.text) }
        }
    }
}

extension ContactCard {
    var text: String {
        var lines: [String] = []
        if let contact {
            lines.append("contact \(contact.id): \(contact.address), since \(Timestamp.text(contact.createdAt))")
            lines.append("fields  \(String(decoding: contact.attributes, as: UTF8.self))")
        } else {
            lines.append("no contact")
        }
        for membership in memberships {
            let status = membership.isSubscribed ? "subscribed" : "unsubscribed \(Timestamp.text(membership.changedAt))"
            lines.append(
                "list \(membership.list): \(status), consent of \(Timestamp.text(membership.consentedAt)) (\(membership.source))"
            )
        }
        for suppression in suppressions {
            let list = suppression.list == 0 ? "" : " \(suppression.list)"
            lines.append(
                "suppressed: \(suppression.scopeName)\(list), \(suppression.reasonName) (\(suppression.source)), "
                    + Timestamp.text(suppression.createdAt)
            )
        }
        for delivery in deliveries {
            let code = delivery.code == 0 ? "" : ", reply \(delivery.code)"
            let words = delivery.words.isEmpty ? "" : ": \(delivery.words)"
            let reason = delivery.reason == 0 ? "" : ", \(delivery.reasonName)"
            lines.append(
                "campaign \(delivery.campaign) (\(delivery.campaignName)): \(delivery.stateName)\(reason)\(code), "
                    + Timestamp.text(delivery.changedAt) + words
            )
        }
        lines += proofs.map(\.text)
        return lines.joined(separator: "\n")
    }
}

extension OptOutProof {
    var text: String {
        let what = undoes.map { "undo of \($0)" } ?? (list == 0 ? actionName : "\(actionName) \(list)")
        let by = message.map { "campaign \($0.campaign) message \($0.seq)" } ?? "\"\(source)\""
        return "proof \(number): \(what) by \(wayName), \(by), "
            + "\(recalled) recalled, \(onTheirWay) in flight, \(Timestamp.text(at))"
    }
}

extension SuppressionFacts {
    var scopeName: String { SuppressionScope.name(of: scope) }
    var reasonName: String { SuppressionReason.name(of: reason) }
}

extension ContactCard.Delivery {
    var stateName: String { DeliveryState.name(of: state) }
    var reasonName: String { DeliveryReason.name(of: reason) }
}
