import Core

/// Judges a campaign's totals against the copies that the receiving side accepted: the invariants of
/// docs/explanation/invariants.md, each in words.
///
/// Of I8 it sees acceptances; a refusal or a deferral of an older attempt shows as I3, I4 or I9. I10 is I5 with I3 or I4
/// after the broker is gone.
package struct Truth: Sendable {
    /// The maximum effect of the faults, each counted when it struck.
    package struct Bounds: Sendable {
        /// I4: messages of struck workers past the dot, and not recorded.
        package var extraCopies: Int
        /// I6: messages in flight at struck workers; `nil` leaves it to the scenario.
        package var uncertain: Int?
        /// How long a dead worker's claim may wait for the sweep, in seconds.
        package var sweepSeconds = 30.0

        package init(extraCopies: Int = 0, uncertain: Int? = nil) {
            self.extraCopies = extraCopies
            self.uncertain = uncertain
        }
    }

    let record: CampaignRecord
    let copies: [Seq: [AcceptedCopy]]
    let strangers: [AcceptedCopy]
    let bounds: Bounds

    /// - Parameters:
    ///   - record: The totals.
    ///   - copies: All that the receiving side accepted while nothing else sent to it; those of other campaigns are
    ///     ignored.
    ///   - bounds: The bounds that the faults allow.
    package init(_ record: CampaignRecord, copies: [AcceptedCopy], bounds: Bounds = Bounds()) {
        self.record = record
        self.bounds = bounds
        self.copies = Dictionary(
            grouping: copies.filter { $0.key?.campaign == record.campaign },
            by: { $0.key?.seq ?? 0 }
        )
        strangers = copies.filter { $0.key == nil }
    }

    /// All violations.
    package var breaches: [Breach] {
        record.totals.breaches + rowsThatRepeat + unmarkedCopies + extraCopies + unsettled + tooManyUncertain
            + record.objections + optOutsNotRecalled + resultsOfOthers + groundless + deadWithoutReason
            + changedMessageIDs
            + retriesOfOthers
    }

    /// Copies beyond the first, and beyond those that a reopening allows, of all recipients together.
    package var extra: Int {
        record.rows.map { max(0, count(of: $0) - 1 - Int($0.reopened)) }.reduce(0, +)
    }

    /// Recipients with an unexplained fate: no row, no final state, or accepted without a copy.
    package var lost: Int {
        let ended = record.rows.filter { $0.state.isFinal && !($0.state == .accepted && count(of: $0) == 0) }
        return record.audience - Set(ended.map(\.contact)).count
    }

    func count(of row: CampaignRecord.Row) -> Int { copies[row.seq]?.count ?? 0 }

    func name(_ row: CampaignRecord.Row) -> String { "\(row.seq) (\(row.address), \(row.state))" }

    private var unsettled: [Breach] {
        var found: [Breach] = []
        let claimed = Dictionary(grouping: record.claims, by: \.token)
        for row in record.rows where row.state == .sending {
            if claimed[row.token]?.contains(where: { $0.seqs.contains(row.seq) }) != true {
                found.append(Breach(.atRest, "\(name(row)) is being sent, and no claim knows of it"))
            }
        }
        for claim in record.claims {
            guard let seconds = claim.deadForSeconds, seconds > bounds.sweepSeconds else { continue }
            found.append(
                Breach(.atRest, "claim \(claim.token) of \(claim.seqs.count) outlived its worker by \(seconds) s")
            )
        }
        return found
    }

    private var tooManyUncertain: [Breach] {
        var found: [Breach] = []
        let uncertain = record.rows.filter { $0.state == .uncertain }
        if let most = bounds.uncertain, record.policy == .atMostOnce, uncertain.count > most {
            found.append(Breach(.uncertain, "\(uncertain.count) uncertain, \(most) were in victims' hands"))
        }
        for row in uncertain where row.reason == DeliveryReason.none.rawValue {
            found.append(Breach(.uncertain, "\(name(row)) has no reason"))
        }
        return found
    }

    private var optOutsNotRecalled: [Breach] {
        guard [.running, .paused, .cancelling].contains(record.state) else { return [] }
        return record.rows.filter(\.hasOptedOut).compactMap { row in
            switch row.state {
            case .pending, .deferred: Breach(.consent, "\(name(row)) has opted out and is still to be mailed")
            case .sending where !row.isRecalled:
                Breach(.consent, "\(name(row)) has opted out and would be tried again")
            default: nil
            }
        }
    }

    private var rowsThatRepeat: [Breach] {
        let repeated = Dictionary(record.rows.map { ($0.contact, 1) }, uniquingKeysWith: +).filter { $0.value > 1 }
        return repeated.map { Breach(.oneRow, "contact \($0.key) has \($0.value) rows") }
    }

    private var deadWithoutReason: [Breach] {
        let reasons = Dictionary(grouping: record.deadLetters.filter { !$0.detail.isEmpty }, by: \.seq)
        return record.rows.filter { $0.state == .dead && reasons[$0.seq] == nil }.map {
            Breach(.deadLetters, "\(name($0)) has no dead letter that says why")
        }
    }

    private var retriesOfOthers: [Breach] {
        let deferred = Set(record.rows.filter { $0.state == .deferred }.map(\.seq))
        return Set(record.retries).symmetricDifference(deferred).sorted().map { seq in
            Breach(
                .counters,
                deferred.contains(seq) ? "\(seq) is deferred without a retry" : "\(seq) has a retry and is not deferred"
            )
        }
    }
}
