import Testing

@testable import DevProgram

@Suite struct OptionTests {
    private static let names = ["RECIPIENTS", "KEEP", "QUEUE_TYPE"]

    private func options(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Options {
        try Options(Self.names, arguments, environment: environment)
    }

    @Test func `an argument goes before the environment, and both before the default`() throws {
        let both = try options(["RECIPIENTS=5"], ["RECIPIENTS": "7", "KEEP": "1"])
        #expect(try both.number("RECIPIENTS", 1...9, default: 3) == 5)
        #expect(try both.flag("KEEP"))
        #expect(try options([]).number("RECIPIENTS", 1...9, default: 3) == 3)
        #expect(try options([], ["RECIPIENTS": ""]).number("RECIPIENTS", 1...9, default: 3) == 3)
        #expect(try options(["QUEUE_TYPE=classic"]).choice("QUEUE_TYPE", default: QueueType.quorum) == .classic)
    }

    static let refused: [(argument: String, words: [String], because: Comment)] = [
        (
            "RECIPIENT=5", ["'RECIPIENT=5'", "RECIPIENTS KEEP QUEUE_TYPE"],
            "a slip in the name, and the names that there are"
        ),
        ("RECIPIENTS", ["'RECIPIENTS'", "NAME=VALUE"], "no value"),
        ("RECIPIENTS=", ["RECIPIENTS is ''", "from 1 to 9"], "an empty value is not the default"),
        ("RECIPIENTS=10", ["RECIPIENTS is '10'", "from 1 to 9"], "out of range"),
        ("RECIPIENTS=1O", ["RECIPIENTS is '1O'"], "a letter for a digit"),
        ("RECIPIENTS=+5", ["RECIPIENTS is '+5'"], "Int would take it"),
        ("RECIPIENTS=٥", ["RECIPIENTS is '٥'"], "a digit, but not of ASCII"),
        ("KEEP=yes", ["KEEP is 'yes'", "from 0 to 1"], "flags are numbers"),
        ("QUEUE_TYPE=Quorum", ["QUEUE_TYPE is 'Quorum'", "quorum, classic"], "another case"),
    ]

    @Test(arguments: refused)
    func `what is not understood is refused with what it is, where, and what to give`(
        row: (argument: String, words: [String], because: Comment)
    ) throws {
        let failure = try #require(throws: Failure.self, row.because) {
            let options = try options([row.argument])
            _ = try options.number("RECIPIENTS", 1...9, default: 3)
            _ = try options.flag("KEEP")
            _ = try options.choice("QUEUE_TYPE", default: QueueType.quorum)
        }
        #expect(failure.status == 64)
        for words in row.words { #expect(failure.description.contains(words), row.because) }
    }

    @Test func `a bad value of the environment is told to be from there`() throws {
        let failure = try #require(throws: Failure.self) {
            _ = try options([], ["RECIPIENTS": "many"]).number("RECIPIENTS", 1...9, default: 3)
        }
        #expect(failure.description.contains("RECIPIENTS in the environment is 'many'"))
    }

    static let commands: [(arguments: [String], because: Comment)] = [
        ([], "no command"), (["dance"], "an unknown one"), (["demo", "WORKERS=17"], "a value out of range"),
        (["soak", "MESSAGES=100", "KILLS=6"], "more than a twentieth"), (["soak", "POLICY=never"], "no such policy"),
        (["bench", "SCENARIO=slow"], "no such scenario"),
        (["bench", "SCENARIO=fair", "RECIPIENTS=100"], "too few for it"),
        (["services-up", "now"], "an argument too many"), (["serve", "all"], "no such set"),
        (["fuzz", "MEMORY=1"], "too little"),
    ]

    @Test(arguments: commands)
    func `a command line is refused before anything is done`(row: (arguments: [String], because: Comment)) throws {
        let failure = try #require(throws: Failure.self, row.because) { _ = try DevProgram.command(row.arguments) }
        #expect(failure.status == 64, row.because)
    }
}
