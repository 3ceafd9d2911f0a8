/// What must hold in every state; `docs/explanation/invariants.md` explains I1 to I13.
///
/// I1, I10, I12 and I13 are about what is not modelled: rows, the broker's data, message ids and counters.
enum Invariant: UInt32 {
    /// I2: for every copy there is a claim that committed before.
    case claimFirst = 1
    /// I3: at most one copy.
    case atMostOnce
    /// I4: all copies but one were past the dot, without a reply reported, when a fault met their owner.
    case atLeastOnce
    /// I5 and P3: at rest every row is final, and before that it has a job or is deferred.
    case nothingLost
    /// I6: `uncertain` only past the dot, without a reply stored, when a fault met the owner.
    case boundedUncertainty
    /// I7: no claim commits after an opt-out.
    case consent
    /// I8: a settlement changes only a row in flight with its token, and so one of two changes nothing.
    case settledOnce
    /// I8: a final result is not lost while its token is the row's.
    case resultTaken
    /// I9: `accepted` has a stored 2xx.
    case grounds
    /// I11: a message that was only in flight beside a crash is not dead.
    case innocent
    /// I11: a message that may be the cause of crashes is alone in flight.
    case alone
    /// A message that aborts its process is dead after three crashes.
    case noCrashLoop
    /// What was put back has never been, and never is, given to the server.
    case putBackUnsent
    /// Attempts are those not put back.
    case attempts
    /// Not a fault of the design: the model has too few claims.
    case bounds
}

extension FlightModel {
    /// The first invariant that a state breaks.
    ///
    /// `isAtRest`: Whether nothing is left to happen but faults.
    func brokenInvariant(_ state: State, isAtRest: Bool) -> Invariant? {
        if let broken = state.broken { return broken }
        for row in 0..<bounds.rows {
            if let broken = brokenInvariant(row, state) { return broken }
            if isAtRest, let broken = brokenAtRest(row, state) { return broken }
        }
        return nil
    }

    private func brokenInvariant(_ row: Int, _ state: State) -> Invariant? {
        let delivery = state[row: row]
        var (copies, excused, counted) = (0, 0, 0)
        for token in 1...State.claimsPerRow {
            let claim = state[row, token]
            guard claim.raw != 0 else { continue }
            if claim.transaction == .won, !claim.wasPutBack { counted += 1 }
            guard claim.mail == .stored else { continue }
            guard claim.transaction == .won else { return .claimFirst }
            copies += 1
            if claim.isExcused { excused += 1 }
        }
        switch bounds.policy {
        case .atMostOnce: if copies > (delivery.mayRepeat ? 2 : 1) { return .atMostOnce }
        case .atLeastOnce: if copies - excused > (delivery.mayRepeat ? 2 : 1) { return .atLeastOnce }
        }
        if state.restore != .restored, counted != delivery.attempt { return .attempts }
        if !bounds.isPoisoned, !isAlone(row, state) { return .alone }
        switch delivery.status {
        case .pending: return delivery.hasJob ? nil : .nothingLost
        case .accepted: return state[row, delivery.token].mail == .stored ? nil : .grounds
        case .uncertain:
            guard bounds.sweepWaits, state.restore != .restored else { return nil }
            return state[row, delivery.token].isExcused ? nil : .boundedUncertainty
        case .dead: return bounds.isPoisoned && row == 0 ? nil : .innocent
        case .sending, .deferred, .suppressed: return nil
        }
    }

    private func isAlone(_ row: Int, _ state: State) -> Bool {
        let delivery = state[row: row]
        guard delivery.status == .sending, delivery.redeliveries >= bounds.aloneFrom else { return true }
        let claim = state[row, delivery.token]
        guard claim.place != .none else { return true }
        for other in 0..<bounds.rows where other != row {
            for token in 1...State.claimsPerRow where state[other, token].run == claim.run {
                if state[other, token].place != .none { return false }
            }
        }
        return true
    }

    private func brokenAtRest(_ row: Int, _ state: State) -> Invariant? {
        let delivery = state[row: row]
        if delivery.status == .sending { return .nothingLost }
        guard delivery.isWaiting else { return nil }
        if bounds.isPoisoned, row == 0 { return .noCrashLoop }
        let canSend = (0..<bounds.runs).contains {
            state[run: $0].life == .alive && state[run: $0].lease == .valid
        }
        return canSend ? .nothingLost : nil
    }
}
