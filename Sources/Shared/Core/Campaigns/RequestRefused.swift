/// A refused request of an operator.
package struct RequestRefused: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Why: Equatable, Sendable {
        /// The campaign is in another state.
        case state(CampaignState)
        /// The list has no subscribers.
        case emptyList
        /// The followed campaign has no recipients in the state.
        case nobodyLeft(by: CampaignID)
        /// The requested start is in the past.
        case past
    }

    package let campaign: CampaignID
    package let request: CampaignState.Request
    package let why: Why

    package init(campaign: CampaignID, request: CampaignState.Request, why: Why) {
        self.campaign = campaign
        self.request = request
        self.why = why
    }

    /// The reason: the command line, the API and the dashboard use these words.
    package var reason: String {
        switch why {
        case .emptyList: "campaign \(campaign) cannot be started: its list has no subscribers"
        case .nobodyLeft(let followed):
            "campaign \(campaign) cannot be started: campaign \(followed), which it follows, has no recipients for it"
        case .past: "campaign \(campaign) cannot be started at a time in the past: leave the time out to start now"
        case .state(let state):
            "campaign \(campaign) is \(state.name); to \(request.name) it, it must be "
                + CampaignState.states(allowing: request).map(\.name).joined(separator: " or ")
        }
    }

    /// The same as a sentence.
    package var sentence: String { reason.prefix(1).uppercased() + reason.dropFirst() + "." }

    /// With the command that helps.
    package var description: String {
        switch why {
        case .emptyList: return "\(reason). Import contacts first: `veredus contacts import`"
        case .nobodyLeft(let followed):
            return "\(reason). `veredus campaign report \(followed)` shows its totals"
        case .past: return reason
        case .state(let state):
            let possible = CampaignState.Request.allCases.filter { CampaignState.states(allowing: $0).contains(state) }
            let advice =
                possible.isEmpty
                ? "It allows no further requests"
                : "Possible now: \(possible.map(\.name).joined(separator: ", "))"
            return "\(reason). \(advice)"
        }
    }
}

/// Why a campaign cannot be changed.
package struct ChangeRefused: Error, Equatable, Sendable, CustomStringConvertible {
    package let campaign: CampaignID
    package let state: CampaignState

    package init(campaign: CampaignID, state: CampaignState) {
        self.campaign = campaign
        self.state = state
    }

    package var reason: String { "campaign \(campaign) is \(state.name): only a draft can be changed" }

    package var sentence: String { reason.prefix(1).uppercased() + reason.dropFirst() + ". Create another one." }

    package var description: String { "\(reason). Create another one: veredus campaign create" }
}
