import Core

/// The table by which texts and codes of other people's servers are understood.
///
/// A text file, one rule a line; blank lines and lines that begin with `#` are passed over:
///
///     reason mailbox-unknown 5.4.1: recipient address rejected: access denied
///     reason mailbox-full *.2.2
///     recipients failed: the following address(es) failed
///     subject auto-reply: ^out of office
///
/// Before the first colon stands what the rule says, behind it a phrase that must occur. Case and runs of white space
/// do not matter; a phrase counts only as whole words; ` * ` in it stands for up to 200 characters of anything, once;
/// `^` at its start binds it to the start of the subject or of a line of text, `$` at its end to the end.
///
/// - `reason NAME [CODES] [at STEP]`: why a message was refused (``BounceReason``). CODES are enhanced or SMTP codes
///   with commas between: `5.1.1`, `*.1.1`, `5.7.*`, `550`, `5xx`. Phrase or codes may be left out, not both. STEP is
///   `connect`, `ehlo`, `mail`, `rcpt`, `data` or `dot`.
/// - `reply`: what follows is the reply of the server that refused, and comes before all that the notice itself says.
/// - `step STEP`: the refusal was met there (``Refusal``).
/// - `recipients failed|delayed`: the addresses that follow in the line or the next lines.
/// - `alias`: the address that follows is the one that was written to, for the recipient before it.
/// - `original`: here the returned message begins, and the notice ends.
/// - `subject|text|sender KIND` and `header KIND NAME` (phrase optional): what kind of mail it is; KIND is `failure`,
///   `delay`, `given-up` (a failure, though it is called a delay), `arrival`, `auto-reply`, `challenge`, `unsubscribe`
///   or `list`.
///
/// The first rule that applies counts, and an operator's rules come before those built in. Matching takes time linear
/// in the text, whatever the rules are. ``RecipientWords`` judges a permanent refusal that no rule knows.
package struct RuleBook: Sendable {
    /// All that is wrong with a file of rules.
    package struct Invalid: Error, Equatable, CustomStringConvertible {
        /// Each with path, line and remedy.
        package let problems: [String]
        package var description: String { problems.joined(separator: "\n") }
    }

    /// The rules that are part of the program.
    package static let builtIn = RuleBook(parse(builtInRules, path: "built-in rules").rules)

    private let tables: Tables
    var rules: [BounceRule] { tables.rules }
    /// Rules about refusals that need no phrase, in order.
    var codeRules: [Int] { tables.codeRules }
    var headerRules: [HeaderRules] { tables.headerRules }

    /// Reads an operator's rules, which come before the built-in ones.
    ///
    /// - Parameters:
    ///   - text: The file.
    ///   - path: Its name, for the problems.
    /// - Throws: All problems at once.
    package init(parsing text: String, path: String) throws(Invalid) {
        let (rules, problems) = Self.parse(text, path: path)
        guard problems.isEmpty else { throw Invalid(problems: problems) }
        self.init(rules + Self.builtIn.rules)
    }

    private init(_ rules: [BounceRule]) { tables = Tables(rules) }

    /// Every rule whose phrase occurs in a text, and where; in the order of their ends.
    func hits(in text: MatchText) -> [RuleHit] {
        let tables = tables
        var found: [Place] = []
        tables.matcher.forEachMatch(in: text.bytes) { number, end in
            let piece = tables.pieces[number]
            let range = end - piece.count..<end
            guard text.isWhole(range) else { return }
            if piece.isWord, text.isInName(range) { return }
            if piece.isAtStart, !text.isLineStart(range.lowerBound) { return }
            found.append(Place(start: range.lowerBound, end: end, piece: number))
        }
        found.sort()
        var hits: [RuleHit] = []
        hits.reserveCapacity(found.count)
        var firstEnds: [Int: Int] = [:]
        for place in found where hits.count < 20_000 {
            let piece = tables.pieces[place.piece]
            if piece.hasSecond {
                firstEnds[piece.rule] = place.end
                continue
            }
            if piece.isAtEnd, !text.isLineEnd(place.end) { continue }
            var start = place.start
            if piece.isSecond {
                guard let firstEnd = firstEnds[piece.rule], start >= firstEnd,
                    start - firstEnd <= BounceRule.Phrase.gapLimit
                else { continue }
                start = firstEnd - piece.firstCount
            }
            hits.append(RuleHit(rule: piece.rule, range: start..<place.end))
        }
        return hits
    }
}

extension RuleBook {
    /// What is made of the rules once; shared by all copies of a book.
    private final class Tables: Sendable {
        let rules: [BounceRule]
        let matcher: PhraseMatcher
        /// As the matcher numbers them.
        let pieces: [Piece]
        let codeRules: [Int]
        let headerRules: [HeaderRules]

        init(_ rules: [BounceRule]) {
            self.rules = rules
            var phrases: [[UInt8]] = []
            var pieces: [Piece] = []
            var codeRules: [Int] = []
            var headerRules: [HeaderRules] = []
            phrases.reserveCapacity(rules.count)
            pieces.reserveCapacity(rules.count)
            for (index, rule) in rules.enumerated() {
                if case .header(let kind) = rule.effect {  // looked for in its own field only
                    if headerRules.last?.name != rule.field { headerRules.append(HeaderRules(name: rule.field)) }
                    headerRules[headerRules.count - 1].rules.append((kind, rule.phrase?.first))
                    continue
                }
                guard let phrase = rule.phrase else {
                    if case .reason = rule.effect { codeRules.append(index) }
                    continue
                }
                phrases.append(phrase.first)
                pieces.append(Piece(index, rule, phrase, isSecond: false))
                if let second = phrase.second {
                    phrases.append(second)
                    pieces.append(Piece(index, rule, phrase, isSecond: true))
                }
            }
            matcher = PhraseMatcher(phrases)
            self.pieces = pieces
            self.codeRules = codeRules
            self.headerRules = headerRules
        }
    }

    /// The rules about a header field, which need not stand together.
    struct HeaderRules: Sendable {
        /// In lower case.
        let name: String
        /// Each with the phrase that must occur, where there is one.
        var rules: [(kind: BounceRule.MailKind, phrase: [UInt8]?)] = []
    }

    /// Where a piece stands, before it is known whether its rule applies.
    private struct Place: Comparable {
        let start: Int
        let end: Int
        let piece: Int

        /// By their ends, then the longer first, then the later rule.
        static func < (first: Place, second: Place) -> Bool {
            if first.end != second.end { return first.end < second.end }
            return first.start != second.start ? first.start < second.start : first.piece > second.piece
        }
    }
    /// A half of a phrase, or all of it, and what is asked at each place where it stands; a value that refers to nothing.
    struct Piece: Sendable {
        let rule: Int
        /// Of this one, and of the first half.
        let count: Int
        let firstCount: Int
        let hasSecond: Bool
        let isSecond: Bool
        let isAtStart: Bool
        let isAtEnd: Bool
        /// One word that gives a reason.
        let isWord: Bool

        init(_ number: Int, _ rule: BounceRule, _ phrase: BounceRule.Phrase, isSecond: Bool) {
            self.rule = number
            count = isSecond ? phrase.second?.count ?? 0 : phrase.first.count
            firstCount = phrase.first.count
            hasSecond = !isSecond && phrase.second != nil
            self.isSecond = isSecond
            isAtStart = !isSecond && phrase.isAtStart
            isAtEnd = (isSecond || phrase.second == nil) && phrase.isAtEnd
            if case .reason = rule.effect { isWord = phrase.isWord } else { isWord = false }
        }
    }
}

/// One rule of a ``RuleBook``.
struct BounceRule: Sendable {
    /// As rule files call it.
    enum MailKind: String, Sendable, CaseIterable {
        case failure = "failure"
        case delay = "delay"
        case arrival = "arrival"
        case challenge = "challenge"
        case unsubscribe = "unsubscribe"
        case list = "list"
        case autoReply = "auto-reply"
        case givenUp = "given-up"
    }

    /// As rule files call it.
    enum Field: String, Sendable, CaseIterable {
        case subject = "subject"
        case text = "text"
        case sender = "sender"
    }

    enum Effect: Sendable {
        case reason(BounceReason)
        case reply
        case step(SMTPStep)
        case recipients(isDelay: Bool)
        case alias
        case original
        case mark(Field, MailKind)
        /// With the name in ``BounceRule/field``.
        case header(MailKind)
    }

    struct Phrase: Sendable {
        static let gapLimit = 200
        /// In the form of ``MatchText``.
        let first: [UInt8]
        let second: [UInt8]?
        let isAtStart: Bool
        let isAtEnd: Bool

        /// One word of messages, which may as well be part of a host's name.
        var isWord: Bool { second == nil && first.allSatisfy { ASCII.isLetter($0) } }
    }

    let effect: Effect
    /// The header field that it is about, in lower case; empty for other rules.
    let field: String
    let codes: [CodePattern]
    let step: SMTPStep?
    let phrase: Phrase?
}

/// Where a rule's phrase stands in a text.
struct RuleHit {
    let rule: Int
    let range: Range<Int>
}
