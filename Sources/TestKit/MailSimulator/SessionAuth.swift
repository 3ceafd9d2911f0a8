import Foundation

/// The state of a SASL exchange.
enum AuthDialogue {
    case plain
    case loginUser
    case loginPassword(user: String)
    case bearer
    /// The client was told why its token is refused, and must answer with an empty line.
    case bearerRefused
}

extension Session {
    mutating func startAuth(_ argument: String) {
        guard !mechanisms.isEmpty else {
            return misunderstand(Reply(502, "5.5.1", "AUTH is not offered"), at: .auth)
        }
        guard offersAuth else {
            ledger.count(.authInClear)
            return refuse(at: .auth, Reply(538, "5.7.11", "STARTTLS comes first"))
        }
        guard isExtended, user == nil, transaction == nil else {
            return misunderstand(Reply(503, "5.5.1", "AUTH comes once, after EHLO and before MAIL"), at: .auth)
        }
        let words = argument.split(separator: " ")
        guard let mechanism = words.first?.uppercased(), mechanisms.contains(mechanism), words.count <= 2 else {
            return misunderstand(Reply(504, "5.5.4", "no such mechanism"), at: .auth)
        }
        let start: (dialogue: AuthDialogue, challenge: String) =
            switch mechanism {
            case "PLAIN": (.plain, "")
            case "LOGIN": (.loginUser, "VXNlcm5hbWU6")
            default: (.bearer, "")
            }
        guard words.count == 2 else { return challenge(start.challenge, then: start.dialogue) }
        continueAuth(start.dialogue, with: words[1] == "=" ? "" : String(words[1]))
    }

    mutating func continueAuth(_ dialogue: AuthDialogue, with line: String) {
        phase = .commands
        if case .bearerRefused = dialogue { return finishAuth(nil) }
        guard line != "*" else { return refuse(at: .auth, Reply(501, "5.7.0", "cancelled")) }
        guard let octets = Data(base64Encoded: line), let text = String(validating: octets, as: UTF8.self) else {
            return misunderstand(Reply(501, "5.5.2", "not base64"), at: .auth)
        }
        switch dialogue {
        case .plain:
            let parts = text.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3 else { return misunderstand(Reply(501, "5.5.2", "not as RFC 4616"), at: .auth) }
            finishAuth(configuration.users[parts[1]] == parts[2] ? parts[1] : nil)
        case .loginUser: challenge("UGFzc3dvcmQ6", then: .loginPassword(user: text))
        case .loginPassword(let user): finishAuth(configuration.users[user] == text ? user : nil)
        case .bearer: judgeBearer(text)
        case .bearerRefused: finishAuth(nil)
        }
    }

    /// `user=NAME^Aauth=Bearer TOKEN^A^A`, as Google and Microsoft document it.
    private mutating func judgeBearer(_ text: String) {
        let fields = text.split(separator: "\u{01}")
        let user = fields.first { $0.hasPrefix("user=") }?.dropFirst(5)
        let token = fields.first { $0.lowercased().hasPrefix("auth=bearer ") }?.dropFirst(12)
        if let user, let token, configuration.tokens.contains(String(token)) { return finishAuth(String(user)) }
        challenge(Data(#"{"status":"401","schemes":"bearer"}"#.utf8).base64EncodedString(), then: .bearerRefused)
    }

    private mutating func challenge(_ text: String, then dialogue: AuthDialogue) {
        remark(Reply(334, text))
        phase = .auth(dialogue)
    }

    private mutating func finishAuth(_ name: String?) {
        guard let name else { return refuse(at: .auth, Reply(535, "5.7.8", "wrong user, password or token")) }
        if answer(.auth, Reply(235, "2.7.0", "welcome"), effect(at: .auth)) == 235 { user = name }
    }
}
