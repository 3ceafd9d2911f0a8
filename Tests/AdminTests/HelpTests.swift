import ArgumentParser
import Testing

@testable import Admin

/// What the tool says of itself, and how wide.
@Suite struct HelpTests {
    @Test func `a default in a help text is a value that can be written`() throws {
        var options = 0
        for command in Self.commands(below: Veredus.self) {
            let help = Veredus.helpMessage(for: command, columns: 1_000)
            for line in help.split(separator: "\n") {
                guard let start = line.firstRange(of: "default: "),
                    let value = line[start.upperBound...].split(separator: ")").first
                else { continue }
                options += 1
                #expect(value.count < 10 || !value.allSatisfy(\.isNumber), "a number that stands for none: \(line)")
                guard let values = line.firstRange(of: "(values: "), values.upperBound < start.lowerBound else {
                    continue
                }
                let known = line[values.upperBound..<start.lowerBound].split { ",; ".contains($0) }
                #expect(known.contains(value), "\(line)")
            }
        }
        #expect(options > 5)
        #expect(Veredus.helpMessage(for: SuppressionsAdd.self, columns: 1_000).contains("default: marketing"))
    }

    private static func commands(below command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        [command] + command.configuration.subcommands.flatMap { commands(below: $0) }
    }

    @Test func `a long link is cut to the terminal, in its middle`() {
        let url = "https://shop.example/" + String(repeating: "a", count: 3_000) + "?utm_source=end"
        let table = Table(["", "UNIQUE"], [["1 \(url)", "12"], ["2 https://b.example/", "3"]], cutting: 0, to: 80)
        let lines = table.text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines[1].hasPrefix("1 https://shop.example/aaa") && lines[1].contains("?utm_source=end  12"))
        #expect(lines[2].hasPrefix("2 https://b.example/ "))
        let narrow = Table(["", "UNIQUE"], [["1 \(url)", "12"]], cutting: 0, to: 10).text.split(separator: "\n")
        #expect(narrow[1].count == 24 + 2 + 2, "enough is left to tell links apart")
    }
}
