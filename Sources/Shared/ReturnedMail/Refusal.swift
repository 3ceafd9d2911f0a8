import Core

/// A text's words about one refusal, separated by their source: the refusing server, or a server that reports it.
///
/// The innermost reply decides, with the step at which it was given. What the carrier says around it ("does not like
/// recipient", "Unknown address error", a status that it made up) is the last resort.
struct Refusal {
    let finding: BounceFinding
    let step: SMTPStep?
    /// The rule that decided; `nil` where none did.
    let rule: Int?
    /// Whether a reply of another server is quoted.
    let isQuoted: Bool

    var isDecided: Bool { rule != nil || finding.reason != .unknown }
}

/// A text with the places at which the rules' phrases stand in it.
struct RefusalText {
    let text: MatchText
    let hits: [RuleHit]
    let book: RuleBook

    init(_ raw: [UInt8], _ book: RuleBook) {
        text = MatchText(raw, withoutAddresses: true)
        hits = book.hits(in: text)
        self.book = book
    }

    init(_ text: MatchText, _ hits: [RuleHit], _ book: RuleBook) {
        self.text = text
        self.hits = hits
        self.book = book
    }

    /// Judges what stands in a range of ``MatchText/bytes``.
    ///
    /// - Parameters:
    ///   - range: Where to look.
    ///   - step: The step at which it was refused, where the text does not say.
    ///   - given: Codes that are known otherwise; what a quoted reply has comes before them.
    /// - Returns: With `unknown` where no rule applies.
    func refusal(in range: Range<Int>, step: SMTPStep? = nil, given: ReplyCodes? = nil) -> Refusal {
        let own = hits(in: range)
        guard let quote = innermost(own, range) else {
            let codes = given ?? ReplyCodes(in: text.bytes[range])
            let place = step ?? lastStep(own, butConnect: true)
            let words = text.bytes[range]
            let (finding, rule) = book.judge(codes.code, codes.enhanced, own, place, words: words)
            return Refusal(finding: finding, step: place, rule: rule, isQuoted: false)
        }
        let place = quote.step ?? step
        let quoted = hits(in: quote.range)
        let words = text.bytes[quote.range]
        let (finding, rule) = book.judge(quote.codes.code, quote.codes.enhanced, quoted, place, words: words)
        if rule == nil, finding.reason != .mailboxUnknown, let other = carrier(before: quote, in: range, place) {
            return other
        }
        return Refusal(finding: finding, step: place, rule: rule, isQuoted: true)
    }

    func refusal(step: SMTPStep? = nil, given: ReplyCodes? = nil) -> Refusal {
        refusal(in: 0..<text.bytes.count, step: step, given: given)
    }

    /// What the carrier says in words before a reply that says nothing; its codes are those of the reply, or made up.
    private func carrier(before quote: Quote, in range: Range<Int>, _ step: SMTPStep?) -> Refusal? {
        guard !quote.isOfTranscript else { return nil }
        let before = hits(in: range.lowerBound..<max(range.lowerBound, quote.marker))
        let (finding, rule) = book.judge(nil, nil, before, step)
        guard let rule, book.rules[rule].phrase != nil else { return nil }
        let isPermanent = finding.isPermanent && RuleBook.isPermanent(code: quote.codes.code, quote.codes.enhanced)
        let mild = BounceFinding(finding.reason, isPermanent: isPermanent)
        return Refusal(finding: mild, step: step, rule: rule, isQuoted: true)
    }

    // MARK: Quoted replies

    private struct Quote {
        /// Where the phrase stands behind which it comes.
        let marker: Int
        var range: Range<Int>
        var codes: ReplyCodes
        var step: SMTPStep?
        /// A line of sendmail's transcript, which may go on in the next one.
        let isLine: Bool
        let isReason: Bool
        /// Beside both, sendmail writes what it makes of them.
        var isOfTranscript: Bool { isLine || isReason }
    }

    /// The last reply that is quoted with a code in it, and is more than "no valid recipients".
    ///
    /// Each ends where the next begins, so that no text is looked at twice.
    private func innermost(_ own: ArraySlice<RuleHit>, _ range: Range<Int>) -> Quote? {
        var best: Quote?
        var last: Quote?
        var step: SMTPStep?
        var paragraph = 0..<0
        var pending: (hit: RuleHit, step: SMTPStep?)?
        func take(_ hit: RuleHit, _ step: SMTPStep?, until limit: Int) {
            let start = hit.range.upperBound
            let isLine = text.bytes[hit.range].starts(with: "<<<".utf8)
            if !isLine, !paragraph.contains(start) || isBlank(start..<paragraph.upperBound) {
                paragraph = start..<paragraphEnd(start)
            }
            let end = min(isLine ? lineEnd(start) : paragraph.upperBound, limit)
            guard start < end else { return }
            if isLine, let before = last, before.isLine, before.range.upperBound + 1 >= hit.range.lowerBound {
                last?.range = before.range.lowerBound..<end
            } else {
                last = Quote(
                    marker: hit.range.lowerBound,
                    range: start..<end,
                    codes: ReplyCodes(in: text.bytes[start..<end]),
                    step: step,
                    isLine: isLine,
                    isReason: text.bytes[hit.range].starts(with: "(".utf8)
                )
            }
            guard let found = last, found.codes.isSome else {
                // "Remote server returned unknown recipient" is part of a reply, and no other one.
                if let before = best, before.range.upperBound == hit.range.lowerBound {
                    best?.range = before.range.lowerBound..<end
                }
                return
            }
            if best == nil || !found.codes.isOfSequence { best = found }
        }
        for hit in own {
            switch book.rules[hit.rule].effect {
            case .step(let place): step = place
            case .reply:
                if let before = pending { take(before.hit, before.step, until: hit.range.lowerBound) }
                pending = (hit, step)
            default: continue
            }
        }
        if let last = pending { take(last.hit, last.step, until: range.upperBound) }
        guard var quote = best else { return nil }
        // Exim says the step before the reply itself, Postfix behind it.
        quote.step = lastStep(hits(in: quote.marker..<quote.range.upperBound)) ?? quote.step
        return quote
    }

    private func isBlank(_ range: Range<Int>) -> Bool {
        !text.bytes[range].contains { $0 != UInt8(ascii: " ") }
    }

    private func lastStep(_ own: ArraySlice<RuleHit>, butConnect: Bool = false) -> SMTPStep? {
        for hit in own.reversed() {
            guard case .step(let step) = book.rules[hit.rule].effect else { continue }
            if !butConnect || step != .connect { return step }
        }
        return nil
    }

    private func lineEnd(_ offset: Int) -> Int {
        let next = text.line(at: offset) + 1
        return next < text.lines.count ? text.lines[next].start : text.bytes.count
    }

    /// Where the next blank line stands; those before the first word are passed over.
    private func paragraphEnd(_ offset: Int) -> Int {
        var line = text.line(at: offset) + 1
        var hasWords = line < text.lines.count && text.lines[line].start > offset + 1
        while line < text.lines.count {
            let raw = text.raw[text.lines[line].raw]
            let isBlank = raw.allSatisfy { ASCII.isSpace($0) }
            if isBlank, hasWords { return text.lines[line].start }
            if !isBlank { hasWords = true }
            line += 1
        }
        return text.bytes.count
    }

    // MARK: Places

    /// The hits that lie wholly in a range.
    private func hits(in range: Range<Int>) -> ArraySlice<RuleHit> {
        let found = hits[firstHit(endingAfter: range.lowerBound)..<firstHit(endingAfter: range.upperBound)]
        // They stand in the order of their ends; few begin before the range.
        guard found.contains(where: { $0.range.lowerBound < range.lowerBound }) else { return found }
        return found.filter { $0.range.lowerBound >= range.lowerBound }[...]
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

extension ReplyCodes {
    var isSome: Bool { code != nil || enhanced != nil }

    /// "Need RCPT first", "no valid recipients": the answer to what a carrier sent on regardless.
    fileprivate var isOfSequence: Bool { code == 503 || enhanced.map { $0.subject == 5 && $0.detail == 1 } ?? false }
}
