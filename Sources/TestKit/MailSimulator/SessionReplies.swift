extension Session {
    /// Queues a step's reply as the words in force define it.
    ///
    /// - Parameters:
    ///   - step: The step that is answered.
    ///   - normal: The reply without an effect.
    ///   - effect: The effect of the words in force.
    /// - Returns: The code that the client receives; `nil` if the connection ends without one.
    @discardableResult
    mutating func answer(_ step: Behaviour.Step, _ normal: Reply, _ effect: Effect) -> Int? {
        wait(effect)
        switch effect.ending {
        case .none: break
        case .close:
            send(Reply(421, "4.3.2", "closing, as 421-\(step.rawValue) was asked for"), effect)
            end(at: step, with: .close)
            return 421
        case .hangUp:
            end(at: step, with: .cut)
            return nil
        case .flood:
            actions.append(.flood(code: (effect.answer ?? normal).code))
            end(at: step, with: .cut)
            return nil
        }
        let reply = effect.answer ?? normal
        send(reply, effect)
        if reply.code == 421 {
            end(at: step, with: .close)
        } else if reply.code >= 400 {
            ledger.countRefusal(at: step)
        }
        return reply.code
    }

    /// Queues a refusal that no word changes; 421 closes the connection.
    mutating func refuse(at step: Behaviour.Step, _ reply: Reply) {
        wait(Effect())
        send(reply, Effect(at: step, of: connectionBehaviours.filter { $0.step == nil }))
        if reply.code == 421 {
            end(at: step, with: .close)
        } else {
            ledger.countRefusal(at: step)
        }
    }

    /// Queues a reply that belongs to no step.
    mutating func remark(_ reply: Reply) {
        wait(Effect())
        send(reply, Effect())
    }

    private mutating func end(at step: Behaviour.Step, with action: Action) {
        ledger.countRefusal(at: step)
        phase = .over
        actions.append(action)
    }

    mutating func wait(_ effect: Effect) {
        let milliseconds = baseDelayMilliseconds + effect.delayMilliseconds
        if milliseconds > 0 { actions.append(.wait(milliseconds: milliseconds)) }
    }

    private mutating func send(_ reply: Reply, _ effect: Effect) {
        var prefix = ""
        if let enhanced = reply.enhanced, configuration.extensions.contains(.enhancedStatusCodes) {
            prefix = enhanced + " "
        }
        var text = ""
        if effect.isMultiline {
            text = "\(reply.code)-\(prefix)one of three lines\r\n\(reply.code)-\(prefix)two of three lines\r\n"
        }
        text += "\(reply.code) \(prefix)\(reply.text)\r\n"
        if effect.hasExtra { text += "250 \(prefix.isEmpty ? "" : "2.0.0 ")nobody asked for this\r\n" }
        actions.append(.send(Array(text.utf8), dripMilliseconds: effect.dripMilliseconds))
    }

    /// Queues the reply to EHLO, one line per extension.
    mutating func sendCapabilities(_ effect: Effect) {
        wait(effect)
        let lines = capabilities
        let text = lines.enumerated().map { "250\($0.offset == lines.count - 1 ? " " : "-")\($0.element)\r\n" }
        let extra = effect.hasExtra ? "250 nobody asked for this\r\n" : ""
        actions.append(.send(Array((text.joined() + extra).utf8), dripMilliseconds: effect.dripMilliseconds))
    }

    private var capabilities: [String] {
        var lines = [configuration.name]
        let offered = configuration.extensions
        if offered.contains(.pipelining) { lines.append("PIPELINING") }
        if offered.contains(.size) { lines.append("SIZE \(configuration.maxSizeBytes)") }
        if offered.contains(.eightBitMIME) { lines.append("8BITMIME") }
        if offered.contains(.smtpUTF8) { lines.append("SMTPUTF8") }
        if offered.contains(.enhancedStatusCodes) { lines.append("ENHANCEDSTATUSCODES") }
        if offered.contains(.dsn) { lines.append("DSN") }
        if case .startTLS = configuration.tls, !isEncrypted { lines.append("STARTTLS") }
        if offersAuth { lines.append("AUTH " + mechanisms.joined(separator: " ")) }
        return lines
    }

    var mechanisms: [String] {
        (configuration.users.isEmpty ? [] : ["PLAIN", "LOGIN"]) + (configuration.tokens.isEmpty ? [] : ["XOAUTH2"])
    }

    var offersAuth: Bool {
        !mechanisms.isEmpty && (isEncrypted || configuration.allowsPlaintextAuth)
    }
}
