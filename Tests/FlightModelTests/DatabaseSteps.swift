/// What the database and the receiving server do, whenever they like.
extension FlightModel {
    func databaseSteps(_ row: Int, _ token: Int, _ state: State, _ steps: inout Steps) {
        let claim = state[row, token]
        let run = claim.run
        let isDead = state[run: run].life == .dead
        var next = state
        func add(_ name: StaticString, isFault: Bool = false) {
            tidy(row, &next)
            steps.add(next, Step(name: name, row: row, token: token, run: run, isFault: isFault))
            next = state
        }

        switch claim.transaction {
        case .sent:
            next[row, token].transaction = state[run: run].lease == .valid ? .open : .leaseLost
            add("the claim takes its snapshot")
        case .open:
            commitClaim(row, token, &next)
            add("the claim commits")
        case .none, .won, .refused, .changed, .leaseLost: break
        }
        let isAbandoned = isDead || claim.place == .reported || claim.place == .none
        if isAbandoned, claim.transaction == .sent || claim.transaction == .open {
            next[row, token].transaction = .none
            add("the claim is never executed")
        }

        if claim.record != .none, claim.record != .committed {
            applyRecord(row, token, &next)
            // Without the rule it takes this for the last of its batch.
            if !keeps(.obeyedStaysClaimed), inFlight(of: run, next) == 1 { endClaims(of: run, &next) }
            next[row, token].record = isDead ? .none : .committed
            add("the record commits")
            if isDead {
                next[row, token].record = .none
                add("the record is never executed")
            }
        }

        switch claim.mail {
        case .onItsWay:
            next[row, token].mail = .stored
            add("the server stores the message")
            if state[left: .refusal] > 0 {
                next[left: .refusal] -= 1
                next[row, token].mail = .refused
                add("the server says later", isFault: true)
            }
            if isDead {
                next[row, token].mail = .none
                add("the dot never arrives")
            }
        case .none, .stored, .refused: break
        }
    }

    private func commitClaim(_ row: Int, _ token: Int, _ next: inout State) {
        guard next[row: row].isWaiting else {
            next[row, token].transaction = .refused
            return
        }
        if keeps(.claimComparesCount), next[row: row].redeliveries != next[row, token].redeliveriesSeen {
            next[row, token].transaction = .changed
            return
        }
        if next[row: row].hasOptedOut { next.broken = .consent }
        next[row: row].status = .sending
        next[row: row].token = token
        next[row: row].attempt += 1
        next[row, token].isNoted = true
        next[row, token].transaction = .won
    }

    /// The owner's record, by its token.
    private func applyRecord(_ row: Int, _ token: Int, _ next: inout State) {
        switch next[row, token].record {
        case .accepted: apply(accepted: row, token, &next)
        case .later: apply(later: row, token, &next)
        case .putBack: apply(putBack: row, token, hadBegun: false, &next)
        case .none, .committed: break
        }
    }

    func apply(accepted row: Int, _ token: Int, _ next: inout State) {
        next[row, token].isNoted = false
        guard next[row: row].token == token else { return }
        switch next[row: row].status {
        case .sending, .uncertain: next[row: row].status = .accepted
        case .deferred where keeps(.lateResults): next[row: row].status = .accepted
        case .deferred: next.broken = .resultTaken
        case .pending, .accepted, .suppressed, .dead: break
        }
    }

    func apply(later row: Int, _ token: Int, _ next: inout State) {
        next[row, token].isNoted = false
        guard next[row: row].token == token, next[row: row].status == .sending else { return }
        next[row: row].redeliveries = 0
        next[row: row].status = next[row: row].isRecalled ? .suppressed : .deferred
    }

    /// Deferred and due, its attempt not counted; by a settler once more redelivered if it had begun.
    func apply(putBack row: Int, _ token: Int, hadBegun: Bool, _ next: inout State) {
        next[row, token].isNoted = false
        if keeps(.guardByToken) {
            guard next[row: row].token == token, next[row: row].status == .sending else { return }
        }
        guard checkSettled(row, token, &next) else { return }
        if keeps(.putBackUncounted) { next[row: row].attempt -= 1 }
        if next[row, token].mail == .onItsWay || next[row, token].mail == .stored { next.broken = .putBackUnsent }
        next[row, token].wasPutBack = true
        if hadBegun, keeps(.countRedeliveries) { next[row: row].redeliveries += 1 }
        if next[row: row].isRecalled, keeps(.recall) {
            next[row: row].status = .suppressed
        } else if next[row: row].redeliveries >= 3 {
            next[row: row].status = .dead
        } else {
            next[row: row].status = keeps(.putBackAsDeferred) ? .deferred : .pending
        }
    }

    /// Nobody knows: uncertain, or sent again.
    func apply(policy row: Int, _ token: Int, _ next: inout State) {
        next[row, token].isNoted = false
        if keeps(.guardByToken) {
            guard next[row: row].token == token, next[row: row].status == .sending else { return }
        }
        guard checkSettled(row, token, &next) else { return }
        let again = bounds.policy == .atLeastOnce && !next[row: row].isRecalled
        next[row: row].status = again ? .deferred : .uncertain
    }

    private func inFlight(of run: Int, _ state: State) -> Int {
        var count = 0
        for row in 0..<bounds.rows {
            for token in 1...State.claimsPerRow where state[row, token].run == run {
                if state[row, token].place != .none { count += 1 }
            }
        }
        return count
    }

    /// Removes the row of `claims` that a batch shares.
    func endClaims(of run: Int, _ next: inout State) {
        for row in 0..<bounds.rows {
            for token in 1...State.claimsPerRow where next[row, token].run == run { next[row, token].isNoted = false }
            tidy(row, &next)
        }
    }

    /// Only a row in flight with this token is settled.
    private func checkSettled(_ row: Int, _ token: Int, _ next: inout State) -> Bool {
        if next[row: row].token == token, next[row: row].status == .sending { return true }
        next.broken = .settledOnce
        return false
    }

    /// The opt-out and the sweep.
    func rowSteps(_ row: Int, _ state: State, _ steps: inout Steps) {
        let delivery = state[row: row]
        var next = state
        if state[left: .optOut] > 0, delivery.isOpen {
            next[left: .optOut] -= 1
            next[row: row].hasOptedOut = true
            if delivery.isWaiting { next[row: row].status = .suppressed } else { next[row: row].isRecalled = true }
            steps.add(next, Step(name: "an opt-out commits", row: row, isFault: true))
            next = state
        }
        let token = delivery.token
        guard delivery.status == .sending, token > 0, state[row, token].isNoted else { return }
        let run = state[run: state[row, token].run]
        guard run.lease != .valid else { return }
        guard !bounds.sweepWaits || run.log != .present || state[row, token].slot == .absent else { return }
        apply(policy: row, token, &next)
        tidy(row, &next)
        steps.add(next, Step(name: "the sweep settles it by policy", row: row, token: token))
    }

    /// The clock of a dead worker's lease, and what may befall a living one.
    func runSteps(_ number: Int, _ state: State, _ steps: inout Steps) {
        let run = state[run: number]
        var next = state
        func add(_ name: StaticString, isFault: Bool = true) {
            steps.add(next, Step(name: name, run: number, isFault: isFault))
            next = state
        }
        if run.isRenewing {
            next[run: number].isRenewing = false
            if !keeps(.leaseEndsForGood) { next[run: number].lease = .valid }
            add("a slow renewal commits", isFault: false)
        }
        if state[left: .lostLog] > 0, run.log == .present, anyClaim(of: number, state, { $0.slot != .absent }) {
            loseLog(number, &next)
            add("the log is lost")
        }
        guard run.life == .alive else {
            guard run.lease == .valid, run.log != .present || !bounds.sweepWaits else { return }
            next[run: number].lease = .expired
            return add("a dead worker's lease runs out", isFault: false)
        }
        if state[left: .kill] > 0, isBusy(number, state) {
            next[left: .kill] -= 1
            kill(number, &next)
            add("SIGKILL")
        }
        if state[left: .freeze] > 0, run.lease == .valid, isBusy(number, state) {
            next[left: .freeze] -= 1
            next[run: number].lease = .expired
            excuse(number, &next)
            add("SIGSTOP until the lease has run out")
        }
        if state[left: .lie] > 0, !run.looksDead, isBusy(number, state) {
            next[left: .lie] -= 1
            next[run: number].looksDead = true
            add("the log's lock looks free although its owner lives")
        }
        if state[left: .slowRenewal] > 0, run.lease == .valid, !run.isRenewing, isBusy(number, state) {
            next[left: .slowRenewal] -= 1
            next[run: number].isRenewing = true
            add("a renewal reads the clock")
        }
        reconcile(number, state, &steps)
    }
}
