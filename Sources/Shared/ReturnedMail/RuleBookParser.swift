import Core

extension RuleBook {
    /// Reads rules; errors are reported by path and line, and the remaining rules are read.
    static func parse(_ text: String, path: String) -> (rules: [BounceRule], problems: [String]) {
        var rules: [BounceRule] = []
        var problems: [String] = []
        let bytes = Array(text.utf8)
        rules.reserveCapacity(bytes.count / 40)
        var before: RuleHead?
        var start = 0
        var number = 0
        while start <= bytes.count {
            let end = bytes.firstIndex(of: 0x0A, in: start..<bytes.count) ?? bytes.count
            let line = bytes[start..<end].trimmingBlanks
            start = end + 1
            number += 1
            guard let first = line.first, first != UInt8(ascii: "#") else { continue }
            do {
                rules.append(try BounceRule(line: line, &before))
            } catch {
                problems.append("\(path):\(number): \(error.reason)")
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
    /// `line`: Without blanks around it. `before`: The head of a line before, which many have in common.
    fileprivate init(line: ArraySlice<UInt8>, _ before: inout RuleHead?) throws(BadRule) {
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        let text = line[..<(colon ?? line.endIndex)].trimmingBlanks
        let phraseText = colon.map { line[($0 + 1)...].trimmingBlanks } ?? []
        if colon != nil, phraseText.isEmpty {
            throw BadRule("no phrase after the colon; write one, or leave the colon out")
        }
        guard !text.isEmpty else { throw BadRule("begins with a colon; name the rule first") }
        phrase = phraseText.isEmpty ? nil : try Phrase(phraseText)
        let head: RuleHead
        if let before, before.hasPhrase == (phrase != nil), before.text == text {
            head = before
        } else {
            head = try RuleHead(text, hasPhrase: phrase != nil)
            before = head
        }
        (effect, field, codes, step) = (head.effect, head.field, head.codes, head.step)
        if case .header = effect, phrase?.second != nil {
            throw BadRule("' * ' is not possible in a header rule; take the longer half of the phrase")
        }
    }
}

/// What stands before the colon of a rule.
private struct RuleHead {
    let text: ArraySlice<UInt8>
    let hasPhrase: Bool
    let effect: BounceRule.Effect
    var field = ""
    var codes: [CodePattern] = []
    var step: SMTPStep?

    init(_ text: ArraySlice<UInt8>, hasPhrase: Bool) throws(BadRule) {
        self.text = text
        self.hasPhrase = hasPhrase
        var words = text.split { ASCII.isBlank($0) }.map { String(decoding: $0, as: UTF8.self) }
        let keyword = words.removeFirst()
        switch keyword {
        case "reason": (effect, codes, step) = try Self.reason(words, hasPhrase: hasPhrase)
        case "recipients", "alias", "original", "reply", "step":
            effect = try Self.place(keyword, words)
            guard hasPhrase else { throw BadRule("'\(keyword)' needs a phrase after a colon") }
        case "subject", "text", "sender", "header":
            (effect, field) = try Self.mark(keyword, words, hasPhrase: hasPhrase)
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
    ) throws(BadRule) -> (BounceRule.Effect, [CodePattern], SMTPStep?) {
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

    private static func place(_ keyword: String, _ words: [String]) throws(BadRule) -> BounceRule.Effect {
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

    private static func mark(
        _ keyword: String,
        _ words: [String],
        hasPhrase: Bool
    ) throws(BadRule) -> (BounceRule.Effect, field: String) {
        guard let word = words.first, let kind = BounceRule.MailKind(rawValue: word) else {
            throw BadRule(
                "'\(keyword)' must be followed by failure, delay, given-up, arrival, auto-reply, challenge, unsubscribe"
                    + " or list"
            )
        }
        guard let field = BounceRule.Field(rawValue: keyword) else {
            guard words.count == 2 else {
                throw BadRule("write: header KIND NAME, optionally with a phrase after a colon")
            }
            return (.header(kind), String(decoding: ASCII.lowercased(words[1].utf8), as: UTF8.self))
        }
        guard words.count == 1 else { throw BadRule("one word too many before the colon") }
        guard hasPhrase else { throw BadRule("'\(keyword)' needs a phrase after a colon") }
        return (.mark(field, kind), "")
    }
}

extension BounceRule.Phrase {
    fileprivate init(_ text: ArraySlice<UInt8>) throws(BadRule) {
        var rest = text
        isAtStart = rest.first == UInt8(ascii: "^")
        if isAtStart { rest = rest.dropFirst().trimmingBlanks }
        isAtEnd = rest.last == UInt8(ascii: "$")
        if isAtEnd { rest = rest.dropLast().trimmingBlanks }
        let normalised = Self.isNormal(rest) ? Array(rest) : MatchText(Array(rest)).bytes
        let pieces = Self.pieces(normalised)
        guard pieces.count <= 2 else { throw BadRule("' * ' is repeated; a phrase has at most one gap") }
        guard pieces.allSatisfy({ $0.count >= 2 }) else { throw BadRule("a phrase must have at least two characters") }
        guard pieces.allSatisfy({ $0.count <= 200 }) else { throw BadRule("a phrase must have at most 200 bytes") }
        first = pieces[0]
        second = pieces.count > 1 ? pieces[1] : nil
    }

    /// Whether it is written as ``MatchText`` has it, as most phrases are.
    private static func isNormal(_ text: ArraySlice<UInt8>) -> Bool {
        var before = UInt8(ascii: " ")
        for byte in text {
            let isSpace = byte == UInt8(ascii: " ")
            guard byte < 0x7F, byte > 0x20 || isSpace, byte == ASCII.lowercased(byte) else { return false }
            if isSpace, before == byte { return false }
            before = byte
        }
        return before != UInt8(ascii: " ")
    }

    /// What stands before and behind each ` * `.
    private static func pieces(_ text: [UInt8]) -> [[UInt8]] {
        guard text.contains(UInt8(ascii: "*")) else { return [text] }
        let gap = Array(" * ".utf8)
        var pieces: [[UInt8]] = [[]]
        var index = 0
        while index < text.count {
            if text[index...].starts(with: gap) {
                pieces.append([])
                index += gap.count
            } else {
                pieces[pieces.count - 1].append(text[index])
                index += 1
            }
        }
        return pieces
    }
}

extension ArraySlice<UInt8> {
    /// Spaces, tabs, carriage returns and byte order marks.
    fileprivate var trimmingBlanks: ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { ASCII.isBlank(byte) || byte == 0x0D }
        let mark = UTF8Scalar.byteOrderMark
        var rest = self
        while let first = rest.first {
            if isBlank(first) {
                rest.removeFirst()
            } else if first == mark[0], rest.starts(with: mark) {
                rest.removeFirst(mark.count)
            } else {
                break
            }
        }
        while let last = rest.last {
            if isBlank(last) {
                rest.removeLast()
            } else if last == mark[2], rest.suffix(mark.count).elementsEqual(mark) {
                rest.removeLast(mark.count)
            } else {
                break
            }
        }
        return rest
    }
}
