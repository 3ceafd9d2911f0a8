/// What a worker does with a message, in order; it can be killed between any two of these steps.
extension FlightModel {
    /// Takes a job, and writes the slot before anything is sent.
    func start(_ row: Int, _ state: State, _ steps: inout Steps) {
        let delivery = state[row: row]
        guard delivery.isWaiting, delivery.hasJob || delivery.status == .deferred else { return }
        for run in 0..<bounds.runs where mayStart(row, run, state) {
            guard let token = freeToken(row, state) else {
                var next = state
                next.broken = .bounds
                steps.add(next, Step(name: "no claim is left", row: row))
                continue
            }
            var next = state
            next[row, token].run = run
            next[row, token].redeliveriesSeen = delivery.redeliveries
            next[row, token].place = .written
            if keeps(.slotBeforeClaim) {
                next[row, token].slot = .claimed
            } else {
                next[row, token].transaction = .sent
            }
            steps.add(
                next,
                Step(name: "the owner takes the job and prepares the claim", row: row, token: token, run: run)
            )
        }
    }

    private func mayStart(_ row: Int, _ run: Int, _ state: State) -> Bool {
        guard state[run: run].life == .alive, state[run: run].lease != .expired else { return false }
        if bounds.isRestarted, run > 0 {
            let last = state[run: run - 1]
            if last.life == .alive, last.lease == .valid { return false }
        }
        // The runs are alike: of two that have done nothing yet, the first begins.
        if run > 0, isUntouched(run - 1, state), isUntouched(run, state) { return false }
        var alone = isAlone(state[row: row].redeliveries)
        var others = 0
        for other in 0..<bounds.rows {
            for token in 1...State.claimsPerRow {
                let claim = state[other, token]
                guard claim.place != .none, claim.run == run else { continue }
                if other == row { return false }
                others += 1
                if isAlone(claim.redeliveriesSeen) { alone = true }
            }
        }
        return !alone || others == 0
    }

    private func isAlone(_ redeliveries: Int) -> Bool {
        keeps(.redeliverAlone) && redeliveries >= bounds.aloneFrom
    }

    private func isUntouched(_ number: Int, _ state: State) -> Bool {
        let run = state[run: number]
        return run.life == .alive && run.lease == .valid && !anyClaim(of: number, state) { _ in true }
    }

    private func freeToken(_ row: Int, _ state: State) -> Int? {
        for token in 1...State.claimsPerRow where state[row, token].raw == 0 && state[row: row].token != token {
            return token
        }
        return nil
    }

    func ownerSteps(_ row: Int, _ token: Int, _ state: State, _ steps: inout Steps) {
        let claim = state[row, token]
        guard claim.place != .none else { return }
        let run = claim.run
        var next = state
        func add(_ name: StaticString, isFault: Bool = false) {
            steps.add(next, Step(name: name, row: row, token: token, run: run, isFault: isFault))
            next = state
        }
        switch claim.place {
        case .none: return
        case .written:
            next[row, token].slot = .claimed
            next[row, token].transaction = keeps(.slotBeforeClaim) ? .sent : claim.transaction
            next[row, token].place = .sent
            add("the owner sends the claim")
        case .sent:
            readVerdict(row, token, state, &steps)
        case .claimed:
            if claim.slot == .claimed {
                next[row, token].slot = .begun
                next[row, token].place = .begun
                if bounds.isPoisoned, row == 0 {
                    kill(run, &next)
                    add("the owner begins, and the message aborts the process")
                } else {
                    add("the owner begins")
                }
            } else {
                obey(row, token, &next)
                add("the owner finds its slot taken")
            }
            giveUp(row, token, state, &steps)
        case .begun:
            if keeps(.checkLease) {
                if state[run: run].lease != .expired {
                    next[row, token].place = .checked
                    add("the owner checks its lease")
                }
            } else {
                passDot(row, token, state, &steps)
            }
            giveUp(row, token, state, &steps)
        case .checked:
            passDot(row, token, state, &steps)
        case .dotAllowed:
            if keeps(.allowBeforeDot) {
                sendDot(row, token, &next)
                next[row, token].place = .dotSent
                add("the dot leaves")
            } else {
                allowDot(row, token, &next)
                if next[row, token].place == .dotAllowed { next[row, token].place = .dotSent }
                add("the owner allows the dot that has left")
            }
        case .dotSent:
            guard claim.mail == .stored || claim.mail == .refused else { return }
            next[row, token].place = .replyRead
            add("the owner reads the reply")
        case .replyRead:
            if keeps(.storeBeforeReport) {
                store(row, token, &next)
                next[row, token].place = .replyStored
                add("the owner stores the reply")
            } else {
                next[row, token].record = claim.mail == .stored ? .accepted : .later
                next[row, token].place = .replyStored
                add("the owner sends the record")
            }
        case .replyStored:
            if keeps(.storeBeforeReport) {
                next[row, token].record = claim.mail == .stored ? .accepted : .later
                if !keeps(.freeAfterCommit) { next[row, token].slot = .absent }
                next[row, token].place = .reported
                add("the owner sends the record")
            } else {
                store(row, token, &next)
                next[row, token].place = .reported
                add("the owner stores the reply")
            }
        case .reported:
            guard claim.record == .committed else { return }
            next[row, token].record = .none
            // It put back nothing: a claim whose reply was lost may still commit.
            let mayCommit = claim.transaction == .sent || claim.transaction == .open || claim.isNoted
            if !mayCommit || !keeps(.keepSlotOfLostReply) { next[row, token].slot = .absent }
            next[row, token].place = .none
            tidy(row, &next)
            add("the owner frees the slot")
        }
    }

    private func store(_ row: Int, _ token: Int, _ next: inout State) {
        guard next[row, token].slot == .dot else { return }
        next[row, token].slot = next[row, token].mail == .stored ? .accepted : .later
    }

    /// The reply to the claim: the job is acknowledged, unless the lease was lost.
    private func readVerdict(_ row: Int, _ token: Int, _ state: State, _ steps: inout Steps) {
        var next = state
        let claim = state[row, token]
        let step = Step(name: "the owner reads the verdict", row: row, token: token, run: claim.run)
        switch claim.transaction {
        case .won:
            next[row, token].place = .claimed
            next[row: row].hasJob = false
            steps.add(next, step)
        case .refused:
            next[row, token].raw = 0
            next[row: row].hasJob = false
            steps.add(next, step)
        case .changed:
            next[row, token].raw = 0
            steps.add(next, step)
        case .leaseLost:
            next[row, token].raw = 0
            next[run: claim.run].lease = .expired
            steps.add(next, step)
        case .none, .sent, .open: break
        }
        guard state[left: .lostReply] > 0 else { return }
        next = state
        next[left: .lostReply] -= 1
        next[row, token].record = .putBack
        next[row, token].place = .reported
        steps.add(next, Step(name: "the claim's reply is lost", row: row, token: token, run: claim.run, isFault: true))
    }

    /// The dot is allowed by compare-and-swap, and leaves after that.
    private func passDot(_ row: Int, _ token: Int, _ state: State, _ steps: inout Steps) {
        var next = state
        if keeps(.allowBeforeDot) {
            allowDot(row, token, &next)
        } else {
            next[row, token].place = .dotAllowed
            sendDot(row, token, &next)
        }
        steps.add(next, Step(name: "the owner allows the dot", row: row, token: token, run: state[row, token].run))
    }

    private func allowDot(_ row: Int, _ token: Int, _ next: inout State) {
        guard next[row, token].slot == .begun else { return obey(row, token, &next) }
        let lease = next[run: next[row, token].run].lease
        next[row, token].slot = .dot
        // It was checked before the lease was over, or its end is not known.
        if lease == .ended || lease == .expired && next[row, token].place == .checked {
            next[row, token].isExcused = true
        }
        next[row, token].place = .dotAllowed
    }

    private func sendDot(_ row: Int, _ token: Int, _ next: inout State) {
        if next[row, token].wasPutBack { next.broken = .putBackUnsent }
        next[row, token].mail = .onItsWay
    }

    /// The slot is a settler's: the owner leaves row and slot alone.
    private func obey(_ row: Int, _ token: Int, _ next: inout State) {
        next[row, token].place = .none
        tidy(row, &next)
    }

    /// Nothing of it has left: no connection was free, or the lease is over.
    private func giveUp(_ row: Int, _ token: Int, _ state: State, _ steps: inout Steps) {
        var next = state
        let claim = state[row, token]
        let isFenced = state[run: claim.run].lease == .expired
        guard isFenced || state[left: .giveUp] > 0 else { return }
        if !isFenced { next[left: .giveUp] -= 1 }
        next[row, token].record = .putBack
        next[row, token].place = .reported
        let step = Step(
            name: "the owner gives it up unsent",
            row: row,
            token: token,
            run: claim.run,
            isFault: !isFenced
        )
        steps.add(next, step)
    }
}
