import Core

extension ReportReader {
    /// The recipients of an RFC 3464 report; a notice beside it gives reasons that the fields leave out.
    func recipients(
        ofStatus part: MIMEPart,
        _ notice: Notice,
        _ named: @autoclosure () -> [Notice.Recipient]
    ) -> [ReportedRecipient] {
        var result: [StatusBlock] = []
        for block in StatusFields.blocks(in: message.decodedBody(of: part), limits) {
            guard result.count < limits.recipients else { break }
            let hasOutcome = block.has("action") || block.has("status")
            guard StatusFields.namesRecipient(block) || (hasOutcome && !block.has("reporting-mta")) else { continue }
            result.append(recipient(block, notice))
        }
        if result.count(where: { $0.isOpen }) == 1 {
            return result.map { $0.isOpen ? $0.judged(beside: notice.refusal, book) : $0.recipient }
        }
        let named = named()
        let refusals = notice.refusals(for: named)
        var places: [[UInt8]: Int] = [:]
        for (index, one) in named.enumerated() { places[ASCII.lowercased(one.address)] = index }
        return result.map { one in
            guard one.isOpen else { return one.recipient }
            let place = places[ASCII.lowercased((one.recipient.address ?? "").utf8)]
            return one.judged(beside: place.map { refusals[$0] }, book)
        }
    }

    private func recipient(_ block: MIMEHeader, _ notice: Notice) -> StatusBlock {
        let final = StatusFields.address(block["final-recipient"])
        let original = StatusFields.address(block["original-recipient"])
        let diagnostic = Charset.utf8(block["diagnostic-code"] ?? [], charset: [])
        let words = diagnostic.firstIndex(of: UInt8(ascii: ";")).map { Array(diagnostic[($0 + 1)...]) } ?? diagnostic
        let isSMTP = !ASCII.lowercased(diagnostic.prefix(5)).starts(with: "x400".utf8)
        let said = isSMTP ? ReplyCodes(in: words[...]) : ReplyCodes(in: [])
        let status = ReplyCodes(in: (block["status"] ?? [])[...]).enhanced ?? Self.success(block["status"])
        // 5.0.0 says nothing; the words of the server that refused may say more.
        let isVague = status.map { $0.subject == 0 } ?? true
        let enhanced = isVague ? said.enhanced ?? status : status
        var action = Self.action(block["action"], status: enhanced, notice)
        // OpenSMTPD calls a delay what it gives up.
        if action == .delayed, notice.isMarked(.givenUp) { action = .failed }
        let recipient = ReportedRecipient(
            address: final ?? original,
            original: original == final ? nil : original,
            action: action,
            finding: BounceFinding(.unknown, isPermanent: status?.statusClass ?? 5 == 5),
            status: enhanced,
            diagnostic: words.isEmpty ? [] : Array(words.drop { ASCII.isBlank($0) }),
            source: .field
        )
        return StatusBlock(
            recipient: recipient,
            said: said,
            status: status,
            statusText: block["status"] ?? [],
            verdict: block[ProviderReport.reasonField.lowercased()].flatMap {
                BounceReason(rawValue: String(decoding: $0, as: UTF8.self))
            }
        )
    }

    private static func success(_ value: [UInt8]?) -> EnhancedStatus? {
        guard let value, let status = EnhancedStatus(startOf: value.prefix { !ASCII.isSpace($0) }) else { return nil }
        return status
    }

    /// Reads `failed (permanent)` and other ways of saying it; where it is missing, the status decides.
    ///
    /// Without both it is a failure only when the notice says so: a doubtful report counts against no recipient.
    private static func action(_ value: [UInt8]?, status: EnhancedStatus?, _ notice: Notice) -> ReportedAction {
        let word = String(
            decoding: ASCII.lowercased((value ?? []).prefix { ASCII.isLetter($0) }),
            as: UTF8.self
        )
        if let action = ReportedAction(rawValue: word) { return action }
        if word.hasPrefix("fail") || word.hasPrefix("error") || word.hasPrefix("undeliver") { return .failed }
        if word.hasPrefix("delay") || word.hasPrefix("warn") { return .delayed }
        switch status?.statusClass {
        case 2: return .delivered
        case 5: return .failed
        case 4: return .delayed
        default: return notice.isMarked(.failure) && !notice.isMarked(.delay) ? .failed : .delayed
        }
    }
}

extension ReportedRecipient {
    /// The same with the address that a notice names, and its reason where the fields know none.
    func named(by other: ReportedRecipient) -> ReportedRecipient {
        ReportedRecipient(
            address: other.address,
            original: other.original,
            action: action,
            finding: finding.reason == .unknown ? other.finding : finding,
            status: status,
            diagnostic: diagnostic,
            source: other.source
        )
    }

    /// The same with a reason; what its own fields say about permanence stays.
    fileprivate func found(_ other: BounceFinding) -> ReportedRecipient {
        ReportedRecipient(
            address: address,
            original: original,
            action: action,
            finding: BounceFinding(other.reason, isPermanent: finding.isPermanent && other.isPermanent),
            status: status,
            diagnostic: diagnostic,
            source: source
        )
    }
}

/// What the fields of one recipient say, before it is judged.
struct StatusBlock {
    let recipient: ReportedRecipient
    /// In the reply that was quoted, and of the carrier's own making.
    let said: ReplyCodes
    let status: EnhancedStatus?
    let statusText: [UInt8]
    /// The verdict of a webhook provider's event table.
    let verdict: BounceReason?

    /// Whether it failed or may fail, so that the notice's words are about it.
    var isOpen: Bool { recipient.action == .failed || recipient.action == .delayed }

    /// Who said what, in this order: the reply that the fields quote, the one that the notice quotes, the carrier's
    /// status, the notice's words.
    func judged(beside told: Refusal?, _ book: RuleBook) -> ReportedRecipient {
        if let verdict { return recipient.found(BounceFinding(verdict, isPermanent: true)) }
        let words = RefusalText(recipient.diagnostic, book)
        let own = words.refusal(step: told?.step, given: said)
        let isByNumber = own.rule.map { book.rules[$0].isReplyCode } ?? false
        if own.isDecided, !isByNumber { return recipient.found(own.finding) }
        if recipient.diagnostic.isEmpty, let told, told.isQuoted, told.isDecided {
            return recipient.found(told.finding)
        }
        let isVague = said.enhanced.map { $0.subject == 0 } ?? true
        if isVague, !own.isQuoted, !isMadeUp {
            let codes = ReplyCodes(said.code, status)
            let byStatus = words.refusal(step: told?.step, given: codes)
            if byStatus.isDecided { return recipient.found(byStatus.finding) }
            // "4.0.0 (host name lookup failure)"
            let byComment = RefusalText(statusText, book).refusal(given: codes)
            if byComment.isDecided { return recipient.found(byComment.finding) }
        }
        if own.isDecided { return recipient.found(own.finding) }
        if let told, told.isDecided, told.finding.consequence != .hard || said.code == nil || told.isQuoted {
            return recipient.found(told.finding)
        }
        return recipient.found(own.finding)
    }

    /// Sendmail makes a status of the number alone where the server that refused gave none.
    private var isMadeUp: Bool {
        guard let code = said.code, let status, status.statusClass == 5, status.subject == 1 else { return false }
        return [550: 1, 553: 3, 551: 6][code] == status.detail
    }
}

extension BounceRule {
    /// Whether it goes by the number of a reply alone.
    fileprivate var isReplyCode: Bool {
        guard phrase == nil else { return false }
        return codes.allSatisfy { if case .reply = $0 { true } else { false } }
    }
}
