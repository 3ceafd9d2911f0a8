import Core
import Testing

@Suite struct DeadLetterFateTests {
    private static func row(
        _ state: DeliveryState = .dead,
        _ campaign: CampaignState = .finished,
        isExpired: Bool = false,
        hasOptedOut: Bool = false
    ) -> DeadLetterFate.Row {
        .init(state: state, campaignState: campaign, isExpired: isExpired, hasOptedOut: hasOptedOut)
    }

    struct Case: Sendable {
        let reason: DeadLetter.Reason
        let row: DeadLetterFate.Row?
        var isFirst = true
        var evenIfExpired = false
        let fate: DeadLetterFate
        let because: Comment
    }

    static let table: [Case] = [
        Case(reason: .renderError, row: row(), fate: .sentAgain, because: "dead, and nothing against it"),
        Case(reason: .poison, row: row(.dead, .running), fate: .sentAgain, because: "the campaign still runs"),
        Case(reason: .poison, row: row(.dead, .paused), fate: .sentAgain, because: "sent when it is resumed"),
        Case(reason: .poison, row: row(.accepted), fate: .finalAlready, because: "P2: it has its copy"),
        Case(reason: .poison, row: row(.sending), fate: .finalAlready, because: "P2: a copy is on its way"),
        Case(reason: .poison, row: row(.suppressed), fate: .finalAlready, because: "P1"),
        Case(reason: .poison, row: row(), isFirst: false, fate: .duplicate, because: "one message is enough"),
        Case(
            reason: .poison,
            row: row(isExpired: true),
            isFirst: false,
            fate: .expired,
            because: "the first one is not sent either"
        ),
        Case(
            reason: .poison,
            row: row(hasOptedOut: true),
            isFirst: false,
            fate: .duplicate,
            because: "suppressed once"
        ),
        Case(reason: .poison, row: row(.dead, .cancelled), fate: .cancelled, because: "cancelled is for good"),
        Case(reason: .poison, row: row(.dead, .cancelling), fate: .cancelled, because: "its rows follow"),
        Case(reason: .poison, row: row(hasOptedOut: true), fate: .optedOut, because: "P1"),
        Case(reason: .poison, row: row(isExpired: true), fate: .expired, because: "nobody wants yesterday's offer"),
        Case(
            reason: .poison,
            row: row(isExpired: true),
            evenIfExpired: true,
            fate: .sentAgain,
            because: "asked for expressly"
        ),
        Case(
            reason: .poison,
            row: row(isExpired: true, hasOptedOut: true),
            evenIfExpired: true,
            fate: .optedOut,
            because: "P1 comes first"
        ),
        Case(reason: .tooNew, row: nil, fate: .publishedAgain, because: "a newer worker reads it"),
        Case(reason: .undecodable, row: nil, fate: .unreadable, because: "no worker ever reads it"),
    ]

    @Test(arguments: table)
    func `what a requeue does to a dead letter`(row: Case) {
        let fate = DeadLetterFate(
            row.reason,
            row: row.row,
            isFirst: row.isFirst,
            evenIfExpired: row.evenIfExpired
        )
        #expect(fate == row.fate, row.because)
    }
}
