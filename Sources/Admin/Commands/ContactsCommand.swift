import ArgumentParser

struct ContactsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contacts",
        abstract: "Import, export and show contacts.",
        subcommands: [ContactsImport.self, ContactsExport.self, ContactsShow.self]
    )
}
