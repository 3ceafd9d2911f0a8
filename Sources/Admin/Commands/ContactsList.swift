import ArgumentParser
import Core
import Database
import Service

struct ContactsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List contacts, all of an account or those that are searched for.",
        discussion: """
            --address, --field and --list exclude each other. Where a value is frequent, a page may have fewer rows than \
            --limit, or none, and still have a next one. Erased contacts are left out. The audit log records the \
            access, not what was searched for.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var page: PageOptions
    @OptionGroup var account: AccountOption
    @Option(help: "Only addresses that begin with this, in any case of letters; with @ in front, those at this domain.")
    var address: String?
    @Option(help: "Only those with this value of a field: name=value, or town.zip=value for a field in another one.")
    var field: String?
    @Option(help: "Only the members of this list.") var list: String?

    func run() async throws {
        let search: ContactSearch
        do throws(ContactSearch.Refused) {
            search = try ContactSearch(address: address, field: field)
        } catch {
            throw AdminFailure(.usage, "\(error.isField ? "--field" : "--address") \(error.reason)")
        }
        guard list == nil || search == .all else {
            throw AdminFailure(.usage, "--list goes with neither --address nor --field")
        }
        let after = try page.after(list == nil ? .of(search) : .members)
        try await Session.run(common) { session in
            let account = try await session.account(named: account.name)
            guard let list else { return try await show(search, of: account.id, after: after, session) }
            let number = try await session.list(named: list, of: account)
            let members = try await session.database.contacts(
                on: number,
                of: account.id,
                after: after,
                limit: page.limit
            )
            show(
                members.map(\.contact),
                members.map { $0.contact.json.adding(["subscribed": .bool($0.isSubscribed)]) },
                next: members.next(page.limit) { PageCursor(.members, [$0.contact.id]) },
                session
            )
        }
    }

    private func show(_ search: ContactSearch, of account: AccountID, after: Int64, _ session: Session) async throws {
        let found = try await session.database.contacts(of: account, search, after: after, limit: page.limit)
        guard let found else { throw AdminFailure(.badData, "--cursor \(ContactSearch.lostPlace)") }
        let next = found.next.map { PageCursor(.of(search), [$0]) }
        show(found.contacts, found.contacts.map(\.json), next: next, session)
    }

    private func show(_ contacts: [ContactFacts], _ items: [JSONValue], next: PageCursor?, _ session: Session) {
        session.console.show(items, next: next, output) {
            Table(
                ["NUMBER", "ADDRESS", "SINCE", "FIELDS"],
                contacts.map { contact in
                    [
                        String(contact.id), contact.address, Timestamp.text(contact.createdAt),
                        String(decoding: contact.attributes, as: UTF8.self),
                    ]
                },
                cutting: 3,
                to: session.console.width
            )
        }
    }
}
