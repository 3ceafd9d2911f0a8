import TestKit
import Testing

@testable import Core
@testable import Messages
@testable import Templates

@Suite struct MessageTemplateTests {
    static let html = "<html><body><p>Hello {{name}}</p></body></html>"

    @Test func `the header has each field once, in the form that the rules ask for`() throws {
        let message = try MessageFixture.render(MessageFixture.template(html: Self.html), MessageFixture.recipient())
        let token = "[A-Za-z0-9_-]{36}"
        let address = "[a-z2-7]{44}"
        let expected: [(name: String, pattern: String)] = [
            ("From", "=\\?utf-8\\?B\\?QsO8Y2hlciAmIENvLg==\\?= <news@shop\\.example>"),
            ("Reply-To", "help@shop\\.example"), ("To", "bob\\.tables@reader\\.example"), ("Subject", "Hello Bo"),
            ("Date", "Thu, 01 Jan 2026 00:00:00 \\+0000"), ("Message-ID", "<[a-z2-7]{26}@shop\\.example>"),
            (
                "List-Unsubscribe",
                "<https://t\\.shop\\.example/u/\(token)>, "
                    + "<mailto:u\\+\(address)@bounce\\.shop\\.example\\?subject=unsubscribe>"
            ),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"), ("List-Id", "News <news\\.shop\\.example>"),
            ("Feedback-ID", "70001:3:marketing:veredus"), ("MIME-Version", "1\\.0"),
            ("Content-Type", "multipart/alternative; boundary=\"=_veredus_alternative\""),
        ]
        for (name, pattern) in expected {
            let values = message.header(name)
            #expect(values.count == 1, "\(name)")
            let regex = try Regex(pattern)
            #expect(values.first?.wholeMatch(of: regex) != nil, "\(name): \(values)")
        }
        #expect(message.headerLines.count == expected.count)
    }

    @Test func `only a message that answers by itself says so`() throws {
        var campaign = MessageFixture.campaign(kind: .transactional)
        campaign.isAutoSubmitted = true
        let template = try MessageTemplate(
            source: TemplateSource(subject: "x", html: Self.html),
            sender: MessageFixture.sender(),
            campaign: campaign
        )
        let message = try MessageFixture.render(template, MessageFixture.recipient())
        #expect(message.header("Auto-Submitted") == ["auto-generated"])
        #expect(message.header("List-Unsubscribe").count == 1, "every message has an unsubscribe link")
        #expect(message.header("Feedback-ID") == ["70001:3:transactional:veredus"])
    }

    @Test func `all attempts bear one Message-ID, and no two recipients the same`() throws {
        let template = try MessageFixture.template(html: Self.html)
        let first = try MessageFixture.render(template, MessageFixture.recipient(), seed: 1).header("Message-ID")
        let again = try MessageFixture.render(template, MessageFixture.recipient(), seed: 2).header("Message-ID")
        let other = try MessageFixture.render(template, MessageFixture.recipient(seq: 43)).header("Message-ID")
        #expect(first == again)
        #expect(first != other)
        let rotated = try TestKeys.ring(
            [TokenKey(id: 7, secret: TestKeys.first), TokenKey(id: 8, secret: TestKeys.second)],
            signing: 8
        )
        var random = SeededGenerator(seed: 1)
        var message: [UInt8] = []
        try template.render(MessageFixture.recipient(), keys: rotated, random: &random, into: &message)
        #expect(String(decoding: message, as: UTF8.self).contains("Message-ID: \(first[0])\r\n"), "a new key between")
    }

    @Test func `the return path is signed and names recipient and attempt`() throws {
        let keys = try MessageFixture.keys()
        let path = try MessageFixture.template(html: Self.html).returnPath(seq: 42, attempt: 3, keys: keys)
        let local = path.prefix { $0 != UInt8(ascii: "@") }
        #expect(local.count <= 64)
        #expect(try keys.verify(localPart: local) == .bounce(DeliveryKey(campaign: 70_001, seq: 42), attempt: 3))
        #expect(path[(local.count + 1)...].elementsEqual("bounce.shop.example".utf8))
        #expect(try EmailAddress(path).bytes == path)
    }

    // MARK: Bodies

    @Test func `parts come text first, and both end with a visible unsubscribe link`() throws {
        let message = try MessageFixture.render(MessageFixture.template(html: Self.html), MessageFixture.recipient())
        #expect(message.layout.text.upperBound < message.layout.html.lowerBound)
        let text = try Regex("Hello Bo\r\n\r\nUnsubscribe: https://t\\.shop\\.example/u/[\\w-]{36}\r\n")
        #expect(message.text.wholeMatch(of: text) != nil, "\(message.text)")
        let html = try Regex(
            "<html><body><p>Hello Bo</p>\r\n<p style=\"font-size:12px;text-align:center\">"
                + "<a href=\"https://t\\.shop\\.example/u/[\\w-]{36}\">Unsubscribe</a></p>\r\n"
                + "<img src=\"https://t\\.shop\\.example/o/[\\w-]{52}\\.gif\" width=\"1\" height=\"1\" alt=\"\">\r\n"
                + "</body></html>"
        )
        #expect(message.html.wholeMatch(of: html) != nil, "\(message.html)")
    }

    static let unsubscribes: [(html: String, count: Int, because: Comment)] = [
        ("<a href=\"{{unsubscribe_url}}\">Bye</a>", 1, "the template has one"),
        ("<!-- <a href=\"{{unsubscribe_url}}\">Bye</a> -->x", 2, "one in a comment is not visible"),
        ("{{#n}}<a href=\"{{unsubscribe_url}}\">Bye</a>{{/n}}", 1, "one in a section may be left out"),
        ("{{#unsubscribe_url}}<a href=\"{{unsubscribe_url}}\">Bye</a>{{/unsubscribe_url}}", 1, "always true"),
        ("{{^unsubscribe_url}}<a href=\"{{unsubscribe_url}}\">Bye</a>{{/unsubscribe_url}}", 1, "never shown"),
        ("<a href=\"{{preferences_url}}\">Settings</a>", 1, "preferences are no unsubscribe link"),
        ("x", 1, "none"),
    ]

    @Test(arguments: unsubscribes)
    func `the unsubscribe link is added where the template has none for sure`(
        row: (html: String, count: Int, because: Comment)
    ) throws {
        let message = try MessageFixture.render(
            MessageFixture.template(subject: "x", html: row.html),
            MessageFixture.recipient([:])
        )
        #expect(message.html.ranges(of: "/u/").count == row.count, row.because)
        #expect(message.text.ranges(of: "/u/").count == 1, row.because)
        #expect(message.html.contains("<a href=\"https://t.shop.example/u/"))
    }

    @Test(arguments: MessageLanguage.allCases)
    func `the unsubscribe link speaks the message's language`(language: MessageLanguage) throws {
        var sender = try MessageFixture.sender()
        sender.language = language
        let template = try MessageTemplate(
            source: TemplateSource(subject: "x", html: "x"),
            sender: sender,
            campaign: MessageFixture.campaign()
        )
        let message = try MessageFixture.render(template, MessageFixture.recipient())
        #expect(message.text.contains("\r\n\(language.unsubscribe): https://"))
        #expect(message.html.contains(">\(language.unsubscribe)</a>"))
    }

    @Test func `reserved names cannot be taken by a contact's fields`() throws {
        let template = try MessageFixture.template(
            subject: "{{campaign_name}} {{email}}",
            html:
                "<a href=\"{{unsubscribe_url}}\">{{campaign_name}}</a>{{{campaign_name}}} {{email}} {{#l}}{{email}}{{/l}}",
            tracking: .none
        )
        let forged: MergeValue = [
            "unsubscribe_url": "https://evil.example", "campaign_name": "evil", "email": "evil",
            "l": [["email": "evil2"]],
        ]
        let message = try MessageFixture.render(template, MessageFixture.recipient(forged))
        #expect(message.header("Subject") == ["Spring & Summer bob.tables@reader.example"])
        #expect(message.html.contains("Spring &amp; Summer</a>Spring & Summer bob.tables@reader.example"))
        #expect(!message.raw.contains("evil.example") && !message.html.contains(">evil<"))
    }

    @Test func `a line break in a body is CRLF, whatever it was`() throws {
        let template = try MessageFixture.template(
            subject: "x",
            html: "a\nb\rc\r\nd{{name}}e",
            text: "a\nb\rc\r\nd{{name}}e\n{{unsubscribe_url}}"
        )
        let message = try MessageFixture.render(template, MessageFixture.recipient(["name": "1\n2\r3\r\n4\n\r5"]))
        let expected = "a\r\nb\r\nc\r\nd1\r\n2\r\n3\r\n4\r\n\r\n5e\r\n"
        #expect(message.text.hasPrefix(expected))
        #expect(message.html.hasPrefix(expected))
        try expectCanonical(message)
    }

    static let headerBreaks = ["a\r\nBcc: eve@x.example", "a\nb", "a\rb", "a\u{0}b"]

    @Test(arguments: headerBreaks)
    func `a line break in a header is refused, and the error names the field`(value: String) throws {
        let template = try MessageFixture.template(html: "x")
        #expect(throws: RenderError.lineBreakInHeader(field: "Subject")) {
            try MessageFixture.render(template, MessageFixture.recipient(["name": .text(MergeText(value))]))
        }
        for change: (inout SenderProfile) -> Void in [{ $0.fromName = value }, { $0.listName = value }] {
            var sender = try MessageFixture.sender()
            change(&sender)
            #expect(throws: TemplateError.self) {
                try MessageTemplate(
                    source: TemplateSource(subject: "x", html: "x"),
                    sender: sender,
                    campaign: MessageFixture.campaign()
                )
            }
        }
        #expect(throws: TemplateError.self) { try MessageFixture.template(subject: value, html: "x") }
    }

    static let badSettings: [(source: String, change: @Sendable (inout SenderProfile) -> Void)] = [
        ("sender.tracking-base", { $0.trackingBase = "t.shop.example" }),
        ("sender.tracking-base", { $0.trackingBase = "https://t.shop.example/" }),
        ("sender.tracking-base", { $0.trackingBase = "https://t.shop.example\"><script>" }),
        ("sender.tracking-base", { $0.trackingBase = "https://" }),
        ("sender.message-id-domain", { $0.messageIDDomain = "a b" }),
        ("sender.return-path-domain", { $0.returnPathDomain = "" }),
        ("sender.list-id", { $0.listID = "a>b" }), ("sender.list-id", { $0.listID = "" }),
        ("sender.from-address", { if let address = try? EmailAddress("jürgen@x.de") { $0.fromAddress = address } }),
    ]

    @Test(arguments: badSettings)
    func `a setting that would break messages is refused by its name`(
        row: (source: String, change: @Sendable (inout SenderProfile) -> Void)
    ) throws {
        var sender = try MessageFixture.sender()
        row.change(&sender)
        let error = #expect(throws: TemplateError.self) {
            try MessageTemplate(
                source: TemplateSource(subject: "x", html: "x"),
                sender: sender,
                campaign: MessageFixture.campaign()
            )
        }
        #expect(error?.source == row.source)
    }

    @Test func `a missing field stops the message, and a dry run names all of them`() throws {
        let template = try MessageFixture.template(
            html: "{{name}} {{city}} {{#x}}{{y}}{{/x}}",
            defaults: ["name": "friend"]
        )
        #expect(throws: RenderError.missingField(name: "city", source: "text", line: 1)) {
            do {
                _ = try MessageFixture.render(template, MessageFixture.recipient([:]))
            } catch let RenderError.missingField(name, _, line) {
                throw RenderError.missingField(name: name, source: "text", line: line)
            }
        }
        let recipient = try MessageFixture.recipient(["x": [true]])
        var checker = MessageChecker(template, keys: try MessageFixture.keys())
        let check = try checker.check(recipient)
        #expect(check.missingFields == ["city", "y"])
        #expect(check.longestLine <= 998 && check.sizeBytes > check.textBytes + check.htmlBytes)
        #expect(template.fieldNames == ["name", "city", "x", "y"])
    }

    @Test(arguments: [TrackingMode.none, .aggregate, .individual])
    func `a check finds the size that each recipient's message has`(tracking: TrackingMode) throws {
        let html = "<a href=\"https://a.example/\">{{name}}</a>"
        let template = try MessageFixture.template(html: html, tracking: tracking)
        var checker = MessageChecker(template, keys: try MessageFixture.keys())
        for name in ["Ann", "", String(repeating: "Łucja ", count: 40)] {
            let recipient = try MessageFixture.recipient(["name": .text(MergeText(name))])
            let check = try checker.check(recipient)
            let message = try MessageFixture.render(template, recipient).bytes
            let longest = message.split(separator: 0x0A, omittingEmptySubsequences: false).map { $0.count - 1 }.max()
            #expect(check.sizeBytes == message.count)
            #expect(check.longestLine == longest)
        }
    }

    @Test func `a message beyond the limit is refused`() throws {
        let template = try MessageFixture.template(subject: "x", html: "{{#l}}{{.}}{{/l}}")
        let long = MergeValue.list(
            Array(repeating: .text(MergeText(String(repeating: "x", count: 1_000))), count: 2_000)
        )
        #expect(throws: RenderError.tooLarge(limitBytes: 1 << 20)) {
            try MessageFixture.render(template, MessageFixture.recipient(["l": long]))
        }
    }

    @Test func `a partial that includes itself is refused in a message`() {
        #expect(throws: TemplateError.self) { try MessageFixture.template(html: "{{>a}}", partials: ["a": "{{>a}}"]) }
        #expect(throws: TemplateError.self) { try MessageFixture.template(html: "{{>nosuch}}") }
    }

    @Test func `a buffer is used again without a trace of the last message`() throws {
        let template = try MessageFixture.template(html: Self.html, tracking: .none)
        let keys = try MessageFixture.keys()
        var random = SeededGenerator(seed: 1)
        var buffer = [UInt8](repeating: 0x78, count: 10_000)
        try template.render(MessageFixture.recipient(), keys: keys, random: &random, into: &buffer)
        var fresh: [UInt8] = []
        try template.render(MessageFixture.recipient(), keys: keys, random: &random, into: &fresh)
        #expect(buffer == fresh)
        #expect(throws: RenderError.self) {
            try template.render(MessageFixture.recipient([:]), keys: keys, random: &random, into: &buffer)
        }
        try template.render(MessageFixture.recipient(), keys: keys, random: &random, into: &buffer)
        #expect(buffer == fresh)
    }

    @Test func `an address outside ASCII stands in the header as it is`() throws {
        var recipient = try MessageFixture.recipient()
        recipient.address = try EmailAddress("jürgen@bücher.example")
        let message = try MessageFixture.render(MessageFixture.template(html: Self.html), recipient)
        #expect(message.header("To") == ["jürgen@xn--bcher-kva.example"])
    }

    @Test(arguments: Samples.messages)
    func `a designed message renders, with and without its own text part`(name: String) throws {
        try expectRendered(html: Samples.text("messages/\(name).html"), text: Samples.text("messages/\(name).txt"))
    }

    @Test(
        .enabled(if: ForeignData.isNamed, "\(ForeignData.whySkipped)"),
        arguments: ["basic-welcome", "basic-receipt", "plain-comment-notification"]
    )
    func `so does a message that others designed`(name: String) throws {
        try expectRendered(
            html: MessageFixture.withoutHelpers(try ForeignData.text("letters/\(name).html")),
            text: MessageFixture.withoutHelpers(try ForeignData.text("letters/\(name).txt"))
        )
    }

    private func expectRendered(html: String, text: String) throws {
        for part in [nil, text] {
            let template = try MessageFixture.template(subject: "x", html: html, text: part)
            var fields: [MergeField] = []
            for name in template.fieldNames { fields.append(MergeField(name: MergeText(name), value: "wert=ü")) }
            let message = try MessageFixture.render(template, MessageFixture.recipient(.object(fields)))
            #expect(!message.text.contains("{{") && !message.html.contains("{{"))
            #expect(message.html.contains("wert=ü") && message.text.contains("wert=ü"))
            #expect(message.html.contains("https://t.shop.example/c/"))
            try expectCanonical(message)
        }
    }

    private func expectCanonical(_ message: MessageFixture.Rendered) throws {
        let body = message.bytes[message.layout.header.upperBound...]
        var lineCount = 0
        var previous: UInt8 = 0
        for byte in body {
            if byte == 0x0A {
                #expect(previous == 0x0D)
                lineCount = 0
            } else {
                #expect(previous != 0x0D)
                #expect(byte == 0x0D || byte == 0x09 || byte >= 0x20 && byte < 0x7F)
                if byte != 0x0D { lineCount += 1 }
                #expect(lineCount <= 76)
            }
            previous = byte
        }
        #expect(message.bytes.suffix(2) == [0x0D, 0x0A])
    }
}
