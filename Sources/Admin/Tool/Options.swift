import ArgumentParser
import Core

/// Options of every command.
struct CommonOptions: ParsableArguments {
    @Option(help: "A file of NAME=VALUE lines; the environment overrides it.", completion: .file())
    var settings: String?
}

/// Options of every command that prints a result.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false
}

/// The command's account.
struct AccountOption: ParsableArguments {
    @Option(name: .customLong("account"), help: "The account's name.")
    var name: String
}

/// The command's campaign.
struct CampaignArgument: ParsableArguments {
    @Argument(help: "The campaign's number.")
    var id: Int32

    func validate() throws {
        guard id > 0 else { throw ValidationError("a campaign's number is 1 or more") }
    }
}

/// Options of every irreversible command.
struct DecisionOptions: ParsableArguments {
    @Option(help: "The reason, for the audit log.") var reason: String
    @Flag(help: "Confirm without a prompt; needed where there is no terminal.") var yes = false

    func validate() throws {
        try checkReason(reason)
    }

    /// Whether to proceed after the plan was shown; says so if nothing is changed.
    func isConfirmed(_ question: String, _ console: Console) -> Bool {
        if yes || console.ask?(question) ?? false { return true }
        console.say("nothing was changed" + (console.ask == nil ? "; use --yes to apply it" : ""))
        return false
    }
}

/// A reason for the audit log: not empty, and without forbidden content.
func checkReason(_ reason: String) throws(ValidationError) {
    guard !reason.allSatisfy(\.isWhitespace), !CardNumber.isIn(reason.utf8) else {
        throw ValidationError("--reason must not be empty or contain a payment card number")
    }
}
