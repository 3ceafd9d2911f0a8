import Testing

@testable import Core

@Suite struct CampaignStateTests {
    /// What can be asked of a campaign in each state, and what each state is.
    static let table: [(state: CampaignState, possible: [CampaignState.Request], isEditable: Bool, isFrozen: Bool)] = [
        (.draft, [.start], true, false),
        (.scheduled, [.start, .cancel, .unschedule], true, false),
        (.starting, [.start, .cancel, .unschedule], false, false),
        (.running, [.pause, .cancel], false, true),
        (.paused, [.resume, .cancel], false, true),
        (.cancelling, [], false, true),
        (.cancelled, [], false, true),
        (.finished, [], false, true),
    ]

    @Test func `every state says what can be asked of it`() {
        #expect(Self.table.map(\.state) == CampaignState.allCases)
        for row in Self.table {
            let possible = CampaignState.Request.allCases.filter {
                CampaignState.states(allowing: $0).contains(row.state)
            }
            #expect(possible == row.possible, "\(row.state)")
            #expect(CampaignState.editable.contains(row.state) == row.isEditable, "\(row.state)")
            #expect(row.state.isFrozen == row.isFrozen, "\(row.state)")
        }
    }

    @Test func `each state is in one part of a campaign's life`() {
        let parts = [[.draft], CampaignState.toStart, CampaignState.underWay, CampaignState.ended]
        #expect(
            parts.flatMap { $0 }.sorted { $0.rawValue < $1.rawValue }
                == CampaignState.allCases.sorted { $0.rawValue < $1.rawValue }
        )
        #expect(
            Set(CampaignState.awaited) == Set(CampaignState.toStart + CampaignState.underWay),
            "a producer looks for these"
        )
        #expect(!CampaignState.open.contains(.scheduled), "no producer drives one that is not due")
    }
}
