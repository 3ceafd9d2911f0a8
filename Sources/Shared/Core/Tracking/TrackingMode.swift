/// How a campaign tracks opens and clicks; `campaigns.tracking`.
package enum TrackingMode: Int16, WireNamed {
    /// No pixel, no wrapped link.
    case none = 0
    /// Each pixel and link has a random number of its own, which names no person.
    case aggregate = 1
    /// Each pixel and link names the recipient; the account must opt in.
    case individual = 2

    package var name: String {
        switch self {
        case .none: "none"
        case .aggregate: "aggregate"
        case .individual: "individual"
        }
    }
}
