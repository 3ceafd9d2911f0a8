import ArgumentParser
import Core

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(help: "A file of NAME=VALUE lines; the environment overrides it.", completion: .file())
    var settings: String?
}

/// What every command takes that prints something.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON.")
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

/// What every command takes that decides something for good.
struct DecisionOptions: ParsableArguments {
    @Option(help: "The reason, for the audit log.") var reason: String
    @Flag(help: "Confirm without a prompt; needed where there is no terminal.") var yes = false

    func validate() throws {
        try checkReason(reason)
    }

    /// Whether to go on, once the plan was shown; says so where nothing will be changed.
    func isConfirmed(_ question: String, _ console: Console) -> Bool {
        if yes || console.ask?(question) ?? false { return true }
        console.say("nothing was changed" + (console.ask == nil ? "; use --yes to apply it" : ""))
        return false
    }
}

/// A reason that is kept in the audit log: it says something, and nothing that may not be stored.
func checkReason(_ reason: String) throws(ValidationError) {
    guard !reason.allSatisfy(\.isWhitespace), !CardNumber.isIn(reason.utf8) else {
        throw ValidationError("--reason must not be empty or contain a payment card number")
    }
}
