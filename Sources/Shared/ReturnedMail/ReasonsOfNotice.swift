import Core

/// Who failed for which reason, where a notice names several.
extension Notice {
    /// Why each of several recipients failed: what stands between a line that names it and the next one that names
    /// another, or else the lines in which its address stands, or else what is said before them all.
    ///
    /// Each place is judged once, however many recipients a line names.
    func refusals(for recipients: [Recipient]) -> [Refusal] {
        guard recipients.count > 1 else { return recipients.map { _ in refusal } }
        var found = sections(recipients)
        if found.contains(where: { !$0.isDecided }) { addMentions(recipients, to: &found) }
        guard found.contains(where: { !$0.isDecided }) else { return found }
        let first = recipients.map(\.line).min() ?? 0
        let before = words.refusal(in: 0..<min(text.lines[first].start, end))
        let isSilent = !found.contains(where: \.isDecided)
        return found.map { one in
            if one.isDecided { return one }
            if before.isDecided { return before }
            return isSilent ? refusal : one
        }
    }

    /// What stands behind the lines that name each; of names alone, one below the other, the last one's counts for all.
    private func sections(_ recipients: [Recipient]) -> [Refusal] {
        var owners: [Int: Set<Int>] = [:]
        for (index, one) in recipients.enumerated() {
            for line in one.lines.isEmpty ? [one.line] : one.lines { owners[line, default: []].insert(index) }
        }
        let lines = owners.keys.sorted()
        let transcript = transcriptStart
        let none = Refusal(finding: BounceFinding(.unknown, isPermanent: true), step: nil, rule: nil, isQuoted: false)
        var found = [Refusal](repeating: none, count: recipients.count)
        var waiting: Set<Int> = []
        var first = 0
        while first < lines.count {
            let own = owners[lines[first]] ?? []
            var last = first
            while last + 1 < lines.count, owners[lines[last + 1]] == own { last += 1 }
            let start = text.lines[lines[first]].start
            var stop = last + 1 < lines.count ? text.lines[lines[last + 1]].start : end
            if let transcript, start < transcript { stop = min(stop, transcript) }
            first = last + 1
            waiting.formUnion(own)
            if hasOnlyAddresses(start..<max(start, stop)) { continue }
            let one = words.refusal(in: start..<max(start, stop))
            for index in waiting where !found[index].isDecided { found[index] = one }
            waiting = []
        }
        return found
    }

    private func hasOnlyAddresses(_ range: Range<Int>) -> Bool {
        !text.bytes[range].contains { ASCII.isAlphanumeric($0) || $0 >= 0x80 }
    }

    /// Where sendmail's transcript begins, which tells of all recipients together.
    private var transcriptStart: Int? {
        let hit = hits.first {
            if case .step(.connect) = words.book.rules[$0.rule].effect { true } else { false }
        }
        return hit.map { text.lines[text.line(at: $0.range.lowerBound)].start }
    }

    /// Lines that name an address anywhere: "550 5.1.1 <ada@example.com>... User unknown".
    private func addMentions(_ recipients: [Recipient], to found: inout [Refusal]) {
        var places: [[UInt8]: Int] = [:]
        for (index, one) in recipients.enumerated() where !found[index].isDecided {
            places[ASCII.lowercased(one.address)] = index
        }
        var judged: (line: Int, refusal: Refusal)?
        for address in findAddresses() {
            guard let index = places[ASCII.lowercased(address.bytes)], !found[index].isDecided else { continue }
            if judged?.line != address.line {
                let start = text.lines[address.line].start
                let next = address.line + 1 < text.lines.count ? text.lines[address.line + 1].start : end
                judged = (address.line, words.refusal(in: start..<max(start, min(next, end))))
            }
            if let one = judged?.refusal, one.isDecided { found[index] = one }
        }
    }
}
