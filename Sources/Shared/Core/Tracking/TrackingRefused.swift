/// A campaign asks for more tracking than its account has agreed to.
package struct TrackingRefused: Error, Equatable, Sendable, CustomStringConvertible {
    package init() {}

    /// The API and the command line say it in these words.
    package var reason: String {
        "the account has not opted in to \(TrackingMode.individual.name) tracking, which says who opened and clicked"
    }

    /// With what helps.
    package var description: String {
        "\(reason). Write `tracking: \(TrackingMode.aggregate.name)`, or ask the account first and then run "
            + "`veredus account tracking ACCOUNT \(TrackingMode.individual.name) --reason WHY`"
    }
}
