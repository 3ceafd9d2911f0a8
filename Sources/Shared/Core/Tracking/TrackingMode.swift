/// How much a campaign tracks of opens and clicks; `campaigns.tracking`.
package enum TrackingMode: Int16, WireNamed {
    /// No pixel, no wrapped link.
    case none = 0
    /// Each pixel and link bears a random number of its own, and no person.
    case aggregate = 1
    /// Each pixel and link names the recipient; opt-in of the account.
    case individual = 2

    package var name: String {
        switch self {
        case .none: "none"
        case .aggregate: "aggregate"
        case .individual: "individual"
        }
    }
}
