import Core

/// What is to be done with a message that a dead worker had in flight.
package enum FlightSettlement: Equatable, Sendable {
    /// Put its row back, due at once: no connection had it.
    case putBack
    /// The same, and raise its redelivery count: it was on a connection, and may be what the worker died of.
    case putBackCounted
    /// Record what the server said.
    case record(FlightReply)
    /// Nobody can know: as if the connection had been lost past the dot.
    case byPolicy(DeliveryPolicy)

    /// Whether ``FoundFlightLog/take(_:)`` must have succeeded first.
    package var mustBeTaken: Bool { self == .putBack || self == .putBackCounted }

    package init(_ record: FlightRecord) {
        self =
            switch record.step {
            case .claimed, .taken(begun: false): .putBack
            case .begun, .taken(begun: true): .putBackCounted
            case .dotAllowed: .byPolicy(record.policy)
            case .replied(let reply): .record(reply)
            }
    }
}
