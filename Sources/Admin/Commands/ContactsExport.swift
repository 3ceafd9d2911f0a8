import ArgumentParser
import Core
import Database
import Messages
import Service
import Templates

struct ContactsExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a list's contacts to standard output, as CSV or JSON lines.",
        discussion: """
            Columns: email, veredus:status, veredus:source, veredus:consented_at, then one for each field of the first \
            1,000 contacts, and veredus:attributes_json with all fields. An apostrophe precedes a cell that a \
            spreadsheet would take for a formula; an import removes it. An import ignores the columns of veredus and \
            skips unsubscribed contacts. Erased contacts are left out. The audit log records the export.
            """
    )
    private static let pageRows: Int32 = 1_000

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var account: AccountOption
    @Option(help: "The list's name.") var list: String
    @Option(help: "The reason, for the audit log.") var reason = ""

    func run() async throws {
        try await Session.run(common) { session in
            let account = try await session.account(named: account.name)
            let list = try await session.list(named: list, of: account)
            // Before the first row: an interrupted export also counts.
            try await session.database.audit(
                AuditEntry("contacts.export", "list \(list)", reason: reason),
                account: account.id
            )
            var last: ContactID = 0
            var fields: [String]?
            var count = 0
            while true {
                let page = try await session.database.members(
                    of: list,
                    account: account.id,
                    after: last,
                    limit: Self.pageRows
                )
                let names = fields ?? Self.fieldNames(in: page)
                if fields == nil, !output.json { session.console.write(Self.header(names)) }
                fields = names
                var bytes: [UInt8] = []
                for member in page where !member.contact.isErased {
                    count += 1
                    if output.json {
                        bytes += member.json.bytes + [UInt8(ascii: "\n")]
                    } else {
                        Self.append(member, names, to: &bytes)
                    }
                }
                session.console.write(bytes)
                guard page.count == Int(Self.pageRows), let end = page.last else { break }
                last = end.contact.id
            }
            session.console.say("\(grouped(count)) contacts")
        }
    }

    private static func fieldNames(in page: [MemberFacts]) -> [String] {
        var names: Set<String> = []
        for member in page {
            guard case .object(let fields) = (try? MergeValue(json: member.contact.attributes)) ?? .null else {
                continue
            }
            for field in fields where field.name.string != "email" { names.insert(field.name.string) }
        }
        return names.sorted()
    }

    private static func header(_ names: [String]) -> [UInt8] {
        let own = ["status", "source", "consented_at"].map { ColumnMap.ownPrefix + $0 }
        return CSVText.row((["email"] + own + names + [ColumnMap.ownPrefix + "attributes_json"]).map { Array($0.utf8) })
    }

    private static func append(_ member: MemberFacts, _ names: [String], to bytes: inout [UInt8]) {
        let value = (try? MergeValue(json: member.contact.attributes)) ?? .null
        var cells: [[UInt8]] = [
            Array(member.contact.address.utf8),
            Array((member.isSubscribed ? MembershipStatus.subscribed : .unsubscribed).name.utf8),
            Array(member.source.utf8), Array(Timestamp.text(member.consentedAt).utf8),
        ]
        for name in names {
            switch value.field(MergeText(name)) {
            case nil, .null: cells.append([])
            case .text(let text), .number(let text): cells.append(text.bytes)
            case .some(let other): cells.append(other.json.bytes)
            }
        }
        cells.append(member.contact.attributes)
        bytes += CSVText.row(cells)
    }
}
