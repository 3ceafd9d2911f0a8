import Core

extension RuleBook {
    /// Reads rules; errors are reported by path and line, and the remaining rules are read.
    static func parse(_ text: String, path: String) -> (rules: [BounceRule], problems: [String]) {
        var rules: [BounceRule] = []
        var problems: [String] = []
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let words = Substring(line).trimmingBlanks
            guard !words.isEmpty, !words.hasPrefix("#") else { continue }
            do {
                rules.append(try BounceRule(line: words))
            } catch {
                problems.append("\(path):\(index + 1): \(error.reason)")
            }
        }
        return (rules, problems)
    }
}

/// Why a line is no rule.
private struct BadRule: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

extension BounceRule {
    fileprivate init(line: Substring) throws(BadRule) {
        let colon = line.unicodeScalars.firstIndex(of: ":")
        let head = line[..<(colon ?? line.endIndex)]
        let phraseText = colon.map { line[line.unicodeScalars.index(after: $0)...].trimmingBlanks } ?? ""
        if colon != nil, phraseText.isEmpty {
            throw BadRule("no phrase after the colon; write one, or leave the colon out")
        }
        var words = head.unicodeScalars.split { $0 == " " || $0 == "\t" }.map { String($0) }
        guard let keyword = words.first else { throw BadRule("begins with a colon; name the rule first") }
        words.removeFirst()
        phrase = phraseText.isEmpty ? nil : try Phrase(phraseText)
        switch keyword {
        case "reason": (effect, codes, step) = try Self.reason(words, hasPhrase: phrase != nil)
        case "recipients", "alias", "original", "reply", "step":
            effect = try Self.place(keyword, words)
            (codes, step) = ([], nil)
            guard phrase != nil else { throw BadRule("'\(keyword)' needs a phrase after a colon") }
        case "subject", "text", "sender", "header":
            effect = try Self.mark(keyword, words, hasPhrase: phrase != nil)
            (codes, step) = ([], nil)
            if keyword == "header", phrase?.second != nil {
                throw BadRule("' * ' is not possible in a header rule; take the longer half of the phrase")
            }
        default:
            throw BadRule(
                "no rule begins with '\(keyword.prefix(40))'; use reason, reply, step, recipients, alias, original,"
                    + " subject, text, sender or header"
            )
        }
    }

    private static func reason(
        _ words: [String],
        hasPhrase: Bool
    ) throws(BadRule) -> (Effect, [CodePattern], SMTPStep?) {
        guard let name = words.first, let reason = BounceReason(rawValue: name) else {
            let names = BounceReason.allCases.map(\.rawValue).joined(separator: ", ")
            throw BadRule("'\((words.first ?? "").prefix(40))' is not a reason; use one of \(names)")
        }
        var rest = words.dropFirst()
        var codes: [CodePattern] = []
        if let text = rest.first, text != "at" {
            for field in text.split(separator: ",", omittingEmptySubsequences: false) {
                guard let pattern = CodePattern(field) else {
                    throw BadRule("'\(field.prefix(40))' is not a code; write 5.1.1, *.1.1, 5.7.*, 550 or 5xx")
                }
                codes.append(pattern)
            }
            rest = rest.dropFirst()
        }
        var step: SMTPStep?
        if rest.first == "at" {
            guard let found = rest.dropFirst().first.flatMap({ steps[$0] }) else {
                throw BadRule("'at' must be followed by \(stepNames)")
            }
            step = found
            rest = rest.dropFirst(2)
        }
        if let word = rest.first { throw BadRule("'\(word.prefix(40))' is one word too many before the colon") }
        guard hasPhrase || !codes.isEmpty else { throw BadRule("no codes and no phrase; write one of them") }
        return (.reason(reason), codes, step)
    }

    private static let steps: [String: SMTPStep] = [
        "connect": .connect, "ehlo": .ehlo, "mail": .mail, "rcpt": .rcpt, "data": .data, "dot": .dot,
    ]
    private static let stepNames = "connect, ehlo, mail, rcpt, data or dot"

    private static func place(_ keyword: String, _ words: [String]) throws(BadRule) -> Effect {
        switch (keyword, words) {
        case ("recipients", ["failed"]): return .recipients(isDelay: false)
        case ("recipients", ["delayed"]): return .recipients(isDelay: true)
        case ("recipients", _): throw BadRule("'recipients' must be followed by failed or delayed")
        case ("alias", []): return .alias
        case ("original", []): return .original
        case ("reply", []): return .reply
        case ("step", _):
            guard words.count == 1, let step = steps[words[0]] else {
                throw BadRule("'step' must be followed by \(stepNames)")
            }
            return .step(step)
        default: throw BadRule("'\(keyword)' must be followed directly by the colon")
        }
    }

    private static func mark(_ keyword: String, _ words: [String], hasPhrase: Bool) throws(BadRule) -> Effect {
        guard let word = words.first, let kind = MailKind(rawValue: word) else {
            throw BadRule(
                "'\(keyword)' must be followed by failure, delay, given-up, arrival, auto-reply, challenge, unsubscribe"
                    + " or list"
            )
        }
        guard let field = Field(rawValue: keyword) else {
            guard words.count == 2 else {
                throw BadRule("write: header KIND NAME, optionally with a phrase after a colon")
            }
            return .header(String(decoding: ASCII.lowercased(words[1].utf8), as: UTF8.self), kind)
        }
        guard words.count == 1 else { throw BadRule("one word too many before the colon") }
        guard hasPhrase else { throw BadRule("'\(keyword)' needs a phrase after a colon") }
        return .mark(field, kind)
    }
}

extension BounceRule.Phrase {
    fileprivate init(_ text: Substring) throws(BadRule) {
        var rest = text
        isAtStart = rest.hasPrefix("^")
        if isAtStart { rest = rest.dropFirst().trimmingBlanks }
        isAtEnd = rest.hasSuffix("$")
        if isAtEnd { rest = rest.dropLast().trimmingBlanks }
        let normalised = MatchText(Array(rest.utf8)).bytes
        let gap = Array(" * ".utf8)
        var pieces: [[UInt8]] = [[]]
        var index = 0
        while index < normalised.count {
            if normalised[index...].starts(with: gap) {
                pieces.append([])
                index += gap.count
            } else {
                pieces[pieces.count - 1].append(normalised[index])
                index += 1
            }
        }
        guard pieces.count <= 2 else { throw BadRule("' * ' is repeated; a phrase has at most one gap") }
        guard pieces.allSatisfy({ $0.count >= 2 }) else { throw BadRule("a phrase must have at least two characters") }
        guard pieces.allSatisfy({ $0.count <= 200 }) else { throw BadRule("a phrase must have at most 200 bytes") }
        first = pieces[0]
        second = pieces.count > 1 ? pieces[1] : nil
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        func isBlank(_ scalar: Unicode.Scalar) -> Bool {
            scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\u{FEFF}"
        }
        var rest = self
        while let first = rest.unicodeScalars.first, isBlank(first) { rest.unicodeScalars.removeFirst() }
        while let last = rest.unicodeScalars.last, isBlank(last) { rest.unicodeScalars.removeLast() }
        return rest
    }
}
