import NIOCore

extension Session {
    /// Carries out one command.
    ///
    /// - Parameters:
    ///   - line: The command without its CRLF.
    ///   - more: Input that the client has already sent after it.
    ///   - now: For the rate.
    mutating func obey(_ line: String, more: inout ByteBuffer, now: NIODeadline) {
        let verb = line.prefix { $0 != " " }.uppercased()
        let argument = line.count > verb.count ? String(line.dropFirst(verb.count + 1)) : ""
        judgeTiming(verb, isFollowed: more.readableBytes > 0)
        switch verb {
        case "EHLO", "HELO": greeting(verb, argument)
        case "STARTTLS":
            // Anything sent after it came in clear and must not count as encrypted.
            if startTLS(argument) { more.clear() }
        case "AUTH": startAuth(argument)
        case "MAIL": mail(argument, now: now)
        case "RCPT": recipient(argument)
        case "DATA": data(argument)
        case "RSET":
            transaction = nil
            remark(Reply(250, "2.0.0", "reset"))
        case "NOOP": remark(Reply(250, "2.0.0", "here"))
        case "VRFY": remark(Reply(252, "2.1.5", "send some mail, I'll try my best"))
        case "QUIT":
            answer(.quit, Reply(221, "2.0.0", "\(configuration.name) bye"), effect(at: .quit))
            guard case .over = phase else {
                phase = .over
                actions.append(.close)
                return
            }
        default: misunderstand(Reply(500, "5.5.1", "no such command"), at: .ehlo)
        }
    }

    private func judgeTiming(_ verb: String, isFollowed: Bool) {
        guard isFollowed else { return }
        if ["EHLO", "HELO", "DATA", "AUTH", "STARTTLS"].contains(verb) { ledger.count(.spokeTooEarly) }
        if !offers(.pipelining) { ledger.count(.pipelinedUnasked) }
    }

    mutating func misunderstand(_ reply: Reply, at step: Behaviour.Step) {
        ledger.count(.badCommand)
        refuse(at: step, reply)
    }

    private mutating func greeting(_ verb: String, _ argument: String) {
        guard !argument.isEmpty, !argument.contains(" ") else {
            return misunderstand(Reply(501, "5.5.4", "say \(verb) and your domain"), at: .ehlo)
        }
        transaction = nil
        let effect = effect(at: .ehlo)
        if verb == "EHLO", effect.answer == nil, effect.ending == .none {
            isExtended = true
            isGreeted = true
            return sendCapabilities(effect)
        }
        let code = answer(.ehlo, Reply(250, "\(configuration.name)"), effect)
        if let code, code < 400 {
            isGreeted = true
            isExtended = false
        }
    }

    /// - Returns: Whether TLS begins.
    private mutating func startTLS(_ argument: String) -> Bool {
        guard case .startTLS = configuration.tls, !isEncrypted else {
            misunderstand(Reply(503, "5.5.1", "STARTTLS is not offered"), at: .starttls)
            return false
        }
        guard argument.isEmpty else {
            misunderstand(Reply(501, "5.5.4", "STARTTLS has no argument"), at: .starttls)
            return false
        }
        guard answer(.starttls, Reply(220, "2.0.0", "go ahead"), effect(at: .starttls)) == 220 else { return false }
        actions.append(.startTLS)
        // RFC 3207 §4.2: everything learned in clear is discarded.
        isEncrypted = true
        isGreeted = false
        isExtended = false
        transaction = nil
        user = nil
        return true
    }

    private mutating func mail(_ argument: String, now: NIODeadline) {
        guard isGreeted else { return misunderstand(Reply(503, "5.5.1", "EHLO comes first"), at: .mail) }
        guard transaction == nil else { return misunderstand(Reply(503, "5.5.1", "nested MAIL"), at: .mail) }
        guard let path = Path(argument, after: "FROM:") else {
            return misunderstand(Reply(501, "5.5.4", "write MAIL FROM:<address>"), at: .mail)
        }
        if !path.address.isEmpty, let problem = path.problem {
            return misunderstand(Reply(501, "5.1.7", "a sender with \(problem)"), at: .mail)
        }
        let parameters = path.parameters.split(separator: " ")
        if let refusal = mailRefusal(path, parameters: parameters, now: now) { return refuse(at: .mail, refusal) }
        var behaviours = [Behaviour(address: path.address)].compactMap { $0 }
        guard behaviours.allSatisfy({ $0.isInTime(at: .mail) }) else {
            return refuse(at: .mail, Reply(553, "5.1.7", "a sender cannot decide this step; a script can"))
        }
        if let own = behaviours.first, own.isOnce, ledger.countAttempt(of: "MAIL FROM:\(path.address)") > 1 {
            behaviours = []
        }
        behaviours += rules {
            guard case .sender(let pattern) = $0 else { return false }
            return matches(glob: pattern, path.address)
        }
        let effect = Effect(at: .mail, of: behaviours + connectionBehaviours)
        guard answer(.mail, Reply(250, "2.1.0", "sender ok"), effect).map({ $0 / 100 == 2 }) ?? false else { return }
        transaction = Transaction(
            sender: path.address,
            parameters: path.parameters,
            declares8Bit: parameters.contains { $0.uppercased() == "BODY=8BITMIME" },
            senderBehaviours: behaviours
        )
    }

    private func mailRefusal(_ path: Path, parameters: [Substring], now: NIODeadline) -> Reply? {
        if configuration.requiresTLS, !isEncrypted { return Reply(530, "5.7.0", "STARTTLS comes first") }
        if configuration.requiresAuth, user == nil { return Reply(530, "5.7.0", "AUTH comes first") }
        if let limit = configuration.maxMessagesPerConnection, messages >= limit {
            return Reply(421, "4.7.0", "\(limit) messages were the limit of this connection")
        }
        for parameter in parameters {
            let key = parameter.prefix { $0 != "=" }.uppercased()
            let isOffered =
                switch key {
                case "SIZE": offers(.size)
                case "BODY": offers(.eightBitMIME)
                case "SMTPUTF8": offers(.smtpUTF8)
                case "RET", "ENVID": offers(.dsn)
                case "AUTH": offersAuth
                default: false
                }
            guard isOffered else { return Reply(555, "5.5.4", "\(key) is not offered") }
            guard key == "SIZE" else { continue }
            guard let size = Int(parameter.dropFirst(5)) else { return Reply(501, "5.5.4", "SIZE is no number") }
            if size > configuration.maxSizeBytes {
                return Reply(552, "5.3.4", "more than \(configuration.maxSizeBytes) octets")
            }
        }
        if !path.address.utf8.allSatisfy({ $0 < 0x80 }), !parameters.contains(where: { $0.uppercased() == "SMTPUTF8" })
        {
            return Reply(553, "5.6.7", "a sender beyond ASCII needs SMTPUTF8")
        }
        return ledger.isWithinRate(now: now) ? nil : Reply(451, "4.7.28", "more mail than the rate allows")
    }

    /// The words of the script's rules that apply; asking uses up a rule that is limited in number.
    func rules(where applies: (Script.Rule.Subject) -> Bool) -> [Behaviour] {
        guard !configuration.script.rules.isEmpty else { return [] }
        return configuration.script.rules.enumerated().compactMap { index, rule in
            applies(rule.subject) && ledger.mayUse(rule: index, times: rule.times) ? rule.behaviour : nil
        }
    }
}
