import Core

/// Reads a mail that came back.
///
/// - Parameters:
///   - bytes: The message as it was received; only its beginning is read when it is larger than the limits.
///   - sentTo: The envelope's recipient, where the way in knows it.
///   - book: The rules by which texts are understood.
///   - limits: How much is read.
/// - Returns: Always something: what cannot be understood is `other`. The time is linear in the size.
package func readReport(
    _ bytes: [UInt8],
    sentTo: [UInt8]? = nil,
    book: RuleBook = .builtIn,
    limits: MIMELimits = MIMELimits()
) -> MailReport {
    ReportReader(bytes, sentTo: sentTo, book: book, limits: limits).read()
}

/// The steps of ``readReport(_:sentTo:book:limits:)``; what kind of mail it is, is decided here and in this order.
struct ReportReader {
    let message: MIMEMessage
    let sentTo: [UInt8]?
    let book: RuleBook
    let limits: MIMELimits
    let marks: MailMarks

    init(_ bytes: [UInt8], sentTo: [UInt8]?, book: RuleBook, limits: MIMELimits) {
        message = MIMEMessage(bytes, limits: limits)
        self.sentTo = sentTo
        self.book = book
        self.limits = limits
        marks = MailMarks(message.header, book)
    }

    func read() -> MailReport {
        let shape = ReportShape(message)
        if let part = shape.feedback { return complaint(part, shape) }
        if let recipient = marketFeedback(shape) { return report(.complaint(.abuse), [named(recipient)], shape) }
        let notice = Notice(noticeText(shape), book)
        lazy var named = notice.recipients(limit: limits.recipients, notAmong: strangers)
        if let status = shape.status {
            let recipients = recipients(ofStatus: message.parts[status], notice, named)
            let isUseful = recipients.contains { $0.address != nil }
            if isUseful { return report(.delivery, recipients, shape, notice) }
            let action = recipients.first?.action ?? (marks.has(.delay) ? .delayed : .failed)
            var found = fromNotice(notice, named, shape, orElse: action)
            if recipients.count == 1, found.count == 1 { found = [recipients[0].named(by: found[0])] }
            return report(.delivery, found.isEmpty ? recipients : found, shape, notice)
        }
        if isUnsubscribeAddress, !isOfMachine(notice, named, shape) { return report(.unsubscribe, [], shape, notice) }
        if isArrival(notice) { return report(.autoReply, [], shape, notice) }
        if isNotice(notice, named, shape) {
            return report(.delivery, fromNotice(notice, named, shape, orElse: .failed), shape, notice)
        }
        return report(otherKind(notice), [], shape, notice)
    }

    /// What a mail without any report is.
    private func otherKind(_ notice: Notice) -> MailReport.Kind {
        if marks.has(.challenge) || notice.isMarked(.challenge) { return .challenge }
        if marks.has(.autoReply) { return .autoReply }
        if marks.subject(.unsubscribe) { return .unsubscribe }
        if marks.has(.list) { return .other }
        if notice.isMarked(.autoReply) { return .autoReply }
        // RFC 3834 §3.3: who answers by machine sends from nobody; vacation(1) marks nothing else.
        let isCalledNotice = marks.subject(.failure) || marks.subject(.delay)
        return isFromNobody && !isCalledNotice ? .autoReply : .other
    }

    // MARK: Opt-outs

    /// Whether it was sent to a signed unsubscribe address: by the envelope, or by the fields that stand for it, or,
    /// where these name none of ours, by any address of `To` and `Cc`.
    private var isUnsubscribeAddress: Bool {
        let prefix = KeyRing.mailUnsubscribePrefix.utf8
        if let sentTo { return ASCII.lowercased(sentTo.prefix(2)).elementsEqual(prefix) }
        func signed(_ names: [String]) -> [[UInt8]] {
            names.flatMap { message.header.all($0) }.flatMap { SignedLocalPart.find(in: $0) }
        }
        let ofMessage = signed(["x-original-to", "delivered-to", "envelope-to"])
        return (ofMessage.isEmpty ? signed(["to", "cc"]) : ofMessage)
            .contains { ASCII.lowercased($0.prefix(2)).elementsEqual(prefix) }
    }

    /// What alone can mean that nobody opts out: fields of machines that answer, or a real report.
    ///
    /// A subject or a text never does: "on vacation" is what the message was about, "not delivered" what it quotes.
    ///
    /// Mail programs' unsubscribe buttons send automatic mail, too: Apple's has its own field, and all have the subject
    /// that List-Unsubscribe asks for. An automatic reply has the subject of the message.
    private func isOfMachine(_ notice: Notice, _ named: [Notice.Recipient], _ shape: ReportShape) -> Bool {
        if marks.header(.unsubscribe) || marks.subject(.unsubscribe), !shape.isReport { return false }
        return marks.header(.autoReply) || shape.isReport || notice.isMarked(.arrival)
            || isFromNobody && isNotice(notice, named, shape)
    }

    // MARK: Notices

    /// Whether it says that the message arrived or was read, which is no failure.
    ///
    /// Dovecot's servers refuse in the form of a receipt: their sender and their words say so.
    private func isArrival(_ notice: Notice) -> Bool {
        if marks.subject(.arrival) { return true }
        return notice.isMarked(.arrival) && !(marks.sender(.failure) && notice.isMarked(.failure))
    }

    private var isFromNobody: Bool { message.header["return-path"].map { $0.elementsEqual("<>".utf8) } ?? false }

    /// Whether a mail without an RFC 3464 part is the notice of a server all the same.
    ///
    /// The sender or the subject must say so, and the text or a returned message must bear it out: what a person
    /// quotes, what a shop's customer complains of, or a vacation program answers, is no notice.
    private func isNotice(_ notice: Notice, _ named: [Notice.Recipient], _ shape: ReportShape) -> Bool {
        if message.header.has("x-failed-recipients") { return true }
        let isServer = marks.sender(.failure) || shape.isReport || hasNoSender
        let isCalledSo = marks.subject(.failure) || marks.subject(.delay)
        let saysSo = notice.namesRecipients || notice.isMarked(.failure) || notice.isMarked(.delay)
        if isServer {
            if isCalledSo || saysSo || !shape.returned.isEmpty || notice.originalLine != nil { return true }
            let isUnderstood = isFromNobody && notice.finding.reason != .unknown
            return (notice.hasHardStatus || isUnderstood) && named.count == 1
        }
        let hasMessage = !shape.returned.isEmpty || quotesMessage(notice)
        if marks.has(.autoReply) || isAutomatic && !hasMessage { return false }
        if isFromNobody, notice.quotesHardReply, !marks.has(.list), !named.isEmpty { return true }
        // Some servers begin a notice's subject as an answer's, too.
        if isCalledSo { return hasMessage || notice.namesRecipients }
        let hasReason = notice.finding.reason != .unknown
        return notice.namesRecipients && (hasMessage || isFromNobody && hasReason) && !marks.has(.list)
    }

    /// `From: <>`, which RFC 5322 does not know, and servers write all the same.
    private var hasNoSender: Bool {
        message.header["from"].map { value in
            value.suffix(2).elementsEqual("<>".utf8) && AddressScanner.first(in: value) == nil
        } ?? false
    }

    /// RFC 3834: a program wrote it, whichever.
    private var isAutomatic: Bool {
        message.header["auto-submitted"].map { !ASCII.lowercased($0).starts(with: "no".utf8) } ?? false
    }

    /// Whether it quotes a message as servers do, with fields of its transport; programs of people quote others.
    private func quotesMessage(_ notice: Notice) -> Bool {
        guard let header = notice.returnedHeader(limits)?.header else { return false }
        return ["received", "message-id", "return-path"].contains { header.has($0) }
    }
}

extension ReportReader {
    // MARK: Addresses

    /// Not to be taken for failed ones: the sender of the notice, and where it was sent.
    private func strangers() -> Set<[UInt8]> {
        var result: Set<[UInt8]> = []
        for name in ["from", "sender", "reply-to", "to", "cc", "delivered-to", "x-original-to", "return-path"] {
            for value in message.header.all(name) {
                for range in AddressScanner.ranges(in: value, 0..<value.count) {
                    result.insert(ASCII.lowercased(value[range]))
                }
            }
        }
        if let sentTo { result.insert(ASCII.lowercased(sentTo)) }
        return result
    }

    /// In the notice, else in the fields that some servers add, else in the subject, else whom the message was to.
    private func fromNotice(
        _ notice: Notice,
        _ named: [Notice.Recipient],
        _ shape: ReportShape,
        orElse action: ReportedAction
    ) -> [ReportedRecipient] {
        let isDelay = notice.isMarked(.delay) || marks.subject(.delay) && !marks.subjectSaysFailureFirst
        if !named.isEmpty, !message.header.has("x-failed-recipients") {
            let findings = explained(notice.refusals(for: named).map(\.finding))
            return named.indices.map { index in
                let one = named[index]
                return recipient(
                    String(decoding: one.address, as: UTF8.self),
                    alias: one.alias.map { String(decoding: $0, as: UTF8.self) },
                    isDelay || one.isDelay ? .delayed : action,
                    findings[index],
                    .notice
                )
            }
        }
        let (addresses, source) = fallbackAddresses(notice, shape)
        let finding = explained([notice.finding])[0]
        let outcome: ReportedAction = isDelay || named.contains(where: \.isDelay) ? .delayed : action
        guard !addresses.isEmpty else { return [recipient(nil, alias: nil, outcome, finding, .notice)] }
        return addresses.map { recipient($0, alias: nil, outcome, finding, source) }
    }

    private func fallbackAddresses(_ notice: Notice, _ shape: ReportShape) -> ([String], ReportedRecipient.Source) {
        func strings(_ value: [UInt8]) -> [String] {
            AddressScanner.addresses(in: value, 0..<value.count).prefix(limits.recipients)
                .map { String(decoding: $0.bytes, as: UTF8.self) }
        }
        let failed = message.header.all("x-failed-recipients").flatMap(strings)
        if !failed.isEmpty { return (failed, .field) }
        let others = strangers()
        let subject = strings(message.header.text("subject") ?? []).filter {
            !others.contains(ASCII.lowercased($0.utf8))
        }
        if subject.count == 1 { return (subject, .notice) }
        let header = returnedHeader(shape, notice)
        for name in ["x-original-to", "delivered-to", "envelope-to", "to"] {
            let found = strings(header?[name] ?? []).filter { !others.contains(ASCII.lowercased($0.utf8)) }
            if found.count == 1 { return (found, .returnedMessage) }
        }
        return ([], .notice)
    }

    /// A subject such as "Warning: ada@example.com - User unknown!" may say what the text does not.
    private func explained(_ findings: [BounceFinding]) -> [BounceFinding] {
        guard findings.contains(where: { $0.reason == .unknown }), let subject = message.header.text("subject") else {
            return findings
        }
        let words = subject.prefix(1_000)
        let codes = ReplyCodes(in: words)
        let other = book.classify(code: codes.code, enhanced: codes.enhanced, text: Array(words))
        return findings.map { finding in
            guard finding.reason == .unknown else { return finding }
            return BounceFinding(other.reason, isPermanent: finding.isPermanent && other.isPermanent)
        }
    }

    private func recipient(
        _ address: String?,
        alias: String?,
        _ action: ReportedAction,
        _ finding: BounceFinding,
        _ source: ReportedRecipient.Source
    ) -> ReportedRecipient {
        ReportedRecipient(
            address: address,
            original: alias,
            action: action,
            finding: finding,
            status: nil,
            diagnostic: [],
            source: source
        )
    }
}
