extension Behaviour {
    /// Reads the word in an address; `nil` if its local part is not one.
    package init?(address: String) {
        guard let at = address.lastIndex(of: "@") else { return nil }
        self.init(word: address[..<at])
    }

    /// Reads a word; `nil` when it is not one of ``grammar``.
    package init?(word: some StringProtocol) {
        let word = String(word.prefix { $0 != "+" }).lowercased()
        let parts = word.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first else { return nil }
        if first == "once", parts.count > 1 {
            guard let deed = Self.deed(parts.dropFirst()) else { return nil }
            self.init(deed, once: true)
        } else if first == "defer", parts.count > 2, parts[1] == "once" {
            guard let deed = Self.deed(["defer"] + parts.dropFirst(2)) else { return nil }
            self.init(deed, once: true)
        } else {
            guard let deed = Self.deed(parts[...]) else { return nil }
            self.init(deed)
        }
    }

    private static func deed(_ parts: ArraySlice<Substring>) -> Deed? {
        guard let verb = parts.first else { return nil }
        let rest = parts.dropFirst()
        switch verb {
        case "accept": return rest.isEmpty ? .accept : nil
        case "split": return rest.isEmpty ? .drip(milliseconds: 1) : nil
        case "multiline": return rest.isEmpty ? .multiline : nil
        case "tarpit":
            if rest.isEmpty { return .drip(milliseconds: 100) }
            return number(rest).map { .drip(milliseconds: $0) }
        case "forget": return rest.elementsEqual(["dot"]) ? .forgetDot : nil
        case "lost": return rest.elementsEqual(["reply"]) ? .forgetDot : nil
        case "complain": return rest.isEmpty ? .sequel(.complaint) : nil
        case "autoreply": return rest.isEmpty ? .sequel(.autoReply) : nil
        case "unsubscribe": return rest.isEmpty ? .sequel(.unsubscribe) : nil
        case "bounce": return bounce(rest)
        case "reject": return answer(at: .rcpt, rest, of: 500...599)
        case "defer": return answer(at: .rcpt, rest, of: 400...499)
        case "421": return step(rest).map { .close($0) }
        case "extra": return rest.isEmpty ? .extra(.dot) : step(rest).map { .extra($0) }
        case "flood": return rest.isEmpty ? .flood(.rcpt) : step(rest).map { .flood($0) }
        case "hangup":
            if rest.first == "byte" { return number(rest.dropFirst()).map { .hangUpAfterBytes($0) } }
            return step(rest).map { .hangUp($0) }
        case "delay":
            guard let step = step(rest.prefix(1)), let milliseconds = number(rest.dropFirst()) else { return nil }
            return .delay(step, milliseconds: milliseconds)
        default:
            return Step(rawValue: String(verb)).flatMap { answer(at: $0, rest, of: 100...999) }
        }
    }

    private static func answer(at step: Step, _ parts: ArraySlice<Substring>, of codes: ClosedRange<Int>) -> Deed? {
        guard let code = number(parts.prefix(1)), codes.contains(code), parts.count <= 2 else { return nil }
        let enhanced = parts.dropFirst().first.map(String.init)
        guard enhanced.map(isEnhancedCode) ?? true else { return nil }
        return .answer(step, Reply(code, enhanced, "as \(step.rawValue)-\(code) was asked for"))
    }

    private static func bounce(_ parts: ArraySlice<Substring>) -> Deed? {
        let isLater = parts.first == "later"
        let rest = isLater ? parts.dropFirst() : parts
        guard rest.count == 1, let status = rest.first.map(String.init), isEnhancedCode(status),
            status.first == "4" || status.first == "5"
        else { return nil }
        return .sequel(.bounce(status: status, isLater: isLater))
    }

    private static func isEnhancedCode(_ text: String) -> Bool {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 3 && numbers.allSatisfy { (1...3).contains($0.utf8.count) && UInt16($0) != nil }
    }

    private static func step(_ parts: ArraySlice<Substring>) -> Step? {
        guard parts.count == 1, let part = parts.first else { return nil }
        return Step(rawValue: String(part))
    }

    /// A number of at most nine digits and nothing else; `Int` alone would take a sign.
    private static func number(_ parts: ArraySlice<Substring>) -> Int? {
        guard parts.count == 1, let part = parts.first, (1...9).contains(part.utf8.count),
            part.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        return Int(part)
    }
}
