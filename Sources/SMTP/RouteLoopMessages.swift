import Core
import RuntimeSupport

/// Messages: their assignment to connections, and their bytes.
extension RouteLoop {
    /// Gives waiting messages to connections, and opens more where there are too few.
    func assign() {
        guard !waiting.isEmpty else { return }
        guard fence.allows(now) else { return returnWaiting(.notStarted, "the lease of this worker has ended") }
        while !waiting.isEmpty, let slot = parked.popLast() {
            guard let connection = connections[slot], connection.isParked else { continue }
            connection.isParked = false
            pump(connection, reads: false)
        }
        guard closing == .no, !rest.isResting(at: now) else { return }
        let most = rest.isProbing ? min(1 - connecting, 1) : route.connections
        let wanted = min(waiting.count - connecting, route.connections - established - connecting, most)
        for _ in 0..<max(0, wanted) where !rest.isResting(at: now) { open() }
    }

    func returnWaiting(_ judgement: Judgement, _ text: String) {
        while let next = waiting.popFirst() { report(next.message, judgement, text) }
    }

    /// Moves everything that can move on a connection, both ways, and begins the next message when one has ended.
    ///
    /// `reads` is false when there can be nothing to read yet.
    func pump(_ connection: Connection, reads: Bool = true) {
        if reads { receive(connection) }
        settle(connection)
        // TLS may hold, decrypted, what epoll does not see any more: read again before waiting.
        while send(connection), connection.mayHaveTLS {
            receive(connection)
            settle(connection)
        }
        settle(connection)
        finishPump(connection)
    }

    private func finishPump(_ connection: Connection) {
        let phase = connection.session.phase
        if phase == .closed {
            if connection.hasLost, !connection.hasProved {
                rest.failed(nil, at: now)
                if let change = watch.rested(nil) { onChange(change) }
            }
            drop(connection)
        } else if phase == .idle, !connection.isParked {
            connection.isParked = true
            connection.parkedAt = now
            parked.append(connection.slot)
            note(deadline: now &+ route.idleTimeout.nanoseconds)
        } else {
            note(deadline: connection.session.deadline)
        }
    }

    /// Reads until there is nothing left.
    private func receive(_ connection: Connection) {
        while connection.session.phase != .closed {
            switch connection.receive(into: readBuffer) {
            case .again: return
            case .ended(let reason): connection.session.connectionLost(reason)
            case .moved(0): connection.session.connectionLost("the server closed the connection")
            case .moved(let count):
                connection.session.received(UnsafeRawBufferPointer(rebasing: readBuffer[..<count]), now: now)
                // A short read of plain text has emptied the socket, and epoll tells of more.
                if count < readBuffer.count, !connection.mayHaveTLS { return }
            }
        }
    }

    /// Writes until all is written or the socket is full.
    ///
    /// - Returns: Whether any byte left.
    private func send(_ connection: Connection) -> Bool {
        var hasSent = false
        while connection.session.hasPending {
            if connection.session.pendingHoldsDot {
                guard fence.allows(monotonicNow()), mayEnd(connection.waiting) else {
                    connection.session.fence()
                    break
                }
                connection.session.passDot()
            }
            switch connection.send() {
            case .moved(let count):
                connection.session.wrote(count, now: now)
                hasSent = true
            case .again:
                want(writable: true, connection)
                return hasSent
            case .ended(let reason):
                connection.session.connectionLost(reason)
            }
        }
        want(writable: false, connection)
        return hasSent
    }

    /// Whether the message's final dot may leave.
    private func mayEnd(_ waiting: WaitingMessage?) -> Bool {
        waiting.map { flights.allowDot($0.message.slot) } ?? true
    }

    /// A write that waits is tried again when the socket is writable, or readable: TLS may need either.
    private func want(writable: Bool, _ connection: Connection) {
        guard connection.wantsWritable != writable else { return }
        connection.wantsWritable = writable
        let interest = writable ? PollSet.readable | PollSet.writable : PollSet.readable
        poll.watch(connection.socket, for: interest, key: UInt64(connection.slot))
    }

    /// Reports messages that have ended and begins the next, until the session waits for the server or has no message.
    private func settle(_ connection: Connection) {
        while true {
            if let finished = connection.session.takeFinished() { take(finished, from: connection) }
            guard connection.session.phase == .idle, !connection.isParked else { return }
            guard closing == .no else {
                connection.session.quit(now: now)
                return
            }
            guard fence.allows(now), let next = waiting.popFirst() else { return }
            guard flights.begin(next.message.slot) else {
                report(next.message, .notStarted, "another process has taken it over")
                continue
            }
            connection.waiting = next
            messagesUnderWay += 1
            connection.session.begin(next.message, now: now)
        }
    }

    private func take(_ finished: SMTPSession.Finished, from connection: Connection) {
        messagesUnderWay -= 1
        let waited = connection.waiting
        connection.waiting = nil
        if finished.mayTryAnotherConnection, var again = waited, !again.wasPassedOn, closing == .no {
            again.wasPassedOn = true
            waiting.putBack(again)
            note(deadline: again.expiry)
        } else {
            let isLost = connection.session.phase == .closed && finished.outcome.judgement != .notStarted
            if isLost {
                connection.hasLost = true
            } else {
                connection.hasProved = true
                if let change = watch.ended(finished.outcome) { onChange(change) }
            }
            if let waited { flights.ended(waited.message.slot, finished.outcome) }
            report(finished.outcome)
        }
    }

    // MARK: Deadlines

    /// Looks at every connection and at the message that waits longest, and finds out when to look again.
    func checkDeadlines() {
        nextCheck = .max
        for connection in connections {
            guard let connection else { continue }
            check(connection)
        }
        while let first = waiting.first {
            guard now >= first.expiry else {
                note(deadline: first.expiry)
                break
            }
            _ = waiting.popFirst()
            if let error = rest.reason, rest.isProbing {
                report(first.message, .later, code: error.code, error.reason, step: error.step)
            } else {
                report(first.message, .notStarted, "no free connection in time")
            }
        }
        if case .by(let deadline) = closing {
            if now >= deadline { stopAll() } else { note(deadline: deadline) }
        }
    }

    private func check(_ connection: Connection) {
        guard connection.isLoggedIn else {
            let limit = connection.openedAt &+ route.timeouts.connect.nanoseconds
            return now < limit ? note(deadline: limit) : giveUpIfUnconnected(connection)
        }
        if connection.isParked {
            let limit = connection.parkedAt &+ route.idleTimeout.nanoseconds
            if now < limit { return note(deadline: limit) }
            farewell(connection)
        } else if now >= connection.session.deadline {
            connection.session.timeOut(now: now)
            settle(connection)
            finishPump(connection)
        } else {
            note(deadline: connection.session.deadline)
        }
    }

    /// QUIT on a connection that has no message.
    private func farewell(_ connection: Connection) {
        connection.isParked = false
        connection.session.quit(now: now)
        pump(connection)
    }

    // MARK: Closing

    /// No new message begins; idle connections send QUIT.
    func beginClosing() {
        guard case .by(let deadline) = closing else { return }
        returnWaiting(.notStarted, "stopped before it was sent")
        for connection in connections {
            guard let connection else { continue }
            if !connection.isLoggedIn {
                drop(connection)
            } else if connection.isParked {
                farewell(connection)
            }
        }
        note(deadline: deadline)
    }

    /// The grace is over: messages under way end as they are.
    private func stopAll() {
        for connection in connections {
            guard let connection, connection.isLoggedIn, connection.session.phase != .quit else { continue }
            connection.session.stop()
            settle(connection)
            finishPump(connection)
        }
    }
}
