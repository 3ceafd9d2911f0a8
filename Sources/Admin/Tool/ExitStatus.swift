import ArgumentParser

/// The exit codes of every command, after sysexits.h; 1, as diff(1) has it, for totals that do not agree.
enum ExitStatus: Int32, CaseIterable {
    case differs = 1
    case usage = 64
    case badData = 65
    case noInput = 66
    case unavailable = 69
    case internalError = 70
    case cannotCreate = 73
    case outputLost = 74
    case temporary = 75
    case noPermission = 77
    case configuration = 78

    var meaning: String {
        switch self {
        case .differs: "`campaign audit` found something that does not agree"
        case .usage: "the command line cannot be read"
        case .badData: "what was given is wrong or not possible now: a file, a template, a name, a campaign's state"
        case .noInput: "a file cannot be opened"
        case .unavailable: "a server cannot be reached, or `doctor` found one that does not serve"
        case .internalError: "a mistake in the program: please report it"
        case .cannotCreate: "a file cannot be written"
        case .outputLost: "standard output could not be written: what is there is not all"
        case .temporary: "it may work in a moment: the server was busy or went away; the same command goes on"
        case .noPermission: "a log-in was refused, or the role may not do this"
        case .configuration: "a setting is missing or wrong, or the schema is not this program's"
        }
    }

    static var table: String {
        (["  0  it worked"] + allCases.map { ($0.rawValue < 10 ? "  " : " ") + "\($0.rawValue)  \($0.meaning)" })
            .joined(separator: "\n")
    }
}

struct ExitCodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exit-codes",
        abstract: "What the exit codes mean.",
        discussion: ExitStatus.table
    )

    func run() async throws {
        CommandEnvironment.current.console.print(ExitStatus.table)
    }
}
