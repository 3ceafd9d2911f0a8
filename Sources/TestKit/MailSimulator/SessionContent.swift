import NIOCore

extension Session {
    mutating func recipient(_ argument: String) {
        guard var transaction else { return misunderstand(Reply(503, "5.5.1", "MAIL comes first"), at: .rcpt) }
        guard let path = Path(argument, after: "TO:") else {
            return misunderstand(Reply(501, "5.5.4", "write RCPT TO:<address>"), at: .rcpt)
        }
        if let problem = path.problem {
            return misunderstand(Reply(501, "5.1.3", "a recipient with \(problem)"), at: .rcpt)
        }
        for parameter in path.parameters.split(separator: " ") {
            let key = parameter.prefix { $0 != "=" }.uppercased()
            guard ["NOTIFY", "ORCPT"].contains(key), offers(.dsn) else {
                return refuse(at: .rcpt, Reply(555, "5.5.4", "\(key) is not offered"))
            }
        }
        guard transaction.recipients.count < configuration.maxRecipients else {
            return refuse(at: .rcpt, Reply(452, "4.5.3", "too many recipients"))
        }
        let attempt = ledger.countAttempt(of: path.address)
        let own = Behaviour(address: path.address)
        if let own, !own.isInTime(at: .rcpt) {
            return refuse(at: .rcpt, Reply(553, "5.1.3", "a recipient cannot decide this step; a script can"))
        }
        let behaviours = words(for: path.address, own: own, attempt: attempt)
        let code = answer(.rcpt, Reply(250, "2.1.5", "recipient ok"), effect(at: .rcpt, recipient: behaviours))
        guard let code, code / 100 == 2 else { return }
        transaction.recipients.append(
            Transaction.Recipient(
                address: path.address,
                parameters: path.parameters,
                attempt: attempt,
                sequel: ledger.postman == nil ? nil : Sequel(of: behaviours)
            )
        )
        transaction.recipientBehaviours += behaviours
        self.transaction = transaction
    }

    /// A recipient's own word, those of the rules for its domain, and what the rates draw for it.
    private func words(for address: String, own: Behaviour?, attempt: Int) -> [Behaviour] {
        var words = [own].compactMap { $0 }
        if let at = address.lastIndex(of: "@") {
            let domain = String(address[address.index(after: at)...])
            words += rules {
                guard case .domain(let pattern) = $0 else { return false }
                return matches(glob: pattern, domain)
            }
        }
        words.removeAll { $0.isOnce && attempt > 1 }
        let draw = Draw(seed: configuration.seed, address: address)
        if draw.hits(configuration.rejectRate, for: "reject") {
            words.append(Behaviour(.answer(.rcpt, Reply(550, "5.1.1", "nobody here, says the draw"))))
        } else if draw.hits(configuration.deferRate, for: "defer", attempt: attempt) {
            words.append(Behaviour(.answer(.rcpt, Reply(451, "4.7.1", "later, says the draw"))))
        } else if draw.hits(configuration.forgetRate, for: "forget", attempt: attempt) {
            words.append(Behaviour(.forgetDot))
        }
        return words
    }

    mutating func data(_ argument: String) {
        guard let transaction else { return misunderstand(Reply(503, "5.5.1", "MAIL comes first"), at: .data) }
        guard argument.isEmpty else { return misunderstand(Reply(501, "5.5.4", "DATA has no argument"), at: .data) }
        guard !transaction.recipients.isEmpty || configuration.takesDataWithoutRecipients else {
            // Not a violation: a pipelining client sends DATA before it knows (RFC 2920 §3.1).
            refuse(at: .data, Reply(554, "5.5.1", "no valid recipients"))
            self.transaction = nil
            return
        }
        let effect = effect(at: .data)
        guard let code = answer(.data, Reply(354, "go on, end with a dot"), effect), code / 100 == 3 else {
            self.transaction = nil
            return
        }
        let scanner = ContentScanner(
            keeping: !transaction.recipients.isEmpty
                && (ledger.keepsNextContent() || transaction.recipients.contains { $0.sequel != nil }),
            lookingFor8Bit: !transaction.declares8Bit
        )
        phase = .content(scanner, cutAfterBytes: effect.cutAfterBytes)
    }

    /// Takes content up to the dot, or up to the octet at which the connection is to end.
    mutating func receiveContent(
        _ input: inout ByteBuffer,
        _ scanner: inout ContentScanner,
        cutAfterBytes: Int?
    ) -> Bool {
        let before = scanner.receivedBytes
        let allowed = cutAfterBytes.map { $0 - before } ?? .max
        let isAllThere = input.readableBytes >= allowed
        let ended = scanner.scan(&input, limit: allowed)
        if scanner.sizeBytes > configuration.maxSizeBytes { scanner.stopKeeping() }
        if ended {
            phase = .commands
            end(scanner)
            return true
        }
        guard !isAllThere else {
            ledger.countRefusal(at: .dot)
            actions.append(.cut)
            return true
        }
        phase = .content(scanner, cutAfterBytes: cutAfterBytes)
        return scanner.receivedBytes > before
    }

    private mutating func end(_ scanner: ContentScanner) {
        guard let transaction else { return }
        let effect = effect(at: .dot)
        self.transaction = nil
        messages += 1
        count(scanner)
        if let refusal = refusal(of: scanner) { return refuse(at: .dot, refusal) }
        let nobody = Reply(554, "5.5.1", "no valid recipients")
        let reply = transaction.recipients.isEmpty ? nobody : Reply(250, "2.0.0", "accepted")
        let isTaken = effect.ending == .none && (effect.answer ?? reply).code / 100 == 2
        if (isTaken || effect.forgets) && !transaction.recipients.isEmpty {
            ledger.accept(received(transaction, scanner, isAnswered: !effect.forgets))
            sendBack(transaction, scanner)
        }
        guard !effect.forgets else {
            wait(effect)
            phase = .over
            actions.append(.cut)
            return
        }
        answer(.dot, reply, effect)
    }

    private func sendBack(_ transaction: Transaction, _ scanner: ContentScanner) {
        guard let postman = ledger.postman else { return }
        for recipient in transaction.recipients {
            guard let sequel = recipient.sequel else { continue }
            let message = TakenMessage(
                sender: transaction.sender,
                recipient: recipient.address,
                mailParameters: transaction.parameters,
                recipientParameters: recipient.parameters,
                header: scanner.kept.map { TakenMessage.header(of: Array($0.readableBytesView)) } ?? [],
                server: configuration.name,
                time: secondsSince1970()
            )
            for mail in sequel.mails(about: message) { postman.post(mail) }
        }
    }

    private func received(
        _ transaction: Transaction,
        _ scanner: ContentScanner,
        isAnswered: Bool
    ) -> ReceivedMessage {
        ReceivedMessage(
            sender: transaction.sender,
            mailParameters: transaction.parameters,
            recipients: transaction.recipients,
            messageID: scanner.messageID,
            sizeBytes: scanner.sizeBytes,
            stuffedDots: scanner.stuffedDots,
            connection: number,
            ordinal: messages,
            isEncrypted: isEncrypted,
            user: user,
            isAnswered: isAnswered,
            content: scanner.kept
        )
    }

    private func count(_ scanner: ContentScanner) {
        if scanner.bareLFs > 0 { ledger.count(.bareLF, times: scanner.bareLFs) }
        if scanner.bareCRs > 0 { ledger.count(.bareCR, times: scanner.bareCRs) }
        if scanner.longLines > 0 { ledger.count(.longLine, times: scanner.longLines) }
        if scanner.has8BitOctets { ledger.count(.undeclared8Bit) }
    }

    private func refusal(of scanner: ContentScanner) -> Reply? {
        if configuration.refusesBareLineEnds, scanner.bareLFs + scanner.bareCRs > 0 {
            return Reply(550, "5.6.11", "\(scanner.bareLFs) bare LF and \(scanner.bareCRs) bare CR")
        }
        if configuration.refusesLongLines, scanner.longLines > 0 {
            return Reply(550, "5.6.0", "\(scanner.longLines) lines of more than 1000 octets")
        }
        if scanner.sizeBytes > configuration.maxSizeBytes {
            return Reply(552, "5.3.4", "more than \(configuration.maxSizeBytes) octets")
        }
        return nil
    }
}
