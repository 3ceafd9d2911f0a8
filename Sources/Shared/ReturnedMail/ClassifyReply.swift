import Core

extension RuleBook {
    /// Says in the vocabulary of bounces why a server refused, from its codes and its words.
    ///
    /// For a reply during SMTP and for the diagnostic of a report alike, so that a 550 5.1.1 counts the same in both.
    /// It does not decide what happens to the delivery: that is ``judge(_:at:)``, which goes by codes alone.
    ///
    /// - Parameters:
    ///   - code: The SMTP code; `nil` where there is none.
    ///   - enhanced: The enhanced status code; `nil` where there is none.
    ///   - text: What the server said, UTF-8; where it quotes another server's reply, that one counts.
    ///   - step: The command that was refused, if known.
    /// - Returns: `unknown` where no rule applies. Without any code the refusal is taken for permanent.
    package func classify(
        code: Int?,
        enhanced: EnhancedStatus?,
        text: [UInt8],
        at step: SMTPStep? = nil
    ) -> BounceFinding {
        let refusal = RefusalText(text, self).refusal(step: step, given: ReplyCodes(code, enhanced))
        let isPermanent = refusal.finding.isPermanent && Self.isPermanent(code: code, enhanced)
        return BounceFinding(refusal.finding.reason, isPermanent: isPermanent)
    }

    /// The same for a reply as it was received.
    package func classify(_ reply: SMTPReply, at step: SMTPStep) -> BounceFinding {
        // Some write it in brackets, or at the end: "(#5.7.1)".
        let enhanced = EnhancedStatus(startOf: reply.text) ?? ReplyCodes(in: reply.text[...]).enhanced
        let words = Charset.utf8(reply.text, charset: [])
        return classify(code: reply.code, enhanced: enhanced, text: words, at: step)
    }

    /// The first rule that applies, and what it means at that step. `words` is the reply itself; empty where a carrier speaks.
    func judge(
        _ code: Int?,
        _ enhanced: EnhancedStatus?,
        _ hits: ArraySlice<RuleHit>,
        _ step: SMTPStep?,
        words: ArraySlice<UInt8> = []
    ) -> (finding: BounceFinding, rule: Int?) {
        let rules = rules
        func applies(_ index: Int) -> Bool {
            guard rules[index].step == nil || rules[index].step == step else { return false }
            let codes = rules[index].codes
            return codes.isEmpty || codes.contains { $0.matches(code: code, enhanced: enhanced) }
        }
        var best = Int.max
        for hit in hits where hit.rule < best {
            guard case .reason = rules[hit.rule].effect, applies(hit.rule) else { continue }
            best = hit.rule
        }
        if let byCode = codeRules.first(where: applies) { best = min(best, byCode) }
        var reason = BounceReason.unknown
        if best < rules.count, case .reason(let found) = rules[best].effect { reason = found }
        let isPermanent = Self.isPermanent(code: code, enhanced)
        let isDecided = best < rules.count
        // A code about permission says little: many give it to whoever they do not know.
        let isVague = !isDecided || rules[best].phrase == nil && enhanced?.subject == 7 && (enhanced?.detail ?? 2) < 2
        if isVague, isPermanent, step.map({ $0.rawValue >= SMTPStep.rcpt.rawValue }) ?? true,
            RecipientWords.sayDead(words, code)
        {
            return (BounceFinding(.mailboxUnknown, isPermanent: true), isDecided ? best : nil)
        }
        reason = Self.reason(reason, isDecided: isDecided, code: code, enhanced, isPermanent: isPermanent, at: step)
        return (BounceFinding(reason, isPermanent: isPermanent), isDecided ? best : nil)
    }

    /// Before RCPT nobody has been named but us: an address or a domain can only be the sender's, and a refusal for good
    /// that says nothing is about us.
    ///
    /// With a status that is about permission (x.7, RFC 3463 §3.8) an unknown domain is ours, too, but for what sendmail
    /// says of a null MX (x.7.27). What is wrong with us otherwise stands at the top of the rules.
    private static func reason(
        _ reason: BounceReason,
        isDecided: Bool,
        code: Int?,
        _ enhanced: EnhancedStatus?,
        isPermanent: Bool,
        at step: SMTPStep?
    ) -> BounceReason {
        let isOfPermission = enhanced.map { $0.subject == 7 && $0.detail != 27 } ?? false
        switch step {
        case .connect, .greeting, .ehlo, .startTLS, .auth, .mail:
            // RFC 7504: a host that takes no mail says so at once.
            if reason == .domainUnknown, step != .mail, code == 521 || code == 556 { return reason }
            if reason == .mailboxUnknown || reason == .domainUnknown { return .policy }
            return !isDecided && isPermanent ? .policy : reason
        case .data, .dot:
            if reason == .domainUnknown { return isOfPermission ? .policy : reason }
            // The recipient had been accepted: without a word about them, or a status about their side, it is the message.
            let isOfTheirs = enhanced.map { (1...4).contains($0.subject) } ?? false
            return !isDecided && isPermanent && !isOfTheirs ? .policy : reason
        default: return reason == .domainUnknown && isOfPermission ? .policy : reason
        }
    }

    static func isPermanent(code: Int?, _ enhanced: EnhancedStatus?) -> Bool {
        let classes = [code.map { $0 / 100 }, enhanced?.statusClass].compactMap { $0 }
        return classes.allSatisfy { $0 == 5 }
    }
}

/// The codes that stand in a text, wherever they do.
struct ReplyCodes: Equatable {
    /// 400 to 599.
    var code: Int?
    /// Of class 4 or 5.
    var enhanced: EnhancedStatus?

    init(_ code: Int?, _ enhanced: EnhancedStatus?) {
        self.code = code
        self.enhanced = enhanced
    }

    /// Finds the first of each: `550 5.1.1 no`, `550-5.1.1`, `(#5.1.1)`, `552 <ada@example.com> rejected`.
    ///
    /// Numbers that are part of a word, an address or an IP address are none.
    init(in text: ArraySlice<UInt8>) {
        var index = text.startIndex
        var before: UInt8 = 0x20
        while index < text.endIndex, code == nil || enhanced == nil {
            let byte = text[index]
            let isStart = (byte == UInt8(ascii: "4") || byte == UInt8(ascii: "5")) && !Self.continues(before)
            guard isStart else {
                before = byte
                index += 1
                continue
            }
            let end =
                text[index...].prefix(12).firstIndex { !ASCII.isDigit($0) && $0 != UInt8(ascii: ".") }
                ?? min(index + 12, text.endIndex)
            let following = end < text.endIndex ? text[end] : 0x20
            let isCode = take(text[index..<end], following: following)
            before = text[end - 1]
            index = end
            if isCode, following == UInt8(ascii: "-") {  // 550-5.1.1
                before = 0x20
                index += 1
            }
        }
    }

    private static func continues(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || "._@+=[/-".utf8.contains(byte)
    }

    /// Whether the word is an SMTP code.
    private mutating func take(_ word: ArraySlice<UInt8>, following: UInt8) -> Bool {
        guard !ASCII.isLetter(following), !"@_/]".utf8.contains(following) else { return false }
        let word = word.last == UInt8(ascii: ".") ? word.dropLast() : word
        if word.count == 3, word.allSatisfy({ ASCII.isDigit($0) }) {
            let number = word.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            guard number < 560 || number == 571 else { return false }
            if code == nil { code = number }
            return true
        }
        if enhanced == nil, let status = EnhancedStatus(startOf: word) { enhanced = status }
        return false
    }
}
