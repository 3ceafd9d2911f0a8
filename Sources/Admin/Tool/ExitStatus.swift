import ArgumentParser

/// The exit codes of every command, after sysexits.h; lower ones report the result of a command that worked.
enum ExitStatus: Int32, CaseIterable {
    case differs = 1
    case paused = 2
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
        case .differs: "`campaign audit` found differences"
        case .paused: "`campaign watch`: the campaign has paused automatically"
        case .usage: "the command line cannot be read"
        case .badData: "an input is wrong or not possible now: a file, a template, a name, a campaign's state"
        case .noInput: "a file cannot be opened"
        case .unavailable: "a server is unreachable, or `doctor` found a problem"
        case .internalError: "a bug; please report it"
        case .cannotCreate: "a file cannot be written"
        case .outputLost: "standard output could not be written and is incomplete"
        case .temporary: "the server was busy or went away; run the same command again"
        case .noPermission: "a login was refused, or the role lacks permission"
        case .configuration: "a setting is missing or wrong, or the schema does not match the program"
        }
    }

    static var table: String {
        (["  0  success"] + allCases.map { ($0.rawValue < 10 ? "  " : " ") + "\($0.rawValue)  \($0.meaning)" })
            .joined(separator: "\n")
    }
}

struct ExitCodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exit-codes",
        abstract: "Explain the exit codes.",
        discussion: ExitStatus.table
    )

    func run() async throws {
        CommandEnvironment.current.console.print(ExitStatus.table)
    }
}
