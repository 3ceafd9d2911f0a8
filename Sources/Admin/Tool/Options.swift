import ArgumentParser

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(help: "A file of NAME=VALUE lines; the environment comes before it.", completion: .file())
    var settings: String?
}

/// What every command takes that prints something.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON, for programs.")
    var json = false
}

/// The account that a command is about.
struct AccountOption: ParsableArguments {
    @Option(name: .customLong("account"), help: "The account's name.")
    var name: String
}

/// The campaign that a command is about.
struct CampaignArgument: ParsableArguments {
    @Argument(help: "The campaign's number.")
    var id: Int32

    func validate() throws {
        guard id > 0 else { throw ValidationError("a campaign's number is 1 or more") }
    }
}
