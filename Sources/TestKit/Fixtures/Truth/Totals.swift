import Core

/// The database's totals of a campaign, in one snapshot: the counters, and a recount of the rows.
package struct Totals: Sendable, Equatable {
    package var state: CampaignState
    package var audience: Int
    /// Rows by state, recounted.
    package var counts: [DeliveryState: Int]
    /// The sum of the counters, by state.
    package var counters: [DeliveryState: Int]
    /// Rows of `retries`.
    package var retries: Int

    package init(
        state: CampaignState,
        audience: Int,
        counts: [DeliveryState: Int],
        counters: [DeliveryState: Int],
        retries: Int
    ) {
        self.state = state
        self.audience = audience
        self.counts = counts.filter { $0.value != 0 }
        self.counters = counters.filter { $0.value != 0 }
        self.retries = retries
    }

    package subscript(_ state: DeliveryState) -> Int { counts[state] ?? 0 }
    package var sum: Int { counts.values.reduce(0, +) }
    package var hasEnded: Bool { state == .finished || state == .cancelled }

    /// Violations of what must hold at any moment: P3 and I13.
    package var breaches: [Breach] {
        var found: [Breach] = []
        // Before the freeze there is no audience yet.
        if state.isFrozen, sum != audience {
            found.append(Breach(.audience, "\(sum) rows for an audience of \(audience)"))
        }
        for state in DeliveryState.allCases where (counts[state] ?? 0) != (counters[state] ?? 0) {
            found.append(
                Breach(.counters, "\(state): the counter says \(counters[state] ?? 0), a recount \(self[state])")
            )
        }
        if self[.deferred] != retries {
            found.append(Breach(.counters, "\(self[.deferred]) deferred rows, \(retries) rows of retries"))
        }
        if hasEnded {
            for state in DeliveryState.allCases where !state.isFinal && self[state] > 0 {
                found.append(Breach(.atRest, "\(self.state), and \(self[state]) rows are \(state)"))
            }
        }
        return found
    }
}

/// A violated invariant, in words.
package struct Breach: Sendable, Equatable, CustomStringConvertible {
    /// The invariants; the raw values are the names in docs/explanation/invariants.md.
    package enum Invariant: String, Sendable, CaseIterable {
        /// At every moment the states add up to the audience.
        case audience = "P3"
        /// One row per contact.
        case oneRow = "I1"
        /// No claim, no DATA.
        case marked = "I2"
        /// At most once: no more copies than allowed.
        case atMostOnce = "I3"
        /// At least once: each extra copy has its fault; no recipient is missing.
        case atLeastOnce = "I4"
        /// Every row is in a final state, and none is `sending` without a live worker.
        case atRest = "I5"
        /// At most once: uncertain messages were in flight at a struck worker.
        case uncertain = "I6"
        /// No claim after an opt-out, a pause or a cancel.
        case consent = "I7"
        /// A result counts only for its own attempt.
        case ownResult = "I8"
        /// A state has its grounds: a reply, a copy, a reason.
        case grounds = "I9"
        /// A dead letter has a row and a reason.
        case deadLetters = "I11"
        /// All copies of a message have one Message-ID.
        case messageID = "I12"
        /// Counters equal a recount, retries the deferred rows.
        case counters = "I13"
        /// States follow each other as the model has it.
        case transitions = "model"
    }

    package let invariant: Invariant
    package let words: String

    package init(_ invariant: Invariant, _ words: String) {
        self.invariant = invariant
        self.words = words
    }

    package var description: String { "\(invariant.rawValue): \(words)" }
}
