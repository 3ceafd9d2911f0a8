/// Who settles the log of a worker run: ends its lease, holds its lock alone once, and then slot by slot.
extension FlightModel {
    func settlerSteps(_ number: Int, _ state: State, _ steps: inout Steps) {
        let settler = state[settler: number]
        var next = state
        func add(_ name: StaticString, run: Int, isFault: Bool = false) {
            sortSettlers(&next)
            steps.add(next, Step(name: name, run: run, isFault: isFault))
            next = state
        }
        switch settler.phase {
        case .idle:
            for run in 0..<bounds.runs where mayBegin(run, state) {
                next[settler: number].phase = .ending
                next[settler: number].run = run
                if keeps(.endLease), state[run: run].lease == .valid {
                    next[run: run].lease = .ended
                    excuse(run, &next)
                }
                add("a settler finds the log and ends the lease", run: run)
            }
            return
        case .ending:
            if !keeps(.claimLocksRun) || !hasOpenClaim(settler.run, state) {
                next[settler: number].phase = .settling
                add("the settler has held the lock alone", run: settler.run)
            }
        case .settling:
            if mayRemove(settler.run, state) {
                removeLog(settler.run, as: .removed, &next)
                add("the settler removes the log", run: settler.run)
            }
        }
        if state[left: .settlerKill] > 0 {
            next[left: .settlerKill] -= 1
            next[settler: number].raw = 0
            add("SIGKILL of the settler", run: settler.run, isFault: true)
        }
    }

    private func mayBegin(_ number: Int, _ state: State) -> Bool {
        let run = state[run: number]
        let isOver = run.lease == .expired && bounds.settlesExpired
        guard run.life == .dead || run.looksDead || isOver, run.log == .present else { return false }
        return anyClaim(of: number, state) { $0.slot != .absent || $0.isNoted }
    }

    private func hasOpenClaim(_ run: Int, _ state: State) -> Bool {
        anyClaim(of: run, state) { $0.transaction == .open }
    }

    private func mayRemove(_ number: Int, _ state: State) -> Bool {
        let isAlive = state[run: number].life == .alive
        return !anyClaim(of: number, state) { claim in
            if claim.isNoted, keeps(.keepFileWhileClaimed) { return true }
            return isAlive && (claim.slot == .claimed || claim.slot == .begun)
        }
    }

    func anyClaim(of run: Int, _ state: State, _ condition: (Claim) -> Bool) -> Bool {
        for row in 0..<bounds.rows {
            for token in 1...State.claimsPerRow {
                let claim = state[row, token]
                if claim.raw != 0, claim.run == run, condition(claim) { return true }
            }
        }
        return false
    }

    /// What a settler does with one slot, and what becomes of its transaction.
    func settlementSteps(_ row: Int, _ token: Int, _ state: State, _ steps: inout Steps) {
        let claim = state[row, token]
        var next = state
        func add(_ name: StaticString, isFault: Bool = false) {
            tidy(row, &next)
            steps.add(next, Step(name: name, row: row, token: token, run: claim.run, isFault: isFault))
            next = state
        }
        let isSettling = hasSettler(claim.run, state)
        if claim.hasSettlements {
            for settlement in Claim.Settlement.allCases where claim[sent: settlement] {
                next[row, token][sent: settlement] = false
                switch settlement {
                case .putBack: apply(putBack: row, token, hadBegun: false, &next)
                case .putBackBegun: apply(putBack: row, token, hadBegun: true, &next)
                case .accepted: apply(accepted: row, token, &next)
                case .later: apply(later: row, token, &next)
                case .byPolicy: apply(policy: row, token, &next)
                }
                if !keeps(.settleAllBeforeEnd) { endClaims(of: claim.run, &next) }
                add(commitName(settlement))
                if !isSettling {
                    next[row, token][sent: settlement] = false
                    add("the settlement is never executed")
                }
            }
        }
        if state[left: .tornSlot] > 0, claim.slot != .absent {
            next[left: .tornSlot] -= 1
            next[row, token].slot = .absent
            next[row, token].isExcused = true
            add("the slot cannot be read", isFault: true)
        }
        guard isSettling, state[run: claim.run].log == .present else { return }
        if claim.slot == .claimed || claim.slot == .begun, keeps(.takeSlot) {
            next[row, token].slot = claim.slot == .begun && keeps(.rememberBegun) ? .takenBegun : .taken
            return add("the settler takes the slot")
        }
        guard let settlement = settlement(of: claim, state), !claim[sent: settlement] else { return }
        guard isOpen(settlement, state[row: row], token) else { return }
        next[row, token][sent: settlement] = true
        add("the settler sends the settlement")
    }

    /// What a slot proves.
    private func settlement(of claim: Claim, _ state: State) -> Claim.Settlement? {
        let isOld = state.restore == .restored && keeps(.logKnowsDatabase)
        return switch claim.slot {
        case .absent: claim.isNoted && !keeps(.absenceProvesNothing) ? .putBack : nil
        case .accepted: .accepted
        case .later: isOld ? .byPolicy : .later
        case .dot: .byPolicy
        case .claimed, .taken: isOld ? .byPolicy : .putBack
        case .begun, .takenBegun: isOld ? .byPolicy : .putBackBegun
        }
    }

    /// Whether it could change the row; a settler sends it in any case.
    private func isOpen(_ settlement: Claim.Settlement, _ row: Row, _ token: Int) -> Bool {
        guard keeps(.guardByToken) else { return true }
        guard row.token == token else { return false }
        if row.status == .sending { return true }
        return settlement == .accepted && (row.status == .uncertain || row.status == .deferred)
    }

    private func hasSettler(_ run: Int, _ state: State) -> Bool {
        (0..<bounds.settlers).contains { state[settler: $0].phase == .settling && state[settler: $0].run == run }
    }

    private func commitName(_ settlement: Claim.Settlement) -> StaticString {
        switch settlement {
        case .putBack: "the settlement commits: put back"
        case .putBackBegun: "the settlement commits: put back, redelivered once more"
        case .accepted: "the settlement commits: accepted"
        case .later: "the settlement commits: later"
        case .byPolicy: "the settlement commits: by policy"
        }
    }

    /// The two are alike.
    private func sortSettlers(_ state: inout State) {
        guard bounds.settlers == 2, state[settler: 0].raw > state[settler: 1].raw else { return }
        let first = state[settler: 0]
        state[settler: 0] = state[settler: 1]
        state[settler: 1] = first
    }

    func removeLog(_ run: Int, as log: Run.Log, _ next: inout State) {
        next[run: run].log = log
        for settler in 0..<bounds.settlers where next[settler: settler].run == run {
            next[settler: settler].raw = 0
        }
        sortSettlers(&next)
        for row in 0..<bounds.rows { tidy(row, &next) }
    }
}
