import Core

/// Which parts of a message make it a report.
struct ReportShape {
    /// `message/feedback-report`, RFC 5965.
    private(set) var feedback: Int?
    /// `message/delivery-status`, RFC 3464, or `message/global-delivery-status`, RFC 6533.
    private(set) var status: Int?
    /// `multipart/report` of a kind that can be about a failure.
    private(set) var isReport = false
    /// The returned messages: `message/rfc822`, `text/rfc822-headers` and their kin.
    private(set) var returned: [Int] = []
    /// Texts for people, in order.
    private(set) var texts: [Int] = []

    /// Looks at what is not inside a returned message; a report that somebody forwarded as a message is found, too.
    init(_ message: MIMEMessage) {
        take(message, under: nil)
        guard feedback == nil, status == nil else { return }
        for part in returned {
            let isReport = message.parts.indices.contains {
                message.isInside($0, part) && Self.isStatus(message.parts[$0].type)
            }
            guard isReport else { continue }
            returned = []
            texts = []
            take(message, under: part)
            return
        }
    }

    private static func isStatus(_ type: String) -> Bool {
        type == "message/delivery-status" || type == "message/global-delivery-status"
            || type == "message/feedback-report"
    }

    /// Receipts of readers and reports about TLS are `multipart/report`, too; some servers leave the type out.
    private static func isAboutFailures(_ header: MIMEHeader) -> Bool {
        guard let type = ParameterizedValue(header["content-type"] ?? [])["report-type"] else { return true }
        return ASCII.lowercased(type.filter { !ASCII.isSpace($0) }).elementsEqual("delivery-status".utf8)
    }

    private mutating func take(_ message: MIMEMessage, under root: Int?) {
        // Whether each part stands in a returned message; a part comes after the one that it stands in.
        var isHidden = [Bool](repeating: false, count: message.parts.count)
        for (index, part) in message.parts.enumerated() {
            let isUnder = root.map { message.isInside(index, $0) } ?? true
            if let parent = part.parent {
                isHidden[index] = isHidden[parent] || (returned.contains(parent) && parent != root)
            }
            guard isUnder, !isHidden[index] else { continue }
            switch part.type {
            case "message/feedback-report": feedback = feedback ?? index
            case "message/delivery-status", "message/global-delivery-status": status = status ?? index
            case "message/rfc822", "message/global", "message/news", "text/rfc822-headers", "text/rfc822-header",
                "message/rfc822-headers", "message/global-headers":
                returned.append(index)
            // A read receipt, RFC 8098: it is understood, and kept, as the text that it is.
            case "text/plain", "text/html", "message/disposition-notification",
                "message/global-disposition-notification":
                texts.append(index)
            default:
                if part.type == "multipart/report", Self.isAboutFailures(part.header) { isReport = true }
                // A multipart without its boundary is read as the text that it is.
                if part.type.hasPrefix("multipart/"), !part.hasChildren { texts.append(index) }
            }
        }
    }
}

/// What header, subject and sender say about the kind of a mail, by the rules.
struct MailMarks {
    private var subjectKinds = MailKinds()
    private var senderKinds = MailKinds()
    private var headerKinds = MailKinds()
    /// What the first of the rules that apply to the subject says.
    private var firstOfSubject: BounceRule.MailKind?

    init(_ header: MIMEHeader, _ book: RuleBook) {
        let rules = book.rules
        var first = Int.max
        for hit in book.hits(in: MatchText(header.text("subject") ?? [])) {
            guard case .mark(.subject, let kind) = rules[hit.rule].effect else { continue }
            subjectKinds.insert(kind)
            if hit.rule < first { (first, firstOfSubject) = (hit.rule, kind) }
        }
        for hit in book.hits(in: MatchText(header.text("from") ?? [])) {
            if case .mark(.sender, let kind) = rules[hit.rule].effect { senderKinds.insert(kind) }
        }
        for named in book.headerRules where header.has(named.name) {
            let texts = header.all(named.name).map { MatchText(Array($0.prefix(1_000))).bytes }
            for rule in named.rules {
                let applies = rule.phrase.map { phrase in texts.contains { $0.containsBytes(phrase) } }
                if applies ?? true { headerKinds.insert(rule.kind) }
            }
        }
    }

    /// By any of header, subject and sender.
    func has(_ kind: BounceRule.MailKind) -> Bool { header(kind) || subject(kind) || sender(kind) }
    func subject(_ kind: BounceRule.MailKind) -> Bool { subjectKinds.contains(kind) }
    func sender(_ kind: BounceRule.MailKind) -> Bool { senderKinds.contains(kind) }
    func header(_ kind: BounceRule.MailKind) -> Bool { headerKinds.contains(kind) }
    /// "(Failure)" beside "delivery status": the more exact words stand first in the table.
    var subjectSaysFailureFirst: Bool { firstOfSubject == .failure }
}

/// A set of them, without a hash table.
private struct MailKinds {
    private var bits: UInt8 = 0

    mutating func insert(_ kind: BounceRule.MailKind) { bits |= Self.bit(kind) }
    func contains(_ kind: BounceRule.MailKind) -> Bool { bits & Self.bit(kind) != 0 }

    private static func bit(_ kind: BounceRule.MailKind) -> UInt8 {
        switch kind {
        case .failure: 1
        case .delay: 2
        case .arrival: 4
        case .challenge: 8
        case .unsubscribe: 16
        case .list: 32
        case .autoReply: 64
        case .givenUp: 128
        }
    }
}
