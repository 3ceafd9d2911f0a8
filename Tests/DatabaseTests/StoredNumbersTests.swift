import Foundation
import Testing

@testable import Core
@testable import Database

/// What is stored outlives the program: a case that is moved, renamed or put in between must not change its number.
@Suite struct StoredNumbersTests {
    typealias Row = (stored: String, is: [String: Int], shall: [String: Int])

    private static func numbers<E: RawRepresentable & CaseIterable>(_ type: E.Type) -> [String: Int]
    where E.RawValue: BinaryInteger {
        Dictionary(uniqueKeysWithValues: type.allCases.map { (String(describing: $0), Int($0.rawValue)) })
    }

    private static func numbers<E: CaseIterable>(_ type: E.Type, _ number: (E) -> Int16) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: type.allCases.map { (String(describing: $0), Int(number($0))) })
    }

    static let table: [Row] = [
        (
            "contacts.status", numbers(ContactStatus.self), ["active": 0, "erased": 1]
        ),
        (
            "list_members.status", numbers(MembershipStatus.self), ["subscribed": 0, "unsubscribed": 1]
        ),
        (
            "suppressions.scope", numbers(SuppressionScope.self), ["all": 0, "marketing": 1, "list": 2]
        ),
        (
            "suppressions.reason", numbers(SuppressionReason.self),
            ["unsubscribe": 0, "hardBounce": 1, "complaint": 2, "byHand": 3, "erasure": 4, "softBounces": 5]
        ),
        (
            "campaigns.kind", numbers(CampaignKind.self), ["marketing": 0, "transactional": 1]
        ),
        (
            "campaigns.policy", numbers(DeliveryPolicy.self), ["atMostOnce": 0, "atLeastOnce": 1]
        ),
        (
            "campaigns.tracking", numbers(TrackingMode.self), ["none": 0, "aggregate": 1, "individual": 2]
        ),
        (
            "campaigns.state", numbers(CampaignState.self),
            [
                "draft": 0, "starting": 1, "running": 2, "paused": 3, "cancelling": 4, "cancelled": 5, "finished": 6,
                "scheduled": 7,
            ]
        ),
        (
            "deliveries.state", numbers(DeliveryState.self),
            [
                "pending": 0, "sending": 1, "deferred": 2, "accepted": 3, "failed": 4, "suppressed": 5, "uncertain": 6,
                "cancelled": 7, "expired": 8, "dead": 9,
            ]
        ),
        (
            "deliveries.reason", numbers(DeliveryReason.self),
            [
                "none": 0, "mailboxRefused": 1, "messageRefused": 2, "attemptsExhausted": 3, "renderFailed": 4,
                "optedOutBefore": 5, "recalled": 6, "lostAfterDot": 7, "stoppedWaiting": 8, "workerLost": 9,
                "poison": 10, "putBack": 11, "bounced": 12, "seen": 13,
            ]
        ),
        (
            "replies.judgement", numbers(Judgement.self),
            ["accepted": 0, "later": 1, "never": 2, "notThisMessage": 3, "unknown": 4, "notStarted": 5]
        ),
        (
            "replies.step", numbers(SMTPStep.self),
            [
                "connect": 0, "greeting": 1, "ehlo": 2, "startTLS": 3, "auth": 4, "mail": 5, "rcpt": 6, "data": 7,
                "dot": 8, "quit": 9,
            ]
        ),
        (
            "dead_letters.reason", numbers(DeadLetter.Reason.self),
            ["undecodable": 0, "tooNew": 1, "poison": 2, "renderError": 3, "internalError": 4]
        ),
        (
            "dead_letters.settlement", numbers(DeadLetterSettlement.self),
            ["sentAgain": 0, "optedOut": 1, "finalAlready": 2, "discarded": 3]
        ),
        (
            "bounces.kind", numbers(BounceKind.self), ["reply": 0, "mail": 1, "complaint": 2, "unsubscribe": 3]
        ),
        (
            "bounces.reason", numbers(BounceReason.self, \.number),
            [
                "mailboxUnknown": 1, "domainUnknown": 2, "mailboxFull": 3, "policy": 4, "rateLimited": 5, "size": 6,
                "content": 7, "expired": 8, "autoReply": 9, "challenge": 10, "unknown": 11,
            ]
        ),
        (
            "bounces.consequence", numbers(BounceConsequence.self, \.number),
            ["nothing": 0, "hard": 1, "soft": 2, "block": 3]
        ),
        (
            "inbound_mails.state", numbers(InboundState.self),
            ["stored": 0, "settled": 1, "notUnderstood": 2, "givenUp": 3]
        ),
        (
            "inbound_mails.settlement", numbers(MailSettlement.self),
            ["nothing": 0, "notOurs": 1, "bounce": 2, "complaint": 3, "unsubscribe": 4]
        ),
        (
            "inbound_mails.shelf", numbers(MailShelf.self),
            ["other": 0, "delivery": 1, "unsubscribe": 2, "complaint": 3]
        ),
        (
            "inbound_counts.what", numbers(InboundCount.self),
            [
                "notOurs": 0, "beyondLimits": 1, "tooMany": 2, "unknownCampaign": 3, "namesNoMessage": 4,
                "unknownEvent": 5,
            ]
        ),
        (
            "events.kind", numbers(EventKind.self), ["open": 0, "click": 1]
        ),
        (
            "opt_out_proofs.way", numbers(OptOutWay.self),
            [
                "oneClick": 0, "page": 1, "preferences": 2, "mail": 3, "complaint": 4, "webhook": 5, "api": 6,
                "commandLine": 7, "imported": 8,
            ]
        ),
        (
            "opt_out_proofs.action", numbers(OptOutAction.self), ["list": 0, "marketing": 1, "undo": 2, "all": 3]
        ),
        (
            "the verdicts of claim-deliveries", numbers(Verdict.self),
            [
                "claimed": 0, "final": 1, "notDue": 2, "paused": 3, "held": 4, "oldGeneration": 5, "changed": 6,
                "unknown": 7, "leaseLost": 8,
            ]
        ),
        (
            "the flaws of a recount", numbers(RowFlaw.self),
            [
                "deferredWithoutRetry": 1, "retryWithoutDeferred": 2, "deadWithoutLetter": 3,
                "sendingWithoutWorker": 4, "acceptedWithoutReply": 5, "failedWithoutReason": 6,
            ]
        ),
    ]

    @Test(arguments: table)
    func `a stored number keeps its meaning`(row: Row) { #expect(row.is == row.shall, "\(row.stored)") }

    /// The word that a migration uses, where it is not the case's name.
    static let comments: [(migration: Int32, column: String, words: String, cases: [String: Int])] = [
        (1, "contacts.status", "0 active, 1 erased", numbers(ContactStatus.self)),
        (1, "list_members.status", "0 subscribed, 1 unsubscribed", numbers(MembershipStatus.self)),
        (1, "suppressions.scope", "0 all mail, 1 marketing, 2 one list", numbers(SuppressionScope.self)),
        (
            1, "suppressions.reason", "0 unsubscribe, 1 hard bounce, 2 complaint, 3 by hand, 4 erasure",
            numbers(SuppressionReason.self)
        ),
        (1, "campaigns.kind", "0 marketing, 1 transactional", numbers(CampaignKind.self)),
        (1, "campaigns.policy", "0 at-most-once, 1 at-least-once", numbers(DeliveryPolicy.self)),
        (1, "campaigns.tracking", "0 none, 1 aggregate, 2 individual", numbers(TrackingMode.self)),
        (
            1, "campaigns.state", "0 draft 1 starting 2 running 3 paused 4 cancelling 5 cancelled 6 finished",
            numbers(CampaignState.self)
        ),
        (15, "campaigns.state", "7 scheduled", numbers(CampaignState.self)),
        (
            1, "dead_letters.reason", "0 undecodable 1 too new 2 poison 3 render error 4 internal error",
            numbers(DeadLetter.Reason.self)
        ),
        (
            1, "dead_letters.settlement", "0 sent again 1 opted out meanwhile 2 final already 3 discarded",
            numbers(DeadLetterSettlement.self)
        ),
        (3, "inbound_mails.state", "0 stored 1 settled 2 not understood 3 given up", numbers(InboundState.self)),
        (4, "bounces.consequence", "0 nothing, 1 hard, 2 soft, 3 block", numbers(BounceConsequence.self, \.number)),
        (5, "events.kind", "0 open, 1 click", numbers(EventKind.self)),
        (8, "opt_out_proofs.way", "0 one-click, 1 page, 2 preferences, 3 mail", numbers(OptOutWay.self)),
        (8, "opt_out_proofs.action", "0 one list, 1 all marketing mail, 2 undo", numbers(OptOutAction.self)),
        (
            17, "mail_rights.kind", "0 suppression, 1 list membership, 2 service block", numbers(MailRight.Kind.self)
        ),
    ]

    @Test(arguments: comments)
    func `the schema explains a number by the same word`(
        row: (migration: Int32, column: String, words: String, cases: [String: Int])
    ) throws {
        let migration = try #require(Migration.all.first { $0.version == row.migration })
        let column = try #require(row.column.split(separator: ".").last)
        let lines = String(decoding: migration.sql, as: UTF8.self).split(separator: "\n")
        #expect(lines.contains { $0.contains(" \(column) ") && $0.hasSuffix("-- \(row.words)") }, "\(row.column)")
        for match in row.words.matches(of: /(\d+) ([^0-9,]+)/) {
            let number = try #require(Int(match.1))
            let word = match.2.lowercased().filter(\.isLetter)
            let name = try #require(row.cases.first { $0.value == number }?.key.lowercased())
            #expect(word.contains(name), "\(row.column): \(number) is \(name) here and \(match.2) there")
        }
    }

    static let checks: [(migration: Int32, text: String, numbers: [String: Int])] = [
        (3, "CHECK (state IN (0, 1, 2, 3))", numbers(InboundState.self)),
        (5, "CHECK (tracking BETWEEN 0 AND 2)", numbers(TrackingMode.self)),
        (12, "CHECK (shelf IN (0, 1, 2, 3))", numbers(MailShelf.self)),
        (14, "CHECK (way BETWEEN 0 AND 8)", numbers(OptOutWay.self)),
        (14, "CHECK (action BETWEEN 0 AND 3)", numbers(OptOutAction.self)),
    ]

    @Test(arguments: checks)
    func `the schema allows every number that the programs store`(
        row: (migration: Int32, text: String, numbers: [String: Int])
    ) throws {
        let migration = try #require(Migration.all.first { $0.version == row.migration })
        #expect(String(decoding: migration.sql, as: UTF8.self).contains(row.text))
        let allowed = row.text.matches(of: /\d+/).compactMap { Int($0.0) }
        let numbers = row.numbers.values.sorted()
        #expect(allowed.first == numbers.first && allowed.last == numbers.last, "\(row.text)")
    }

    @Test func `words that are stored or read from files stay as they are`() {
        func words<E: RawRepresentable & CaseIterable>(_ type: E.Type) -> [String] where E.RawValue == String {
            type.allCases.map(\.rawValue)
        }
        #expect(words(Role.self) == ["owner", "editor", "viewer", "admin", "support", "billing", "marketing"])
        #expect(
            words(APIScope.self) == [
                "campaigns:read", "campaigns:write", "campaigns:send", "contacts:read", "contacts:write",
                "suppressions:read", "suppressions:write",
            ]
        )
        #expect(words(MessageLanguage.self) == ["en", "de", "es", "fr"])
        #expect(words(MeasuredLatency.self) == ["opt-out"])
        #expect(words(CampaignState.Request.self) == ["start", "pause", "resume", "cancel", "unschedule"])
        #expect(
            words(BounceReason.self) == [
                "mailbox-unknown", "domain-unknown", "mailbox-full", "policy", "rate-limited", "size", "content",
                "expired", "auto-reply", "challenge", "unknown",
            ]
        )
        #expect(words(BounceConsequence.self) == ["hard", "soft", "block", "nothing"])
    }
}
