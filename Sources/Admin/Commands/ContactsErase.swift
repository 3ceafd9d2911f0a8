import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient

struct ContactsErase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Erase a person's data from an account for good.",
        discussion: """
            Deletes address and fields, and the texts of servers and mails that may name the address. A number stays \
            for the totals, and a keyed hash that prevents any import or mailing. Queued messages are recalled. The \
            address need not be a contact. Backups and earlier exports keep their data.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var decision: DecisionOptions
    @OptionGroup var account: AccountOption
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
            guard decision.isConfirmed("Erase this person from \(account.name), for good?", session.console) else {
                if output.json { session.console.print(["done": .bool(false)]) }
                return
            }
            let receipt = try await session.database.erase(
                key.identity.addressHash(address),
                hashKey: key.number,
                account: account.id,
                reason: decision.reason
            )
            await session.awaitJournal()
            let suppression = receipt.suppression
            if output.json {
                return session.console.print([
                    "done": .bool(true), "contacts": .number(receipt.contacts),
                    "recalled": .number(suppression.recalled),
                    "already_on_their_way": .number(suppression.alreadyOnTheirWay),
                ])
            }
            session.console.print(
                (receipt.contacts > 0 ? "erased" : "nothing to erase; the address stays suppressed")
                    + ": \(suppression.recalled) queued messages recalled, \(suppression.alreadyOnTheirWay) "
                    + "already in flight"
            )
        }
    }
}
