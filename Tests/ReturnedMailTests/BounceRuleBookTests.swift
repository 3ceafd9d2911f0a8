import TestKit
import Testing

@testable import Core
@testable import ReturnedMail

@Suite struct BounceRuleBookTests {
    static func reason(_ rules: String, _ text: String, code: Int? = 550) throws -> BounceReason {
        try RuleBook(parsing: rules, path: "own").classify(code: code, enhanced: nil, text: Array(text.utf8)).reason
    }

    @Test func `an operator's rule comes before those built in`() throws {
        #expect(
            RuleBook.builtIn.classify(code: 550, enhanced: nil, text: Array("user unknown".utf8)).reason
                == .mailboxUnknown
        )
        #expect(try Self.reason("reason policy 550: user unknown", "User  Unknown") == .policy)
        #expect(try Self.reason("reason policy 551: user unknown", "User unknown") == .mailboxUnknown, "another code")
    }

    @Test func `the first rule that applies counts`() throws {
        let rules = "reason size: two words\nreason content: words\n"
        #expect(try Self.reason(rules, "these are words, two words") == .size)
        #expect(try Self.reason(rules, "these are words") == .content)
    }

    @Test(arguments: [
        ("zu viel", "das ist ZU VIEL!", true, "case"), ("zu viel", "zu\r\n  viel", true, "across a line end"),
        ("zu viel", "zu vielen", false, "whole words only"), ("zu viel", "dazu viel", false, "whole words only"),
        ("(#9", "failed (#9.9)", true, "what is no message needs no border"),
        ("^zu viel", "1\n-- zu viel", true, "behind punctuation at the start of a line"),
        ("^zu viel", "es ist zu viel", false, "not at the start"), ("zu viel $", "zu viel.\nx", true, "at the end"),
        ("zu viel $", "zu viel davon", false, "not at the end"),
        ("zu * viel", "zu, wie ich meine, viel", true, "a gap"), ("zu * viel", "viel zu", false, "in that order"),
        ("größe", "GRÖẞE GRÖßE", true, "messages beyond ASCII"),
        ("can't do", "can\u{2019}t do", true, "typographic quotes"),
    ])
    func `a phrase is found as it is meant`(phrase: String, text: String, isFound: Bool, because: Comment) throws {
        #expect((try Self.reason("reason challenge: \(phrase)", text) == .challenge) == isFound, because)
    }

    @Test func `a gap is bounded`() throws {
        let rule = "reason challenge: begin * end"
        #expect(try Self.reason(rule, "begin\(String(repeating: " x", count: 90)) end") == .challenge)
        #expect(try Self.reason(rule, "begin\(String(repeating: " x", count: 200)) end") != .challenge)
        #expect(try Self.reason(rule, "begin\(String(repeating: " x", count: 200)) begin end") == .challenge)
    }

    @Test(arguments: [
        ("reason nonsense: x y", "'nonsense' is not a reason"), ("reason policy 5.1: x y", "'5.1' is not a code"),
        ("reason policy", "no codes and no phrase"), ("reason policy 550 extra: x y", "one word too many"),
        ("reason policy at lunch: x y", "'at' must be followed"), ("reason policy:", "no phrase after the colon"),
        ("recipients: x y", "'recipients' must be followed by failed or delayed"), ("original", "needs a phrase"),
        ("subject nonsense: x y", "'subject' must be followed"), ("header auto-reply", "header KIND NAME"),
        ("rule: x y", "no rule begins with 'rule'"), (": x y", "begins with a colon"),
        ("reason size: x", "two characters"),
        ("reason size: aa * bb * cc", "is repeated"), ("header list x: aa * bb", "not possible in a header rule"),
    ])
    func `what is no rule is refused by path, line and reason`(line: String, reason: String) {
        let error = #expect(throws: RuleBook.Invalid.self) {
            try RuleBook(parsing: "# fine\n\nreason size: fine one\n\(line)\r\n", path: "rules.txt")
        }
        #expect(error?.problems.count == 1)
        #expect(error?.description.hasPrefix("rules.txt:4: ") == true)
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test func `all problems of a file are told at once, and the built-in rules have none`() {
        let error = #expect(throws: RuleBook.Invalid.self) { try RuleBook(parsing: "a\nb\nc\n", path: "x") }
        #expect(error?.problems.count == 3)
        #expect(RuleBook.parse(builtInRules, path: "built in").problems.isEmpty)
        #expect(RuleBook.builtIn.rules.count > 600)
    }

    @Test func `a built-in rule about a reason is reached by its own phrase`() {
        for rule in RuleBook.builtIn.rules {
            guard case .reason(let reason) = rule.effect, let phrase = rule.phrase, phrase.second == nil,
                rule.codes.isEmpty
            else { continue }
            let found = RuleBook.builtIn.classify(code: nil, enhanced: nil, text: phrase.first)
            let text = String(decoding: phrase.first, as: UTF8.self)
            if found.reason != reason {
                #expect(Self.overlaps.contains(text), "\(text): \(found.reason) before \(reason)")
            }
        }
    }

    /// Phrases that an earlier rule takes, on purpose: only with a code, or in a longer text, they are reached.
    static let overlaps: Set<String> = []

    @Test func `the matcher finds every phrase that begins a word`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            let phrases = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                (0..<Int.random(in: 1...4, using: &random)).map { _ in UInt8.random(in: 97...99, using: &random) }
            }
            // Letters, and `` ` ``, which is none.
            let text = (0..<200).map { _ in UInt8.random(in: 96...100, using: &random) }
            var found: Set<[Int]> = []
            PhraseMatcher(phrases).forEachMatch(in: text) { number, end in
                let start = end - phrases[number].count
                #expect(text[start..<end].elementsEqual(phrases[number]))
                if start == 0 || !ASCII.isAlphanumeric(text[start - 1]) { found.insert([number, end]) }
            }
            var expected: Set<[Int]> = []
            for (index, phrase) in phrases.enumerated() {
                for end in phrase.count...text.count where text[(end - phrase.count)..<end].elementsEqual(phrase) {
                    let start = end - phrase.count
                    if start == 0 || !ASCII.isAlphanumeric(text[start - 1]) { expected.insert([index, end]) }
                }
            }
            #expect(found == expected)
        }
    }
}
