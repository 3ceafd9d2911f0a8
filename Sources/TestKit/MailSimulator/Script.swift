import Foundation

/// Rules that choose a ``Behaviour`` by a recipient's domain, by a sender, or for whole connections.
///
/// As a file it is JSON: `{"rules": [{"domain": "*.slow.example", "behaviour": "delay-dot-500"},
/// {"sender": "news@*", "behaviour": "mail-451", "times": 3}, {"behaviour": "banner-421", "times": 1},
/// {"domain": "full.example", "behaviour": "reject-552-5.2.2", "text": "Mailbox full"}]}`.
/// `text` follows the code of a reply and is sent as written, whatever octets it has.
/// An unknown key or word is an error, never ignored.
package struct Script: Sendable {
    /// One rule; it applies wherever its pattern matches.
    package struct Rule: Sendable {
        /// The subject of the pattern.
        package enum Subject: Sendable, Equatable {
            /// A recipient's domain.
            case domain(String)
            /// The whole address of MAIL FROM, empty for the null return path.
            case sender(String)
            /// Every connection, from its banner on.
            case connection
        }

        package let subject: Subject
        package let behaviour: Behaviour
        /// How often it applies (recipients, transactions or connections, by its subject); `nil` for always.
        package let times: Int?

        package init(_ subject: Subject, _ behaviour: Behaviour, times: Int? = nil) {
            self.subject = subject
            self.behaviour = behaviour
            self.times = times
        }
    }

    /// Why a script cannot be used.
    package struct Malformed: Error, CustomStringConvertible {
        package let description: String
    }

    package let rules: [Rule]

    package init(rules: [Rule] = []) {
        self.rules = rules
    }

    /// Reads the JSON described above.
    ///
    /// - Throws: ``Malformed``, which names the rule.
    package init(json: some DataProtocol) throws {
        let file: ScriptFile
        do {
            file = try JSONDecoder().decode(ScriptFile.self, from: Data(json))
        } catch {
            let reason = "The script cannot be read: \(error)."
            throw Malformed(description: reason + #" Write {"rules": [{"domain": "…", "behaviour": "…"}]}."#)
        }
        self.init(rules: try file.rules.enumerated().map { try Self.rule($0.element, number: $0.offset + 1) })
    }

    private static func rule(_ fields: [String: ScriptField], number: Int) throws -> Rule {
        let unknown = Set(fields.keys).subtracting(["domain", "sender", "behaviour", "text", "times"])
        guard unknown.isEmpty else {
            throw Malformed(
                description: "Rule \(number): unknown key \(unknown.sorted().joined(separator: ", ")). "
                    + "Use domain or sender, behaviour, text, times."
            )
        }
        guard case .text(let word)? = fields["behaviour"], var behaviour = Behaviour(word: word) else {
            throw Malformed(description: "Rule \(number): no such behaviour. Use one of:\n\(Behaviour.grammar)")
        }
        switch (fields["text"], behaviour.deed) {
        case (nil, _): break
        case (.text(let text)?, .answer(let step, let reply)):
            behaviour = Behaviour(.answer(step, Reply(reply.code, reply.enhanced, text)), once: behaviour.isOnce)
        default:
            throw Malformed(description: "Rule \(number): text goes with a behaviour that answers, like reject-550.")
        }
        let subject: Rule.Subject
        switch (fields["domain"], fields["sender"]) {
        case (.text(let pattern)?, nil): subject = .domain(pattern)
        case (nil, .text(let pattern)?): subject = .sender(pattern)
        case (nil, nil): subject = .connection
        default: throw Malformed(description: "Rule \(number): name a domain or a sender as text, not both.")
        }
        let first: Behaviour.Step =
            switch subject {
            case .domain: .rcpt
            case .sender: .mail
            case .connection: .banner
            }
        guard subject == .connection || behaviour.isInTime(at: first) else {
            throw Malformed(
                description: "Rule \(number): its step is not \(first.rawValue) to dot. Leave domain and sender out."
            )
        }
        if behaviour.isOnce {
            guard case .domain = subject else {
                throw Malformed(description: "Rule \(number): once- is for recipients. Use \"times\": 1.")
            }
        }
        switch fields["times"] {
        case nil: return Rule(subject, behaviour)
        case .number(let times)? where times > 0: return Rule(subject, behaviour, times: times)
        default: throw Malformed(description: "Rule \(number): times must be a whole number from 1.")
        }
    }
}

/// A script as decoded, before its words are looked up.
private struct ScriptFile: Decodable {
    let rules: [[String: ScriptField]]
}

private enum ScriptField: Decodable {
    case text(String)
    case number(Int)

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let number = try? value.decode(Int.self) {
            self = .number(number)
        } else {
            self = .text(try value.decode(String.self))
        }
    }
}

/// Whether a pattern, in which `*` matches any number of octets, matches a text, ignoring case.
func matches(glob pattern: String, _ text: String) -> Bool {
    let pattern = Array(pattern.lowercased().utf8)
    let text = Array(text.lowercased().utf8)
    var position = 0
    var next = 0
    var star: (pattern: Int, text: Int)?
    while next < text.count {
        if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
            star = (position, next)
            position += 1
        } else if position < pattern.count, pattern[position] == text[next] {
            position += 1
            next += 1
        } else if let (back, matched) = star {
            star = (back, matched + 1)
            position = back + 1
            next = matched + 1
        } else {
            return false
        }
    }
    return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
}
