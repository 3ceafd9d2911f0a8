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
        /// Where it is named first, and everywhere.
        let line: Int
        var lines: [Int] = []
    }

    struct Address {
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
    let words: RefusalText
    /// The line at which the returned message begins.
    let originalLine: Int?
    /// Why, by all that the notice says.
    let refusal: Refusal
    var finding: BounceFinding { refusal.finding }

    /// Whether a code in it blames the mailbox or its domain for good, in whatever language the words are.
    var hasHardStatus: Bool {
        finding.consequence == .hard && ReplyCodes(in: text.bytes[0..<end]).enhanced?.statusClass == 5
    }

    /// Whether a reply stands in it with both its codes, for good: "550 5.1.1", whatever the language around it.
    var quotesHardReply: Bool {
        let codes = ReplyCodes(in: text.bytes[0..<end])
        return (codes.code ?? 0) / 100 == 5 && codes.enhanced?.statusClass == 5
    }

    init(_ raw: [UInt8], _ book: RuleBook) {
        self.book = book
        text = MatchText(raw, withoutAddresses: true)
        let all = book.hits(in: text)
        let original = all.first {
            if case .original = book.rules[$0.rule].effect { true } else { false }
        }
        let line = original.map { [text] in text.line(at: $0.range.lowerBound) }
        let end = line.map { [text] in text.lines[$0].start } ?? text.bytes.count
        originalLine = line
        hits = line == nil ? all : all.filter { $0.range.upperBound <= end }
        words = RefusalText(text, hits, book)
        refusal = words.refusal(in: 0..<end)
    }

    /// Lines of the notice itself.
    private var lineCount: Int { originalLine ?? text.lines.count }

    var end: Int { originalLine.map { text.lines[$0].start } ?? text.bytes.count }

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
    ///   - strangers: Addresses that cannot have failed, in lower case: the notice's sender, and ours. Asked for only
    ///     where no phrase names anybody.
    /// - Returns: Empty when the text names nobody.
    func recipients(limit: Int, notAmong strangers: () -> Set<[UInt8]>) -> [Recipient] {
        let addresses = findAddresses()
        var result = named(addresses, limit: limit * 2)
        if result.isEmpty, !addresses.isEmpty {
            let strangers = strangers()
            let others = addresses.filter {
                !AddressScanner.isOfStaff($0.bytes) && !strangers.contains(ASCII.lowercased($0.bytes))
                    && !isBehindFrom($0.start)
            }
            var chosen = others.filter(\.isLeading)
            if chosen.isEmpty, Set(others.map { ASCII.lowercased($0.bytes) }).count == 1 { chosen = others }
            result = chosen.map { Recipient(address: $0.bytes, isDelay: false, line: $0.line) }
        }
        result = Self.merged(result.sorted { $0.line < $1.line })
        addAliases(addresses, to: &result)
        return Array(result.prefix(limit))
    }

    /// Each address once: a notice in two languages names everybody twice.
    private static func merged(_ named: [Recipient]) -> [Recipient] {
        var result: [Recipient] = []
        var places: [[UInt8]: Int] = [:]
        for one in named {
            let key = ASCII.lowercased(one.address)
            if let place = places[key] {
                result[place].lines.append(one.line)
            } else {
                places[key] = result.count
                result.append(one)
                result[result.count - 1].lines = [one.line]
            }
        }
        return result
    }

    /// "not accepting mail from list@example.com" names a sender.
    private func isBehindFrom(_ start: Int) -> Bool {
        let before = text.raw[max(0, start - 7)..<start].filter { ASCII.isLetter($0) || ASCII.isSpace($0) }
        return ASCII.lowercased(before).reversed().drop { ASCII.isSpace($0) }.starts(with: "morf".utf8)
    }

    func findAddresses() -> [Address] {
        var result: [Address] = []
        var firstWord = 0
        for (index, found) in text.addresses.enumerated() where found.line < lineCount {
            if index == 0 || text.addresses[index - 1].line != found.line {
                let line = text.lines[found.line].raw
                firstWord = text.raw[line].firstIndex { ASCII.isAlphanumeric($0) || $0 >= 0x80 } ?? line.upperBound
            }
            result.append(
                Address(
                    bytes: Array(text.raw[found.range]),
                    line: found.line,
                    start: found.range.lowerBound,
                    isLeading: found.range.lowerBound <= firstWord
                )
            )
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
            let from = text.origin(of: place)
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
            let from = text.origin(of: hit.range.upperBound - 1)
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
}
