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

    /// Two events at once: who opted out while being sent is not deferred, see `record-results`.
    private static func isRecalledDeferral(_ old: DeliveryState, _ new: DeliveryState) -> Bool {
        old.after(.defer)?.after(.optOut) == new
    }

    /// The same: who was dead and has opted out is not reopened, see `reopen-rows`. Who is uncertain stays so.
    private static func isWithdrawnReopen(_ old: DeliveryState, _ new: DeliveryState) -> Bool {
        old == .dead && old.after(.reopen)?.after(.optOut) == new
    }
}
