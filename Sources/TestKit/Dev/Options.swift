/// The `NAME=VALUE` options of a command: from its arguments, else from the environment, else a default.
struct Options {
    private let arguments: [String: String]
    private let environment: [String: String]

    /// - Parameters:
    ///   - names: The command's options.
    ///   - arguments: The arguments on the command line.
    ///   - environment: An empty variable counts as one that is not set.
    /// - Throws: ``Failure`` of usage, for an argument that is not `NAME=VALUE` with a NAME of `names`.
    init(_ names: [String], _ arguments: [String], environment: [String: String]) throws {
        var given: [String: String] = [:]
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, names.contains(parts[0]) else {
                throw Failure.usage(
                    "'\(argument)' is not an option of this command",
                    names.isEmpty
                        ? "This command takes no options"
                        : "Give NAME=VALUE, where NAME is one of: \(names.joined(separator: " "))"
                )
            }
            given[parts[0]] = parts[1]
        }
        self.arguments = given
        self.environment = environment.filter { names.contains($0.key) && !$0.value.isEmpty }
    }

    /// The given value; `nil` if there is none.
    func text(_ name: String) -> String? { arguments[name] ?? environment[name] }

    func number(_ name: String, _ range: ClosedRange<Int>, default value: Int) throws -> Int {
        guard let text = text(name) else { return value }
        // Only digits: "1_000", "+5" and " 5" are slips.
        guard text.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(text), range.contains(number) else {
            throw Failure.usage(
                "\(place(of: name)) is '\(text)', not a whole number from \(range.lowerBound) to \(range.upperBound)",
                "For example: \(name)=\(value)"
            )
        }
        return number
    }

    /// One of an enumeration's words.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, default value: Choice) throws -> Choice
    {
        guard let text = text(name) else { return value }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure.usage("\(place(of: name)) is '\(text)'", "Give one of: \(words)")
        }
        return choice
    }

    /// 0 or 1.
    func flag(_ name: String) throws -> Bool { try number(name, 0...1, default: 0) == 1 }

    private func place(of name: String) -> String {
        arguments[name] == nil ? "\(name) in the environment" : name
    }
}

/// The build configuration of the programs.
enum BuildConfiguration: String, CaseIterable { case debug, release }

enum QueueType: String, CaseIterable { case quorum, classic }
