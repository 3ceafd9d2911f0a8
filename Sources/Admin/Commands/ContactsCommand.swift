import ArgumentParser

struct ContactsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contacts",
        abstract: "Import, export, list, show and erase contacts.",
        subcommands: [
            ContactsImport.self, ContactsExport.self, ContactsList.self, ContactsShow.self, ContactsErase.self,
        ]
    )
}
