import ArgumentParser

struct ContactsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contacts",
        abstract: "Import, export, show and erase contacts.",
        subcommands: [ContactsImport.self, ContactsExport.self, ContactsShow.self, ContactsErase.self]
    )
}
