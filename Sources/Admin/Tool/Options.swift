import ArgumentParser
import Core
import Service

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

/// Options of every command that lists rows of which there may be many.
struct PageOptions: ParsableArguments {
    @Option(help: "Maximum number of rows, 1 to 10,000.") var limit: Int32 = 100
    @Option(help: "The next page: `next_cursor` of the page before, which also follows its table.") var cursor: String?

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be 1 to 10000") }
    }

    /// Where the page begins; `nil` for the first.
    func cursor(_ kind: PageCursor.Kind) throws(AdminFailure) -> PageCursor? {
        guard let cursor else { return nil }
        guard let place = PageCursor(cursor, kind: kind) else {
            throw AdminFailure(.usage, "--cursor is not a cursor from a page of this list")
        }
        return place
    }

    /// The number in the cursor, for lists that grow upwards.
    func after(_ kind: PageCursor.Kind) throws(AdminFailure) -> Int64 { try cursor(kind)?.numbers[0] ?? 0 }

    /// The same for lists with the newest first.
    func before(_ kind: PageCursor.Kind) throws(AdminFailure) -> Int64 { try cursor(kind)?.numbers[0] ?? .max }
}

extension Console {
    /// A page as JSON, like the API's, or as a table and how to go on.
    func show(_ items: [JSONValue], next: PageCursor?, _ output: OutputOptions, table: () -> Table) {
        guard !output.json else { return print(.page(items, next: next)) }
        print(table().text)
        if let next { sayMore(next) }
    }

    /// How to see the next page.
    func sayMore(_ next: PageCursor) { say("more: --cursor \(next.text)") }
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
