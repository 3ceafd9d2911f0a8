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
        /// What its check found, in words: its messages would not be sent, or not all of them.
        case notReady([String])
        /// Its message was changed while it was checked.
        case changed
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
        case .notReady(let problems):
            "campaign \(campaign) is not ready to start: \(problems.joined(separator: "; "))"
        case .changed: "campaign \(campaign) was changed while it was checked: start it again"
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
        case .past, .changed: return reason
        case .notReady:
            return
                "\(reason). Correct the contacts or the message; campaign.yaml can give a missing field a default. "
                + "`veredus campaign check \(campaign)` checks every recipient; --anyway starts it as it is"
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
    /// Of a scheduled campaign, which starts by itself: why the new version would not be sent, or not to everybody.
    package let problems: [String]

    package init(campaign: CampaignID, state: CampaignState, problems: [String] = []) {
        self.campaign = campaign
        self.state = state
        self.problems = problems
    }

    package var reason: String {
        guard problems.isEmpty else {
            return "campaign \(campaign) is \(state.name), and with this change it would not be ready to start: "
                + problems.joined(separator: "; ")
        }
        return "campaign \(campaign) is \(state.name): only a draft or a scheduled campaign can be changed"
    }

    private var way: String {
        guard problems.isEmpty else { return "Correct the change, or unschedule the campaign first" }
        return state == .starting ? "Unschedule it first" : "Create another one"
    }

    package var sentence: String { reason.prefix(1).uppercased() + reason.dropFirst() + ". \(way)." }

    package var description: String {
        let isToBeTakenBack = !problems.isEmpty || state == .starting
        return "\(reason). \(way): veredus campaign " + (isToBeTakenBack ? "unschedule \(campaign)" : "create")
    }
}
