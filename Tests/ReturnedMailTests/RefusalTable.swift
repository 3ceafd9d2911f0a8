import Testing

@testable import Core

/// Replies of other people's servers, with what follows from each.
///
/// A line `@ PROVIDER SOURCE` says whose replies follow and which page tells of them. Every other line is what must
/// follow, the step at which the reply is given, and the reply: `block rcpt 550 5.7.1 …`. What is indented further
/// continues the line above. `block` is about the sender, `dead` about the mailbox for good, `soft` about neither.
struct RefusalTable {
    struct Row: CustomTestStringConvertible {
        let provider: String
        let source: String
        let wanted: BounceConsequence
        let step: SMTPStep
        let reply: String

        var testDescription: String { "\(provider): \(reply)" }
        var code: Int { Int(reply.prefix(3)) ?? 0 }
        /// Behind the code.
        var text: String { String(reply.dropFirst(4)) }
        var enhanced: EnhancedStatus? { EnhancedStatus(startOf: text.utf8.drop { $0 == UInt8(ascii: "#") }) }
        /// Bounces come back for what is refused for good; a deferral does not.
        var isPermanent: Bool { code >= 500 }
    }

    static let rows: [Row] = [
        refusalsOfLargeProviders, refusalsOfAccessProviders, refusalsOfFilters, refusalsOfLists,
    ]
    .flatMap(parse)

    private static let wanted: [Substring: BounceConsequence] = ["block": .block, "dead": .hard, "soft": .soft]
    private static let steps: [Substring: SMTPStep] = [
        "connect": .greeting, "ehlo": .ehlo, "mail": .mail, "rcpt": .rcpt, "data": .data, "dot": .dot,
    ]

    private static func parse(_ table: String) -> [Row] {
        var rows: [Row] = []
        var provider = ""
        var source = ""
        for line in joined(table) {
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3 else { continue }
            if words[0] == "@" {
                (provider, source) = (String(words[1]), String(words[2]))
            } else if let outcome = wanted[words[0]], let step = steps[words[1]] {
                let row = Row(
                    provider: provider,
                    source: source,
                    wanted: outcome,
                    step: step,
                    reply: String(words[2])
                )
                rows.append(row)
            }
        }
        return rows
    }

    private static func joined(_ table: String) -> [String] {
        var lines: [String] = []
        for line in table.split(separator: "\n") {
            if line.hasPrefix("    "), !lines.isEmpty {
                lines[lines.count - 1] += " " + line.drop { $0 == " " }
            } else {
                lines.append(String(line))
            }
        }
        return lines
    }
}
