import Core

/// Which states may follow each other in one write, for the ``Oracle``: the table of ``DeliveryState/after(_:)``.
package enum Transitions {
    package static func allows(_ old: DeliveryState, _ new: DeliveryState) -> Bool {
        old == new || isOneEvent(old, new) || isRecalledDeferral(old, new)
            || isWithdrawnReopen(old, new)
    }

    private static func isOneEvent(_ old: DeliveryState, _ new: DeliveryState) -> Bool {
        DeliveryEvent.allCases.contains { old.after($0) == new }
    }

    /// Two events at once: a recipient who opts out during sending is not deferred, see `record-results`.
    private static func isRecalledDeferral(_ old: DeliveryState, _ new: DeliveryState) -> Bool {
        old.after(.defer)?.after(.optOut) == new
    }

    /// Likewise, a dead recipient who opted out is not reopened, see `reopen-rows`; an uncertain one stays uncertain.
    private static func isWithdrawnReopen(_ old: DeliveryState, _ new: DeliveryState) -> Bool {
        old == .dead && old.after(.reopen)?.after(.optOut) == new
    }
}
