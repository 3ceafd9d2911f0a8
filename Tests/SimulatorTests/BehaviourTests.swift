import Foundation
import MailSimulator
import Testing

@Suite struct BehaviourTests {
    static let words: [(word: String, deed: Behaviour.Deed, once: Bool)] = [
        ("accept", .accept, false),
        ("accept+anything-at-all", .accept, false),
        ("ACCEPT", .accept, false),
        ("reject-550-5.1.1", .answer(.rcpt, Reply(550, "5.1.1", "as rcpt-550 was asked for")), false),
        ("reject-550", .answer(.rcpt, Reply(550, "as rcpt-550 was asked for")), false),
        ("defer-451-4.7.1+17", .answer(.rcpt, Reply(451, "4.7.1", "as rcpt-451 was asked for")), false),
        ("defer-once-450", .answer(.rcpt, Reply(450, "as rcpt-450 was asked for")), true),
        ("once-dot-451-4.3.0", .answer(.dot, Reply(451, "4.3.0", "as dot-451 was asked for")), true),
        ("data-354", .answer(.data, Reply(354, "as data-354 was asked for")), false),
        ("mail-451", .answer(.mail, Reply(451, "as mail-451 was asked for")), false),
        ("421-dot", .close(.dot), false),
        ("delay-dot-500", .delay(.dot, milliseconds: 500), false),
        ("hangup-rcpt", .hangUp(.rcpt), false),
        ("hangup-byte-100", .hangUpAfterBytes(100), false),
        ("forget-dot", .forgetDot, false),
        ("lost-reply", .forgetDot, false),
        ("once-forget-dot", .forgetDot, true),
        ("tarpit", .drip(milliseconds: 100), false),
        ("tarpit-3", .drip(milliseconds: 3), false),
        ("split", .drip(milliseconds: 1), false),
        ("multiline", .multiline, false),
        ("extra", .extra(.dot), false),
        ("extra-rcpt", .extra(.rcpt), false),
        ("flood", .flood(.rcpt), false),
        ("flood-dot", .flood(.dot), false),
        ("bounce-5.1.1", .sequel(.bounce(status: "5.1.1", isLater: false)), false),
        ("bounce-later-4.2.2+7", .sequel(.bounce(status: "4.2.2", isLater: true)), false),
        ("once-bounce-5.1.1", .sequel(.bounce(status: "5.1.1", isLater: false)), true),
        ("complain", .sequel(.complaint), false),
        ("autoreply+9", .sequel(.autoReply), false),
        ("unsubscribe", .sequel(.unsubscribe), false),
    ]

    @Test(arguments: words)
    func `a word means one deed`(row: (word: String, deed: Behaviour.Deed, once: Bool)) {
        #expect(Behaviour(word: row.word) == Behaviour(row.deed, once: row.once))
        #expect(Behaviour(address: row.word + "@example.org") == Behaviour(row.deed, once: row.once))
    }

    @Test(arguments: [
        "", "anna", "anna-451", "accept-1", "reject", "reject-451", "defer-550", "defer-once", "defer-4x1",
        "reject-550-5.1", "reject-550-5.1.1-x", "delay-dot", "delay-dot-+5", "delay-lunch-5", "hangup", "hangup-byte-",
        "tarpit-", "rcpt-99", "dot-1000", "once", "forget", "split-5", "-", "rcpt--450",
        "bounce", "bounce-later", "bounce-2.1.1", "bounce-5.1", "complain-1", "autoreply-1", "unsubscribe-now",
    ])
    func `what is no word is an ordinary person`(local: String) {
        #expect(Behaviour(word: local) == nil)
    }

    @Test func `every form that the help prints is understood`() throws {
        let forms = Behaviour.grammar.prefix(upTo: try #require(Behaviour.grammar.range(of: "\n\n")).lowerBound)
        for line in forms.split(separator: "\n") {
            let form = try #require(line.split(separator: " ").first)
            let filled = form.replacing("BEHAVIOUR", with: "accept").replacing("X.Y.Z", with: "4.5.6")
                .replacing("CODE", with: "451").replacing("MS", with: "5").replacing("N", with: "7")
            for step in Behaviour.Step.allCases {
                let word = filled.replacing("STEP", with: step.rawValue)
                #expect(Behaviour(word: word.replacing(/[\[\]]/, with: "")) != nil, "in full: \(word)")
                #expect(Behaviour(word: word.replacing(/\[.*\]/, with: "")) != nil, "cut short: \(word)")
            }
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct ScriptTests {
    @Test func `a script is read`() throws {
        let json = """
            {"rules": [{"domain": "*.slow.example", "behaviour": "delay-dot-500"},
                       {"sender": "news@*", "behaviour": "mail-451", "times": 3}, {"behaviour": "banner-421"}]}
            """
        let rules = try Script(json: Data(json.utf8)).rules
        #expect(rules.map(\.subject) == [.domain("*.slow.example"), .sender("news@*"), .connection])
        #expect(rules.map(\.times) == [nil, 3, nil])
        #expect(rules[0].behaviour == Behaviour(.delay(.dot, milliseconds: 500)))
    }

    @Test func `a script answers in any words`() async throws {
        let json = #"{"rules": [{"domain": "*", "behaviour": "reject-552-5.2.2", "text": "full \u001b[2J of bob@x"}]}"#
        let script = try Script(json: Data(json.utf8))
        try await withSimulator {
            $0.script = script
        } _: { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            _ = try await client.ask("MAIL FROM:<a@x>\r\n")
            let reply = try await client.ask("RCPT TO:<b@x>\r\n")
            #expect(reply.contains("552 5.2.2 full \u{1B}[2J of bob@x"))
        }
    }

    @Test(arguments: [
        (#"{"behaviour": "explode"}"#, "no such behaviour"),
        (#"{"domain": "a"}"#, "no such behaviour"),
        (#"{"behaviour": "accept", "domian": "a"}"#, "unknown key domian"),
        (#"{"behaviour": "accept", "domain": "a", "sender": "b"}"#, "not both"),
        (#"{"behaviour": "accept", "domain": 7}"#, "not both"),
        (#"{"behaviour": "accept", "times": 0}"#, "times must be"),
        (#"{"behaviour": "accept", "text": "x"}"#, "text goes with"),
        (#"{"behaviour": "accept", "times": "3"}"#, "times must be"),
        (#"{"behaviour": "once-mail-451"}"#, "once- is for recipients"),
        (#"{"behaviour": "mail-451", "domain": "a"}"#, "not rcpt to dot"),
        (#"{"behaviour": "quit-451", "domain": "a"}"#, "not rcpt to dot"),
        (#"{"behaviour": "ehlo-451", "sender": "a"}"#, "not mail to dot"),
        (#"{"behaviour": ["accept"]}"#, "cannot be read"),
        (#""accept""#, "cannot be read"),
        ("oops", "cannot be read"),
    ])
    func `a script with a mistake is refused`(rule: String, because: String) {
        let error = #expect(throws: Script.Malformed.self) {
            try Script(json: Data(#"{"rules": [\#(rule)]}"#.utf8))
        }
        #expect(error?.description.contains(because) == true)
    }

    @Test(arguments: [
        ("slow.example", "mx1.slow.example", "accept"), ("*.slow.example", "mx1.SLOW.example", "refuse"),
        ("*.slow.example", "slow.example", "accept"), ("*", "anything", "refuse"), ("a*c*e", "abcde", "refuse"),
        ("a*c*e", "abcd", "accept"), ("*low*", "slow.example", "refuse"), ("a", "ab", "accept"),
    ])
    func `a pattern matches whole domains in any case`(pattern: String, domain: String, outcome: String) async throws {
        try await withSimulator {
            let refusal = Behaviour(.answer(.rcpt, Reply(550, "matched")))
            $0.script = Script(rules: [.init(.domain(pattern), refusal)])
        } _: { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            let codes = try await client.deliver(to: "anna@\(domain)")
            #expect(codes == (outcome == "refuse" ? ["250", "550"] : ["250", "250", "354", "250"]))
        }
    }
}
