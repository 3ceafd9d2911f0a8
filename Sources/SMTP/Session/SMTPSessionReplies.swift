import Core

extension SMTPSession {
    /// Takes what arrived and moves on by every reply that is complete.
    ///
    /// - Parameters:
    ///   - bytes: Any piece of the stream; replies may be cut anywhere.
    ///   - now: The deadlines of the next step count from here.
    package mutating func received(_ bytes: UnsafeRawBufferPointer, now: MonotonicNanoseconds) {
        var offset = 0
        while phase != .closed, offset < bytes.count {
            do {
                guard let reply = try parser.next(in: bytes, from: &offset) else { return }
                take(reply, now: now)
            } catch {
                breakOff("the server sent \(error.reason)")
            }
        }
    }

    private mutating func take(_ reply: SMTPReply, now: MonotonicNanoseconds) {
        if reply.isFarewell {
            let isStale = message.map { $0.isOnWarmConnection && !$0.isAnswered && phase == .mail } ?? false
            finish(by: reply, mayTryAnotherConnection: isStale)
            return close()
        }
        switch phase {
        case .mail: takeMailReply(reply, now: now)
        case .rcpt: takeRcptReply(reply, now: now)
        case .data: takeDataReply(reply, now: now)
        case .dot: takeDotReply(reply, now: now)
        case .loneDot:
            // A 2xx would mean that a recipient got an empty message: no further message goes to this server.
            reply.isRefusal ? becomeIdle(now: now) : close()
        case .reset: reply.isPositive && !hasPending ? becomeIdle(now: now) : close()
        case .idle, .quit, .closed: close()  // a reply to nothing, or the end
        }
    }

    private mutating func takeMailReply(_ reply: SMTPReply, now: MonotonicNanoseconds) {
        if reply.isPositive {
            message?.isAnswered = true
        } else if reply.isRefusal {
            finish(by: reply)
            if !capabilities.pipelining { return becomeIdle(now: now) }
        } else {
            return breakOff("the server answered MAIL with \(reply.code)")
        }
        goOn(to: .rcpt, limit: timeouts.rcpt, upTo: commandEnds.rcpt, now: now)
    }

    private mutating func takeRcptReply(_ reply: SMTPReply, now: MonotonicNanoseconds) {
        if reply.isPositive {
            // MAIL was refused but RCPT was not: this server gets no message.
            guard message != nil else { return close() }
        } else if reply.isRefusal {
            finish(by: reply)
            if !capabilities.pipelining { return reset(now: now) }
        } else {
            return breakOff("the server answered RCPT with \(reply.code)")
        }
        goOn(to: .data, limit: timeouts.data, upTo: commandEnds.data, now: now)
    }

    private mutating func takeDataReply(_ reply: SMTPReply, now: MonotonicNanoseconds) {
        guard !hasPending else { return breakOff("the server answered DATA before it was sent") }
        if reply.isIntermediate {
            if message != nil {
                allowed = output.count
                enter(.dot, limit: timeouts.block, now: now)
            } else {
                // RFC 2920 §3.1: no recipient, but the server waits for a message: give it an empty one.
                write(".\r\n")
                enter(.loneDot, limit: timeouts.dot, now: now)
            }
        } else if reply.isRefusal {
            finish(by: reply)
            reset(now: now)
        } else {
            breakOff("the server answered DATA with \(reply.code)")
        }
    }

    private mutating func takeDotReply(_ reply: SMTPReply, now: MonotonicNanoseconds) {
        if hasPending {
            // A refusal of what it has seen so far counts; an acceptance of half a message does not.
            if reply.isRefusal { finish(by: reply) }
            breakOff("the server answered \(reply.code) before the end of the message")
        } else if reply.isPositive || reply.isRefusal {
            finish(by: reply)
            becomeIdle(now: now)
        } else {
            breakOff("the server answered the final dot with \(reply.code)")
        }
    }

    /// In a group the next command is written already; else it may be written now.
    private mutating func goOn(to next: Phase, limit: Duration, upTo end: Int, now: MonotonicNanoseconds) {
        if !capabilities.pipelining {
            guard !hasPending else { return breakOff("the server answered before it was asked") }
            allowed = end
        }
        enter(next, limit: limit, now: now)
    }

    private mutating func reset(now: MonotonicNanoseconds) {
        guard !hasPending else { return close() }
        write("RSET\r\n")
        enter(.reset, limit: timeouts.mail, now: now)
    }

    private mutating func becomeIdle(now: MonotonicNanoseconds) {
        guard !hasPending else { return close() }
        if output.capacity > 262_144 { output = [] }
        phase = .idle
        deadline = .max
        if messagesBegun >= messagesLimit { quit(now: now) }
    }

    private mutating func close() { breakOff("the server broke the order of replies") }

    private mutating func finish(by reply: SMTPReply, mayTryAnotherConnection: Bool = false) {
        guard let message else { return }
        finish(
            judge(reply, at: step),
            code: reply.code,
            text: presentableText(reply.text, hiding: message.recipient),
            step: step,
            mayTryAnotherConnection: mayTryAnotherConnection
        )
    }
}
