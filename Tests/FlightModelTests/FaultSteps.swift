/// What goes wrong, and what becomes of the rest then.
extension FlightModel {
    func isBusy(_ run: Int, _ state: State) -> Bool {
        anyClaim(of: run, state) { $0.place != .none }
    }

    /// The memory of the process is gone; its log, its transactions and what it has sent are not.
    func kill(_ run: Int, _ next: inout State) {
        excuse(run, &next)
        next[run: run].life = .dead
        next[run: run].looksDead = false
        for row in 0..<bounds.rows {
            for token in 1...State.claimsPerRow where next[row, token].run == run { next[row, token].place = .none }
            tidy(row, &next)
        }
    }

    /// Notes which messages nobody can know of: a fault has met their owner.
    func excuse(_ run: Int, _ next: inout State) {
        let isLost = next[run: run].log == .lost
        for row in 0..<bounds.rows {
            for token in 1...State.claimsPerRow {
                let claim = next[row, token]
                guard claim.place != .none, claim.run == run else { continue }
                switch claim.place {
                case .dotAllowed, .dotSent, .replyRead: next[row, token].isExcused = true
                case .replyStored, .reported: if isLost || !bounds.sweepWaits { next[row, token].isExcused = true }
                default: if isLost { next[row, token].isExcused = true }
                }
            }
        }
    }

    /// Only lease and policy are left for its messages.
    func loseLog(_ run: Int, _ next: inout State) {
        next[left: .lostLog] -= 1
        for row in 0..<bounds.rows {
            for token in 1...State.claimsPerRow where next[row, token].run == run {
                if next[row, token].slot != .absent { next[row, token].isExcused = true }
            }
        }
        removeLog(run, as: .lost, &next)
    }

    /// A claim that committed after its reply was lost is put back by its living owner.
    func reconcile(_ run: Int, _ state: State, _ steps: inout Steps) {
        guard state[run: run].lease != .expired else { return }
        for row in 0..<bounds.rows {
            let token = state[row: row].token
            guard token > 0, state[row: row].status == .sending else { continue }
            let claim = state[row, token]
            guard claim.run == run, claim.isNoted, claim.place == .none, claim.record == .none else { continue }
            var next = state
            next[row, token].place = .reported
            next[row, token].record = .putBack
            steps.add(
                next,
                Step(name: "the owner finds a claim that it does not know", row: row, token: token, run: run)
            )
        }
    }

    /// Dump and restore, each once. The programs end, and the last worker run starts.
    func restoreSteps(_ state: State, _ steps: inout Steps) {
        var next = state
        switch state.restore {
        case .none:
            next.restore = .dumped
            for row in 0..<bounds.rows {
                var dump = state[row: row].raw[0, 12]
                for token in 1...State.claimsPerRow where state[row, token].isNoted { dump[11 + token, 1] = 1 }
                next[dumped: row] = dump
            }
            steps.add(next, Step(name: "the database is dumped", isFault: true))
        case .dumped:
            restore(&next)
            steps.add(next, Step(name: "the database is restored", isFault: true))
        case .restored: break
        }
    }

    private func restore(_ next: inout State) {
        next.restore = .restored
        for settler in 0..<bounds.settlers { next[settler: settler].raw = 0 }
        for run in 0..<bounds.runs - 1 {
            if next[run: run].life == .alive { kill(run, &next) }
            next[run: run].lease = .expired
        }
        next[run: bounds.runs - 1].life = .alive
        for row in 0..<bounds.rows {
            let dump = next[dumped: row]
            next[dumped: row] = 0
            next[row: row].raw[0, 12] = dump[0, 12]
            if next[row: row].isWaiting { next[row: row].hasJob = true }
            next[row: row].mayRepeat =
                bounds.policy == .atMostOnce ? next[row: row].isWaiting : next[row: row].isOpen
            for token in 1...State.claimsPerRow {
                next[row, token].isNoted = dump[11 + token, 1] == 1
                next[row, token].forgetSettlements()
                next[row, token].record = .none
                let transaction = next[row, token].transaction
                if transaction == .sent || transaction == .open { next[row, token].transaction = .none }
            }
            tidy(row, &next)
        }
    }

    /// Forgets what can no longer matter, so that states that differ in nothing else are one.
    func tidy(_ row: Int, _ next: inout State) {
        let delivery = next[row: row]
        for token in 1...State.claimsPerRow where next[row, token].raw != 0 {
            var claim = next[row, token]
            let run = next[run: claim.run]
            if claim.place == .none {
                switch claim.transaction {
                case .refused, .changed, .leaseLost: claim.transaction = .none
                case .none, .sent, .open, .won: break
                }
                if claim.record == .committed { claim.record = .none }
                if claim.mail == .refused { claim.mail = .none }
                if run.log != .present { claim.slot = .absent }
                // A claim that will never commit.
                if claim.transaction == .none, run.life == .dead || claim.slot == .claimed { claim.slot = .absent }
            }
            if claim.hasSettlements, keeps(.guardByToken), claim.transaction == .none || claim.transaction == .won {
                let isSending = delivery.token == token && delivery.status == .sending
                let mayStillEnd = delivery.token == token && (delivery.isOpen || delivery.status == .uncertain)
                for settlement in Claim.Settlement.allCases where claim[sent: settlement] {
                    if !(isSending || settlement == .accepted && mayStillEnd) { claim[sent: settlement] = false }
                }
            }
            let isForgotten =
                claim.transaction == .none && claim.slot == .absent && claim.place == .none && claim.mail == .none
                && claim.record == .none && !claim.hasSettlements && !claim.isNoted
            next[row, token].raw = isForgotten ? 0 : claim.raw
        }
    }
}
