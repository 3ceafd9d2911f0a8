import Core

/// The text of a notice that is written for people, looked through for failed addresses and reasons.
///
/// First what the rules say: phrases behind which the addresses stand. Where no phrase is known, lines that begin with
/// an address; and at last the only address in the text that is not the sender's, ours, or that of staff.
struct Notice {
    struct Recipient {
        let address: [UInt8]
        /// The address that was written to, where the notice names it.
        var alias: [UInt8]?
        let isDelay: Bool
        let line: Int
    }

    private struct Address {
        let bytes: [UInt8]
        let line: Int
        /// In the raw text.
        let start: Int
        /// Whether nothing but punctuation stands before it in its line.
        let isLeading: Bool
    }

    let text: MatchText
    let hits: [RuleHit]
    private let book: RuleBook
    /// The line at which the returned message begins.
    let originalLine: Int?
    /// Why, by all that the notice says.
    private(set) var finding = BounceFinding(.unknown, isPermanent: true)

    /// Whether a code in it blames the mailbox or its domain for good, in whatever language the words are.
    var hasHardStatus: Bool {
        finding.consequence == .hard && ReplyCodes(in: text.bytes[0..<end]).enhanced?.statusClass == 5
    }

    init(_ raw: [UInt8], _ book: RuleBook) {
        self.book = book
        text = MatchText(raw)
        let all = book.hits(in: text)
        let original = all.first {
            if case .original = book.rules[$0.rule].effect { true } else { false }
        }
        guard let original else {
            hits = all
            originalLine = nil
            finding = finding(in: 0..<text.bytes.count)
            return
        }
        let line = text.line(at: original.range.lowerBound)
        let end = text.lines[line].start
        originalLine = line
        hits = all.filter { $0.range.upperBound <= end }
        finding = finding(in: 0..<end)
    }

    /// Lines of the notice itself.
    private var lineCount: Int { originalLine ?? text.lines.count }

    private var end: Int { originalLine.map { text.lines[$0].start } ?? text.bytes.count }

    func isMarked(_ kind: BounceRule.MailKind) -> Bool {
        hits.contains {
            if case .mark(.text, kind) = book.rules[$0.rule].effect { true } else { false }
        }
    }

    var namesRecipients: Bool {
        hits.contains { if case .recipients = book.rules[$0.rule].effect { true } else { false } }
    }

    /// The header of the returned message, where the notice quotes it, and the line at which it begins.
    func returnedHeader(_ limits: MIMELimits) -> (line: Int, header: MIMEHeader)? {
        guard let originalLine else { return nil }
        var inner = limits
        inner.depth = 0
        // The marker itself, a blank line, a row of dashes; then the header.
        for line in originalLine..<min(originalLine + 6, text.lines.count) {
            let bytes = Array(text.raw[text.lines[line].raw.lowerBound...])
            let header = MIMEMessage(bytes, limits: inner).header
            if header.fields.count >= 3 { return (line, header) }
        }
        return nil
    }

    // MARK: Recipients

    /// Who failed, each once, in the order of the text.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - strangers: Addresses that cannot have failed, in lower case: the notice's sender, and ours.
    /// - Returns: Empty when the text names nobody.
    func recipients(limit: Int, notAmong strangers: Set<[UInt8]>) -> [Recipient] {
        let addresses = findAddresses()
        var result = named(addresses, limit: limit * 2)
        if result.isEmpty {
            let others = addresses.filter {
                !AddressScanner.isOfStaff($0.bytes) && !strangers.contains(ASCII.lowercased($0.bytes))
                    && !isBehindFrom($0.start)
            }
            var chosen = others.filter(\.isLeading)
            if chosen.isEmpty, Set(others.map { ASCII.lowercased($0.bytes) }).count == 1 { chosen = others }
            result = chosen.map { Recipient(address: $0.bytes, isDelay: false, line: $0.line) }
        }
        var seen: Set<[UInt8]> = []
        result = result.sorted { $0.line < $1.line }.filter { seen.insert(ASCII.lowercased($0.address)).inserted }
        addAliases(addresses, to: &result)
        return Array(result.prefix(limit))
    }

    /// "not accepting mail from list@example.com" names a sender.
    private func isBehindFrom(_ start: Int) -> Bool {
        let before = text.raw[max(0, start - 7)..<start].filter { ASCII.isLetter($0) || ASCII.isSpace($0) }
        return ASCII.lowercased(before).reversed().drop { ASCII.isSpace($0) }.starts(with: "morf".utf8)
    }

    private func findAddresses() -> [Address] {
        var result: [Address] = []
        for index in 0..<lineCount {
            let line = text.lines[index].raw
            let firstWord = text.raw[line].firstIndex { ASCII.isAlphanumeric($0) || $0 >= 0x80 } ?? line.upperBound
            for found in AddressScanner.addresses(in: text.raw, line) {
                let isLeading = found.range.lowerBound <= firstWord
                result.append(
                    Address(bytes: found.bytes, line: index, start: found.range.lowerBound, isLeading: isLeading)
                )
            }
        }
        return result
    }

    /// The addresses behind phrases; then, further down, lines that begin with one.
    private func named(_ addresses: [Address], limit: Int) -> [Recipient] {
        var result: [Recipient] = []
        var first: (line: Int, isDelay: Bool)?
        var cursor = 0
        var full: (after: Int, line: Int)?
        for hit in hits {
            guard case .recipients(let isDelay) = book.rules[hit.rule].effect else { continue }
            let line = text.line(at: max(hit.range.lowerBound, hit.range.upperBound - 1))
            if first == nil { first = (line, isDelay) }
            let hasGap = book.rules[hit.rule].phrase?.second != nil
            let place = hasGap ? hit.range.lowerBound : hit.range.upperBound - 1
            let from = Int(text.origins[place])
            while cursor < addresses.count, addresses[cursor].start < from { cursor += 1 }
            // Of many phrases in one line the lines behind it are looked at once.
            let last = full.flatMap { $0.after == line ? $0.line : nil } ?? nextFullLine(after: line)
            full = (line, last)
            var index = cursor
            var taken: Int?
            while index < addresses.count, index - cursor < 200, result.count < limit, addresses[index].line <= last {
                // Of one line, the first at least; of the next one, too, where the phrase stands at the end of its line.
                if taken == nil || taken == addresses[index].line, !AddressScanner.isOfStaff(addresses[index].bytes) {
                    let address = addresses[index]
                    result.append(Recipient(address: address.bytes, isDelay: isDelay, line: address.line))
                    taken = address.line
                }
                index += 1
            }
        }
        guard let first else { return [] }
        for address in addresses
        where address.isLeading && address.line > first.line && !AddressScanner.isOfStaff(address.bytes) {
            result.append(Recipient(address: address.bytes, isDelay: first.isDelay, line: address.line))
        }
        return result
    }

    private func nextFullLine(after line: Int) -> Int {
        var next = line + 1
        while next < lineCount, next - line < 4, text.lines[next].raw.isEmpty || isPunctuation(next) { next += 1 }
        return next
    }

    private func isPunctuation(_ line: Int) -> Bool {
        !text.raw[text.lines[line].raw].contains { ASCII.isAlphanumeric($0) || $0 >= 0x80 }
    }

    private func addAliases(_ addresses: [Address], to recipients: inout [Recipient]) {
        var cursor = 0
        for hit in hits where recipients.count <= 1_000 {
            guard case .alias = book.rules[hit.rule].effect else { continue }
            let from = Int(text.origins[hit.range.upperBound - 1])
            let line = text.line(at: hit.range.lowerBound)
            while cursor < addresses.count, addresses[cursor].start < from { cursor += 1 }
            guard cursor < addresses.count, addresses[cursor].line <= line + 1 else { continue }
            let address = addresses[cursor]
            if let owner = recipients.lastIndex(where: { $0.line <= line }) {
                if recipients[owner].alias == nil { recipients[owner].alias = address.bytes }
            } else {
                recipients.append(Recipient(address: address.bytes, isDelay: false, line: address.line))
            }
        }
    }

    // MARK: Reasons

    /// Why each of several recipients failed: what stands between its address's line and the next one's, or else the whole.
    ///
    /// Each line is judged once, however many of them it names.
    func findings(for recipients: [Recipient]) -> [BounceFinding] {
        guard recipients.count > 1 else { return recipients.map { _ in finding } }
        let named = Set(recipients.map(\.line)).sorted()
        var found: [Int: BounceFinding] = [:]
        for (index, line) in named.enumerated() {
            let start = text.lines[line].start
            let stop = index + 1 < named.count ? text.lines[named[index + 1]].start : end
            let own = finding(in: start..<max(start, stop))
            found[line] = own.reason == .unknown ? finding : own
        }
        return recipients.map { found[$0.line] ?? finding }
    }

    private func finding(in range: Range<Int>) -> BounceFinding {
        let codes = ReplyCodes(in: text.bytes[range])
        let first = firstHit(endingAfter: range.lowerBound)
        let last = firstHit(endingAfter: range.upperBound)
        let own = hits[first..<last].filter { $0.range.lowerBound >= range.lowerBound }
        return book.classify(code: codes.code, enhanced: codes.enhanced, hits: own[...], at: nil)
    }

    private func firstHit(endingAfter offset: Int) -> Int {
        var low = 0
        var high = hits.count
        while low < high {
            let middle = (low + high) / 2
            if hits[middle].range.upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
