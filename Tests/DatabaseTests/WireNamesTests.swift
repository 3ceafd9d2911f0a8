import Testing

@testable import Core
@testable import Database

/// Programs of others compare these names: a renaming in the code must not change one.
@Suite struct WireNamesTests {
    typealias Row = (what: String, are: [String], shall: String)

    static let table: [Row] = [
        (
            "state of a campaign", CampaignState.names,
            "draft scheduled starting running paused cancelling cancelled finished"
        ),
        ("request of a campaign", CampaignState.Request.names, "start pause resume cancel unschedule"),
        ("kind", CampaignKind.names, "marketing transactional"),
        ("policy", DeliveryPolicy.names, "at-most-once at-least-once"),
        ("tracking", TrackingMode.names, "none aggregate individual"),
        ("language", MessageLanguage.names, "en de es fr"),
        (
            "state of a delivery", DeliveryState.names,
            "pending sending deferred accepted failed suppressed uncertain cancelled expired dead"
        ),
        (
            "reason of a delivery", DeliveryReason.names,
            "none mailbox-refused message-refused attempts-exhausted render-failed opted-out-before recalled "
                + "lost-after-dot stopped-waiting worker-lost poison put-back bounced seen"
        ),
        ("judgement of a reply", Judgement.names, "accepted later never not-this-message unknown not-started"),
        (
            "step of SMTP", SMTPStep.names, "connect greeting ehlo starttls auth mail rcpt data dot quit"
        ),
        ("status of a contact", ContactStatus.names, "active erased"),
        ("status on a list", MembershipStatus.names, "subscribed unsubscribed"),
        (
            "status in another system", ForeignStatus.names,
            "subscribed unsubscribed bounced complained blocked unconfirmed"
        ),
        ("outcome of an upsert", UpsertedContact.Outcome.names, "added changed unchanged erased duplicate"),
        ("scope of a suppression", SuppressionScope.names, "all marketing list"),
        (
            "reason of a suppression", SuppressionReason.names,
            "unsubscribe hard-bounce complaint by-hand erasure soft-bounces"
        ),
        ("way of an opt-out", OptOutWay.names, "one-click page preferences mail complaint webhook api cli import"),
        ("action of an opt-out", OptOutAction.names, "list marketing undo all"),
        (
            "reason of a dead letter", DeadLetter.Reason.names,
            "undecodable too-new poison render-error internal-error"
        ),
        ("settlement of a dead letter", DeadLetterSettlement.names, "sent-again opted-out final-already discarded"),
        (
            "reason of a bounce", BounceReason.names,
            "mailbox-unknown domain-unknown mailbox-full policy rate-limited size content expired auto-reply challenge "
                + "unknown"
        ),
        ("consequence of a bounce", BounceConsequence.names, "hard soft block nothing"),
        ("verdict about complaints", ComplaintRate.Verdict.names, "fine warn pause"),
        ("settlement of a mail", MailSettlement.names, "nothing not-ours bounce complaint unsubscribe"),
        ("state of a mail", InboundState.names, "stored settled not-understood given-up"),
        (
            "mails that are counted only", InboundCount.names,
            "not-ours beyond-limits too-many unknown-campaign names-no-message unknown-event"
        ),
        ("action of a report", ReportedAction.names, "failed delayed delivered relayed expanded"),
        ("type of a complaint", FeedbackType.names, "abuse fraud virus not-spam auth-failure opt-out other"),
        (
            "flaw of rows", RowFlaw.names,
            "deferred-without-retry retry-without-deferred dead-without-letter sending-without-worker "
                + "accepted-without-reply failed-without-reason"
        ),
        ("role of a user", Role.names, "owner editor viewer admin support billing marketing"),
        (
            "scope of a key", APIScope.names,
            "campaigns:read campaigns:write campaigns:send contacts:read contacts:write suppressions:read "
                + "suppressions:write"
        ),
    ]

    @Test(arguments: table)
    func `a name that programs read stays as it is`(row: Row) {
        #expect(row.are == row.shall.split(separator: " ").map { String($0) }, "\(row.what)")
    }

    @Test func `a name is found again, and the name of an earlier version too`() {
        #expect(SuppressionReason.allCases.allSatisfy { SuppressionReason(name: $0.name) == $0 })
        #expect(SuppressionReason(name: "byHand") == .byHand, "a file exported by an earlier version")
        #expect(SuppressionReason(name: "by_hand") == nil)
    }

    @Test func `a number that a newer program has stored is told as it is`() {
        #expect(DeliveryReason.name(of: 3) == "attempts-exhausted")
        #expect(DeliveryReason.name(of: 99) == "other-99")
    }

    @Test func `keys are in snake case`() {
        #expect(
            DeadLetterFate.allCases.map(\.key) == [
                "sent_again", "opted_out", "final_already", "duplicates", "expired", "cancelled", "published_again",
                "unreadable",
            ]
        )
    }
}
