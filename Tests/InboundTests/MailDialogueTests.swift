import Core
import NIOCore
import Testing

@testable import Inbound

@Suite struct MailDialogueTests {
    static let good = "b+aebagbb"  // has the shape; whether it verifies is not the dialogue's business

    /// Says lines to a new dialogue that stores whatever it hands out; returns all replies' codes and what was stored.
    static func talk(
        _ lines: [String],
        spoken: InboundProtocol = .smtp,
        verdict: MailDialogue.Verdict = .taken,
        change: (inout MailDialogue.Rules) -> Void = { _ in }
    ) -> (codes: [String], mails: [MailDialogue.Mail], isClosed: Bool) {
        var rules = MailDialogue.Rules(spoken: spoken, domain: InboundFixture.domain)
        change(&rules)
        return talk(ByteBuffer(string: lines.map { $0 + "\r\n" }.joined()), MailDialogue(rules), verdict)
    }

    static func talk(_ input: ByteBuffer, _ dialogue: MailDialogue, _ verdict: MailDialogue.Verdict = .taken) -> (
        codes: [String], mails: [MailDialogue.Mail], isClosed: Bool
    ) {
        var (input, dialogue) = (input, dialogue)
        var codes: [String] = []
        var mails: [MailDialogue.Mail] = []
        var actions = dialogue.receive(&input)
        while !actions.isEmpty {
            var next: [MailDialogue.Action] = []
            for action in actions {
                switch action {
                case .reply(let text): codes.append(code(of: text))
                case .deliver(let mail):
                    mails.append(mail)
                    next += dialogue.delivered(mail.recipients.map { _ in verdict })
                case .startTLS, .close: break
                }
            }
            actions = next + dialogue.receive(&input)
        }
        return (codes, mails, dialogue.isClosed)
    }

    /// The code with its enhanced code.
    static func code(of reply: String) -> String {
        let last = reply.components(by: "\r\n").last ?? ""
        let words = last.split(separator: " ")
        let enhanced = words.dropFirst().first.map { $0.contains(".") && $0.allSatisfy { "0123456789.".contains($0) } }
        return enhanced == true ? "\(words[0]) \(words[1])" : String(words[0].prefix(3))
    }

    static let hello = "EHLO mx.example"
    static let from = "MAIL FROM:<>"
    static let to = "RCPT TO:<\(good)@bounces.example>"

    static let table: [(lines: [String], codes: [String], because: Comment)] = [
        (
            [hello, from, to, "DATA", "a", ".", "QUIT"],
            ["250", "250 2.1.0", "250 2.1.5", "354", "250 2.0.0", "221 2.0.0"], "a bounce comes"
        ),
        ([from], ["503 5.5.1"], "RFC 5321 §4.1.4: EHLO first"),
        (["HELO x", from, to], ["250", "250 2.1.0", "250 2.1.5"], "old servers say HELO"),
        (["LHLO x"], ["500 5.5.1"], "LMTP's word in SMTP"),
        (["EHLO"], ["501 5.5.4"], "a name is asked for"),
        ([hello, to], ["250", "503 5.5.1"], "RCPT without MAIL"),
        ([hello, from, "DATA"], ["250", "250 2.1.0", "503 5.5.1"], "DATA without a recipient"),
        ([hello, from, from], ["250", "250 2.1.0", "503 5.5.1"], "two senders"),
        ([hello, from, "RCPT TO:<ada@bounces.example>"], ["250", "250 2.1.0", "550 5.1.1"], "no signed address"),
        (
            [hello, from, "RCPT TO:<\(good)@gmail.example>"], ["250", "250 2.1.0", "550 5.7.1"],
            "another domain: no relay"
        ),
        ([hello, from, "RCPT TO:<\(good)>"], ["250", "250 2.1.0", "550 5.7.1"], "no domain"),
        (
            [hello, from, "RCPT TO:<\(good)%gmail.example@bounces.example>"], ["250", "250 2.1.0", "550 5.1.1"],
            "the percent hack"
        ),
        (
            [hello, from, "RCPT TO:<@a.example:\(good)@bounces.example>"], ["250", "250 2.1.0", "550 5.1.1"],
            "a source route"
        ),
        ([hello, from, "RCPT TO:<PostMaster>"], ["250", "250 2.1.0", "250 2.1.5"], "RFC 5321 §4.5.1"),
        ([hello, from, "RCPT TO:<abuse@BOUNCES.example>"], ["250", "250 2.1.0", "250 2.1.5"], "RFC 2142"),
        ([hello, from, "RCPT TO:<B+AEBAGBB@bounces.example>"], ["250", "250 2.1.0", "250 2.1.5"], "in capitals"),
        (
            [hello, from, "RCPT TO:<u+aeb@bounces.example>"], ["250", "250 2.1.0", "250 2.1.5"],
            "an unsubscribe address"
        ),
        ([hello, from, to + " NOTIFY=NEVER"], ["250", "250 2.1.0", "555 5.5.4"], "DSN is not offered"),
        (
            [hello, "MAIL FROM:<a@b.example> SIZE=1000 BODY=8BITMIME SMTPUTF8"], ["250", "250 2.1.0"], "what is offered"
        ),
        ([hello, "MAIL FROM:<\"a > b\"@b.example>"], ["250", "250 2.1.0"], "a quoted sender"),
        ([hello, "MAIL FROM:<> SIZE=10485761"], ["250", "552 5.3.4"], "RFC 1870: refused before it is sent"),
        ([hello, "MAIL FROM:<> SIZE=99999999999999999999"], ["250", "501 5.5.4"], "no number"),
        ([hello, "MAIL FROM:<> AUTH=<>"], ["250", "555 5.5.4"], "not offered"),
        ([hello, "MAIL FROM: a@b.example"], ["250", "501 5.5.4"], "no brackets"),
        ([hello, from, to, "RSET", to], ["250", "250 2.1.0", "250 2.1.5", "250 2.0.0", "503 5.5.1"], "forgotten"),
        (
            [hello, "VRFY x", "NOOP", "EXPN y", "TURN"], ["250", "252 2.1.5", "250 2.0.0", "502 5.5.1", "502 5.5.1"],
            "small talk"
        ),
        ([hello, "STARTTLS"], ["250", "502 5.5.1"], "no certificate, no TLS"),
        (
            [hello, from, to, "DATA", ".", from], ["250", "250 2.1.0", "250 2.1.5", "354", "250 2.0.0", "250 2.1.0"],
            "an empty mail; the next one"
        ),
        (
            [hello, from, to, "DATA", "..a", ".", "QUIT"],
            ["250", "250 2.1.0", "250 2.1.5", "354", "250 2.0.0", "221 2.0.0"], "a stuffed dot"
        ),
    ]

    @Test(arguments: table)
    func `each command has its answer`(row: (lines: [String], codes: [String], because: Comment)) {
        #expect(Self.talk(row.lines).codes == row.codes, row.because)
    }

    @Test func `LMTP answers for each recipient, SMTP once`() {
        let lines = [
            Self.from, Self.to, "RCPT TO:<nobody@bounces.example>", "RCPT TO:<abuse@bounces.example>", "DATA", "x", ".",
        ]
        let lmtp = Self.talk(["LHLO x"] + lines, spoken: .lmtp)
        #expect(lmtp.codes.suffix(3) == ["354", "250 2.0.0", "250 2.0.0"])
        #expect(lmtp.mails.map(\.recipients.count) == [2])
        #expect(Self.talk([Self.hello] + lines).codes.suffix(2) == ["354", "250 2.0.0"])
        let later = Self.talk(["LHLO x"] + lines, spoken: .lmtp, verdict: .later)
        #expect(later.codes.suffix(2) == ["451 4.3.0", "451 4.3.0"])
        #expect(Self.talk([Self.hello] + lines, verdict: .beyondLimits).codes.last == "554 5.6.0")
    }

    @Test func `one recipient that must come again makes all of an SMTP mail come again`() {
        var dialogue = MailDialogue(MailDialogue.Rules(spoken: .smtp, domain: InboundFixture.domain))
        let lines = [Self.hello, Self.from, Self.to, Self.to, "DATA", "x", "."]
        var input = ByteBuffer(string: lines.map { $0 + "\r\n" }.joined())
        _ = dialogue.receive(&input)
        #expect(dialogue.isDelivering)
        // The second verdict is missing: it was not tried.
        let actions = dialogue.delivered([.taken])
        #expect(actions.count == 1)
        guard case .reply(let reply) = actions.first else { return }
        #expect(reply.hasPrefix("451"))
    }

    static let endings: [(octets: String, because: Comment)] = [
        ("\n.\n", "bare line feeds"), ("\n.\r\n", "LF, dot, CRLF"), ("\r\n.\n", "CRLF, dot, LF"), ("\r.\r", "bare CR"),
        ("\r.\r\n", "CR, dot, CRLF"), ("\r\n.\r", "CRLF, dot, CR"), ("\r\n\u{0}.\r\n", "a NUL before the dot"),
        ("\r\n.\r\r\n", "two CR behind the dot"),
    ]

    @Test(arguments: endings)
    func `only CRLF, dot, CRLF ends a mail: nothing is smuggled in`(row: (octets: String, because: Comment)) {
        let smuggled = "MAIL FROM:<evil@x.example>\r\nRCPT TO:<abuse@bounces.example>\r\nDATA\r\nsmuggled\r\n.\r\n"
        let begin = [Self.hello, Self.from, Self.to, "DATA"].map { $0 + "\r\n" }.joined()
        let dialogue = MailDialogue(MailDialogue.Rules(spoken: .smtp, domain: InboundFixture.domain))
        let outcome = Self.talk(ByteBuffer(string: begin + "Subject: x\r\n\r\nfirst" + row.octets + smuggled), dialogue)
        // One mail that has the rest as its text, or none: never two.
        #expect(outcome.mails.count <= 1, row.because)
        #expect(outcome.codes.count == 5, row.because)
        #expect(outcome.mails.allSatisfy { $0.recipients == [Array(Self.good.utf8)] }, row.because)
        if row.octets.replacing("\r\n", with: "").contains("\n") {
            #expect(outcome.codes.last == "550 5.6.0" && outcome.isClosed, row.because)
        }
    }

    @Test func `a mail is the same, in whatever pieces it arrives`() throws {
        let local = try Returned.local(7)
        let mail = Returned.bounce(to: local)
        let begin = [Self.hello, Self.from, "RCPT TO:<\(local)@bounces.example>", "DATA"].map { $0 + "\r\n" }.joined()
        let all = Array(begin.utf8) + Returned.stuffed(mail) + Array("QUIT\r\n".utf8)
        for cut in stride(from: 1, to: all.count, by: 7) {
            var dialogue = MailDialogue(MailDialogue.Rules(spoken: .smtp, domain: InboundFixture.domain))
            var input = ByteBuffer()
            var mails: [MailDialogue.Mail] = []
            for piece in [all[..<cut], all[cut...]] {
                input.writeBytes(piece)
                for action in dialogue.receive(&input) {
                    guard case .deliver(let mail) = action else { continue }
                    mails.append(mail)
                    _ = dialogue.delivered([.taken])
                    _ = dialogue.receive(&input)
                }
            }
            #expect(mails == [MailDialogue.Mail(recipients: [Array(local.utf8)], bytes: mail)], "cut at \(cut)")
            #expect(dialogue.isClosed)
        }
    }

    @Test func `a mail that is too big is read to its end, kept nowhere, and refused`() {
        let outcome = Self.talk(
            [Self.hello, Self.from, Self.to, "DATA"] + [String](repeating: "0123456789", count: 100) + [".", "NOOP"]
        ) {
            $0.mostBytes = 500
        }
        #expect(outcome.codes.suffix(2) == ["552 5.3.4", "250 2.0.0"])
        #expect(outcome.mails.isEmpty)
    }

    @Test func `without room in memory a mail comes again later`() {
        var dialogue = MailDialogue(
            MailDialogue.Rules(spoken: .lmtp, domain: InboundFixture.domain),
            mayHold: { _ in false }
        )
        let lines = ["LHLO x", Self.from, Self.to, "DATA", "text", "."]
        var input = ByteBuffer(string: lines.map { $0 + "\r\n" }.joined())
        #expect(dialogue.receive(&input).last == .reply("452 4.3.1 out of memory, try again later"))
    }

    @Test func `commands without end, errors without end and lines without end are cut off`() {
        #expect(Self.talk([Self.hello] + [String](repeating: "NOOP", count: 2_000)).codes.last == "421 4.7.0")
        #expect(Self.talk([String](repeating: "BLAH", count: 30)).codes.last == "421 4.7.0")
        #expect(Self.talk(["NOOP " + String(repeating: "x", count: 5_000)]).codes == ["500 5.5.2"])
        let many = [String](repeating: Self.to, count: 101)
        #expect(Self.talk([Self.hello, Self.from] + many).codes.last == "452 4.5.3")
        let dialogue = MailDialogue(MailDialogue.Rules(spoken: .smtp, domain: InboundFixture.domain))
        let bare = Self.talk(ByteBuffer(string: "EHLO x\nMAIL FROM:<>\n"), dialogue)
        #expect(bare.codes == ["500 5.5.2"] && bare.isClosed)
        #expect(Self.talk(ByteBuffer(string: "NO\rOP\r\n"), dialogue).codes == ["500 5.5.2"])
        #expect(Self.talk(ByteBuffer(bytes: [0xFF, 0xFE, 0x0D, 0x0A]), dialogue).codes == ["500 5.5.2"])
    }

    @Test func `what was sent in clear behind STARTTLS is not obeyed`() {
        var rules = MailDialogue.Rules(spoken: .smtp, domain: InboundFixture.domain)
        rules.offersTLS = true
        var dialogue = MailDialogue(rules)
        var input = ByteBuffer(string: "EHLO x\r\nSTARTTLS\r\nMAIL FROM:<evil@x.example>\r\n")
        let actions = dialogue.receive(&input)
        #expect(actions.suffix(2) == [.reply("220 2.0.0 ready for TLS"), .startTLS])
        #expect(input.readableBytes == 0)
        input = ByteBuffer(string: "MAIL FROM:<>\r\n")
        #expect(dialogue.receive(&input) == [.reply("503 5.5.1 send a greeting first")])
    }

    @Test func `a stop lets a mail that is on its way end, and sends the others away`() {
        var idle = MailDialogue(MailDialogue.Rules(domain: InboundFixture.domain))
        #expect(idle.end(.stopping) == [.reply("421 4.3.2 shutting down, try again later"), .close])
        #expect(idle.end(.stopping) == [])
        var busy = MailDialogue(MailDialogue.Rules(spoken: .smtp, domain: InboundFixture.domain))
        var input = ByteBuffer(string: [Self.hello, Self.from, Self.to, "DATA", "x"].map { $0 + "\r\n" }.joined())
        _ = busy.receive(&input)
        #expect(busy.end(.stopping) == [])
        input = ByteBuffer(string: ".\r\n")
        _ = busy.receive(&input)
        #expect(busy.isDelivering)
        let last = busy.delivered([.taken])
        #expect(last == [.reply("250 2.0.0 stored"), .reply("421 4.3.2 shutting down, try again later"), .close])
        // Whoever merely lets the time pass is not waited for.
        var slow = MailDialogue(MailDialogue.Rules(spoken: .smtp, domain: InboundFixture.domain))
        input = ByteBuffer(string: [Self.hello, Self.from, Self.to, "DATA", "x"].map { $0 + "\r\n" }.joined())
        _ = slow.receive(&input)
        #expect(slow.end(.idle).last == .close)
    }

    @Test func `a peer has so many connections and so many mails a minute`() {
        let room = ConnectionLimiter(.init(connections: 3, peerConnections: 2, peerMailsPerMinute: 2, bytes: 100))
        #expect(room.enter("a") && room.enter("a") && !room.enter("a"))
        #expect(room.enter("b") && !room.enter("c"))
        room.leave("a")
        #expect(room.enter("c"))
        let minute: UInt64 = 60_000_000_000
        #expect(room.takesMail(of: "a", now: 5) && room.takesMail(of: "a", now: 6) && !room.takesMail(of: "a", now: 7))
        #expect(room.takesMail(of: "b", now: 7))
        #expect(room.takesMail(of: "a", now: minute + 1))
        #expect(room.hold(60) && !room.hold(60) && room.hold(40))
        room.release(100)
        #expect(room.inUse.bytes == 0)
    }
}

extension String {
    fileprivate func components(by separator: String) -> [Substring] { self.split(separator: separator) }
}
