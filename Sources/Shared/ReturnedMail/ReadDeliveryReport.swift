import Core

extension ReportReader {
    /// The recipients of an RFC 3464 report; a notice beside it gives reasons that the fields leave out.
    func recipients(ofStatus part: MIMEPart, _ notice: Notice) -> [ReportedRecipient] {
        var result: [ReportedRecipient] = []
        for block in StatusFields.blocks(in: message.decodedBody(of: part), limits) {
            guard result.count < limits.recipients else { break }
            let hasOutcome = block["action"] != nil || block["status"] != nil
            guard StatusFields.namesRecipient(block) || (hasOutcome && block["reporting-mta"] == nil) else { continue }
            result.append(recipient(block, notice))
        }
        let failed = result.filter { $0.action == .failed }.count
        let named = result.contains { $0.finding.reason == .unknown } ? noticeRecipients(notice) : []
        let findings = notice.findings(for: named)
        var places: [[UInt8]: Int] = [:]
        for (index, one) in named.enumerated() { places[ASCII.lowercased(one.address)] = index }
        return result.map { recipient in
            guard recipient.finding.reason == .unknown, recipient.action == .failed else { return recipient }
            guard failed > 1 else { return recipient.explained(by: notice.finding) }
            let place = places[ASCII.lowercased((recipient.address ?? "").utf8)]
            return place.map { recipient.explained(by: findings[$0]) } ?? recipient
        }
    }

    private func recipient(_ block: MIMEHeader, _ notice: Notice) -> ReportedRecipient {
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
        let action = Self.action(block["action"], status: enhanced, notice)
        var finding = book.classify(code: said.code, enhanced: enhanced, text: words)
        if finding.reason == .unknown {  // "4.0.0 (host name lookup failure)"
            finding = book.classify(code: said.code, enhanced: enhanced, text: block["status"] ?? [])
        }
        return ReportedRecipient(
            address: final ?? original,
            original: original == final ? nil : original,
            action: action,
            finding: BounceFinding(
                finding.reason,
                isPermanent: finding.isPermanent && status?.statusClass ?? 5 == 5
            ),
            status: enhanced,
            diagnostic: words.isEmpty ? [] : Array(words.drop { ASCII.isBlank($0) }),
            source: .field
        )
    }

    private static func success(_ value: [UInt8]?) -> EnhancedStatus? {
        guard let value, let status = EnhancedStatus(startOf: value.prefix { !ASCII.isSpace($0) }) else { return nil }
        return status
    }

    /// Reads `failed (permanent)` and other ways of saying it; where it is missing, the status decides.
    ///
    /// Without both it is a failure only when the notice says so: a doubtful report counts against nobody.
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

    /// The same with another reason; what its own fields say about permanence stays.
    fileprivate func explained(by other: BounceFinding) -> ReportedRecipient {
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
