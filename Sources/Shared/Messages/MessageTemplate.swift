import Core
import Templates

/// A campaign's message, compiled once per version and rendered once per recipient.
///
/// Static text is transfer-encoded when compiled, so that rendering is copying, a few small encodings, and the tokens.
/// It signs nothing with DKIM and keeps nothing: what it drew at random is in the message alone. The same template may
/// be rendered by several threads at once.
package struct MessageTemplate: Sendable {
    /// Where the parts of a rendered message stand.
    package struct Layout: Sendable, Equatable {
        package let header: Range<Int>
        /// The text part, encoded.
        package let text: Range<Int>
        /// The HTML part, encoded.
        package let html: Range<Int>
    }

    /// What a look at a message finds out while it is rendered.
    struct Collected {
        var missing: Set<String> = []
        var urlNotes: Set<URLNote> = []

        mutating func take(_ missing: Set<String>, _ notes: Set<URLNote>) {
            self.missing.formUnion(missing)
            urlNotes.formUnion(notes)
        }
    }

    /// The largest message, unless asked otherwise.
    package static let defaultLimitBytes = 1 << 20

    /// The links whose clicks are counted; to be stored before the first letter leaves.
    package let links: [TrackedLink]
    /// Links that are not counted, or lead nowhere.
    package let linkNotes: [LinkNote]
    /// The fields that the templates name, reserved ones left out; inside a section they may be fields of its items.
    package let fieldNames: Set<String>
    package let campaign: CampaignFacts

    private let header: MessageHeader
    private let subject: CompiledTemplate
    /// The whole field, when it is the same for all.
    private let staticSubject: [UInt8]?
    private let text: CompiledTemplate
    private let html: CompiledTemplate
    private let defaults: MergeValue

    /// Compiles a message; `defaults` is an object, and stands in for fields that a contact does not have.
    ///
    /// The time is linear in the size of the templates with their partials, which is bounded; `stop` ends it earlier.
    package init(
        source: TemplateSource,
        sender: SenderProfile,
        campaign: CampaignFacts,
        defaults: MergeValue = .object([]),
        stop: WorkStop = .never
    ) throws(TemplateError) {
        header = try MessageHeader(sender, campaign)
        self.campaign = campaign
        self.defaults = defaults
        let fields = MessageFields(
            partials: source.partials,
            trackingBase: sender.trackingBase,
            campaignName: campaign.name
        )
        let subjectFlat = try Self.preparedSubject(source, fields)
        let htmlSource = try URLFields.mark(
            inHTML: fields.prepare(source.html, name: source.htmlName, for: .html, stop: stop)
        )
        try stop.check(source.htmlName)
        let textSource =
            try source.text.map { text throws(TemplateError) in
                try fields.prepare(text, name: source.textName, for: .text, stop: stop)
            } ?? HTMLToText.convert(htmlSource)
        try stop.check(source.textName)
        let textFlat = MessageText.finished(
            try URLFields.mark(inText: textSource),
            trackingBase: sender.trackingBase,
            language: sender.language
        )
        let messageHTML = try MessageHTML(
            htmlSource,
            name: source.htmlName,
            trackingBase: sender.trackingBase,
            tracking: campaign.tracking,
            language: sender.language
        )
        try stop.check(source.htmlName)
        links = messageHTML.links
        linkNotes = messageHTML.notes
        fieldNames = Self.names(in: [subjectFlat, textFlat, messageHTML.flat])
        subject = try CompiledTemplate(subjectFlat, encoding: .plain)
        text = try CompiledTemplate(textFlat, encoding: .quotedPrintable)
        html = try CompiledTemplate(messageHTML.flat, encoding: .quotedPrintable)
        staticSubject = subjectFlat.tokens.isEmpty ? Self.subjectField(subjectFlat.bytes) : nil
    }

    /// Renders the message for one recipient into `buffer`, whose capacity is used again; what was in it is dropped.
    ///
    /// `random` draws the numbers of opens and clicks in tracking mode `aggregate`, and must be a secure generator.
    /// After a throw `buffer` is of no use but to be used again.
    @discardableResult
    package func render(
        _ recipient: RecipientFacts,
        keys: KeyRing,
        random: inout some RandomNumberGenerator,
        into buffer: inout [UInt8],
        limitBytes: Int = MessageTemplate.defaultLimitBytes
    ) throws(RenderError) -> Layout {
        var found = Collected()
        let tokens = tokens(for: recipient, keys: keys, random: &random)
        return try render(recipient, keys, tokens, &buffer, limitBytes, .refuse, &found)
    }

    /// The signed address that bounces of an attempt come back to: MAIL FROM without angle brackets.
    package func returnPath(seq: Seq, attempt: UInt16, keys: KeyRing) -> [UInt8] {
        var path = Array(KeyRing.bouncePrefix.utf8)
        path.reserveCapacity(64 + header.returnPathDomain.count)
        keys.append(.bounce(DeliveryKey(campaign: campaign.id, seq: seq), attempt: attempt), to: &path)
        path.append(UInt8(ascii: "@"))
        path.append(contentsOf: header.returnPathDomain)
        return path
    }

    // MARK: Rendering

    func render(
        _ recipient: RecipientFacts,
        _ keys: KeyRing,
        _ tokens: MessageTokens,
        _ buffer: inout [UInt8],
        _ limitBytes: Int,
        _ policy: MissingFieldPolicy,
        _ found: inout Collected
    ) throws(RenderError) -> Layout {
        let key = DeliveryKey(campaign: campaign.id, seq: recipient.seq)
        let scope = MergeScope(
            fields: recipient.fields,
            defaults: defaults,
            email: MergeText(recipient.address.bytes)
        )
        let subject = try subjectField(scope, policy, &found)
        buffer.removeAll(keepingCapacity: true)
        header.append(
            key,
            recipient,
            subject: subject,
            unsubscribe: tokens.unsubscribe,
            keys: keys,
            to: &buffer
        )
        let textStart = buffer.count
        try append(text, .plain, tokens, scope, &buffer, limitBytes, policy, &found)
        let textEnd = buffer.count
        buffer.append(contentsOf: MessageHeader.middle)
        let htmlStart = buffer.count
        try append(html, .html, tokens, scope, &buffer, limitBytes, policy, &found)
        let htmlEnd = buffer.count
        buffer.append(contentsOf: MessageHeader.end)
        return Layout(header: 0..<textStart, text: textStart..<textEnd, html: htmlStart..<htmlEnd)
    }

    private func append(
        _ template: CompiledTemplate,
        _ escaping: MustacheTemplate.Escaping,
        _ tokens: MessageTokens,
        _ scope: MergeScope,
        _ buffer: inout [UInt8],
        _ limitBytes: Int,
        _ policy: MissingFieldPolicy,
        _ found: inout Collected
    ) throws(RenderError) {
        var walker = TemplateWalker(
            output: QuotedPrintableOutput(escaping: escaping, tokens: tokens),
            scope: scope,
            missing: policy,
            limitBytes: limitBytes
        )
        // Lent, not copied: an array with two owners is copied when one of them writes.
        swap(&walker.output.bytes, &buffer)
        defer { swap(&walker.output.bytes, &buffer) }
        try walker.walkMessage(template)
        if policy == .collect { found.take(walker.missingNames, walker.urlNotes) }
    }

    private func subjectField(
        _ scope: MergeScope,
        _ policy: MissingFieldPolicy,
        _ found: inout Collected
    ) throws(RenderError) -> [UInt8] {
        if let staticSubject { return staticSubject }
        var walker = TemplateWalker(
            output: PlainOutput(escaping: .plain),
            scope: scope,
            missing: policy,
            // Shown in a line; a header field of more would be refused by servers.
            limitBytes: 4_096
        )
        try walker.walk(subject)
        if policy == .collect { found.take(walker.missingNames, walker.urlNotes) }
        guard !HeaderField.breaksLine(walker.output.bytes) else { throw .lineBreakInHeader(field: "Subject") }
        return Self.subjectField(walker.output.bytes)
    }

    /// The tokens of one recipient. Of one message those of all recipients have the same length.
    func tokens(
        for recipient: RecipientFacts,
        keys: KeyRing,
        random: inout some RandomNumberGenerator
    ) -> MessageTokens {
        let key = DeliveryKey(campaign: campaign.id, seq: recipient.seq)
        var tokens = MessageTokens()
        tokens.unsubscribe = keys.sign(.unsubscribe(key, recipient.mark(of: campaign.account)))
        guard campaign.tracking != .none else { return tokens }
        tokens.open = keys.sign(.open(campaign: campaign.id, subject(key, &random)))
        for link in links {
            keys.append(
                .click(campaign: campaign.id, link: link.number, subject(key, &random)),
                to: &tokens.clicks
            )
        }
        tokens.clickLength = links.isEmpty ? 0 : tokens.clicks.count / links.count
        return tokens
    }

    private func subject(_ key: DeliveryKey, _ random: inout some RandomNumberGenerator) -> TokenSubject {
        campaign.tracking == .individual ? .recipient(key.seq) : .number(TokenNumber(from: &random))
    }

    // MARK: Compiling

    private static func preparedSubject(
        _ source: TemplateSource,
        _ fields: MessageFields
    ) throws(TemplateError) -> FlatTemplate {
        let name = source.subjectName
        let flat = try fields.prepare(source.subject, name: name, for: .subject)
        let isBlank = flat.bytes.allSatisfy { ASCII.isSpace($0) }
        guard !isBlank else { throw TemplateError(source: name, problem: "empty", remedy: "write a subject") }
        guard !flat.bytes.contains(where: { $0 == 0x0D || $0 == 0x0A }) else {
            throw TemplateError(source: name, problem: "a line break in it", remedy: "write it in one line")
        }
        return flat
    }

    private static func names(in templates: [FlatTemplate]) -> Set<String> {
        var names: Set<String> = []
        for token in templates.flatMap(\.tokens) {
            switch token {
            case .field(let tag), .open(let tag, _): names.insert(tag.name)
            case .close, .message, .partial: break
            }
        }
        return names.subtracting([".", MessageFields.email])
    }

    private static func subjectField(_ value: [UInt8]) -> [UInt8] {
        var field: [UInt8] = []
        HeaderField.append("Subject", text: value, to: &field)
        return field
    }
}
