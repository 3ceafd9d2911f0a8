import Core

/// The last resort for a permanent refusal that no rule knows: do its words say that the recipient is not there?
///
/// A name for a mailbox, and near it a word for what is not there or closed, or a negation of what it would have to be:
/// "could not locate that user", "we have no inbox for her", "RECIPIENT_UNKNOWN", "user unkown". One word about the sender,
/// the message, a limit or a passing fault rules that out, so an address is never suppressed for what its sender did. Only
/// short replies are judged. The phrases and codes of a ``RuleBook`` come first, except for codes x.7.0 and x.7.1.
enum RecipientWords {
    private static let byteLimit = 320
    private static let wordLimit = 32
    /// How many words may stand between a name and what is said of it.
    private static let reach = 6

    /// `text` is a reply in the form of ``MatchText``, as it was quoted, with its code.
    static func sayDead(_ text: ArraySlice<UInt8>, _ code: Int?) -> Bool {
        guard let code, (505...529).contains(code) || [501, 540, 550, 551, 553, 554].contains(code),
            text.count <= byteLimit
        else { return false }
        let words = words(of: text, behind: code)
        guard (1...wordLimit).contains(words.count), !words.contains(where: ours.contains) else { return false }
        // "User database not found": a fault of theirs.
        guard !zip(words, words.dropFirst()).contains(where: { names.contains($0) && backends.contains($1) }) else {
            return false
        }
        return isClosed(words) || isDenied(words) || isStrange(words) || words.contains(where: isCompound)
    }

    /// Letters in a row, with what stands before the code and what Postfix adds behind left out.
    private static func words(of text: ArraySlice<UInt8>, behind code: Int) -> [String] {
        let text = String(decoding: text, as: UTF8.self)
        let reply = text.firstRange(of: "(in reply to").map { text[..<$0.lowerBound] } ?? text[...]
        let start = reply.firstRange(of: String(code))?.upperBound ?? reply.startIndex
        let plain = reply[start...]
            .replacing("e-mail", with: "email").replacing("local part", with: "localpart")
            .replacing("local-part", with: "localpart").replacing("'", with: "")
        return plain.split { !$0.isLetter }.map(String.init)
    }

    /// "Mailbox of that name closed", "unkown user".
    private static func isClosed(_ words: [String]) -> Bool {
        words.indices.contains { index in
            guard closed.contains(words[index]) || faulty.contains(words[index]) else { return false }
            guard index + 1 == words.count || !failures.contains(words[index + 1]) else { return false }
            // "Is disabled": the address stood before it.
            if index < 4, let first = words.first, ["is", "was", "has"].contains(first) { return true }
            let near = words[max(0, index - reach)..<min(words.count, index + 4)]
            return near.contains { names.contains($0) || isWeak($0) && closed.contains(words[index]) }
        }
    }

    /// "No inbox for this user", "that user could not be located", "she no longer works here".
    private static func isDenied(_ words: [String]) -> Bool {
        for (index, word) in words.enumerated() where negations.contains(word) {
            let next = words[(index + 1)..<min(words.count, index + 6)]
            if let first = next.first(where: { !fillers.contains($0) }) {
                if names.contains(first) || isWeak(first), word != "non" { return true }
                let isAbsent =
                    isExistence(first)
                    || homes.contains(first) && next.contains(where: ["on", "in", "at", "to"].contains)
                if isAbsent, isAtHome(words) || words.contains(where: { names.contains($0) || isWeak($0) }) {
                    return true
                }
                // Nothing is named: "not found", "she is not on this server".
                let isBare = isAbsent && !places.contains(first) && words.count <= 8
                if isBare, !words[..<index].contains(where: things.contains) { return true }
            }
            // "This user takes no mail."
            if takesNothing(next), words[max(0, index - 4)..<index].contains(where: names.contains) { return true }
            if next.first == "longer", next.dropFirst().prefix(2).contains(where: lasting.contains) { return true }
            if word == "nobody", !next.isEmpty { return true }
        }
        return false
    }

    /// "Receive mail", "accepting any email".
    private static func takesNothing(_ words: ArraySlice<String>) -> Bool {
        var rest = words.drop { ["be", "longer", "currently", "able", "to"].contains($0) }
        guard let verb = rest.popFirst(), takings.contains(verb) else { return false }
        rest = rest.drop { ["any", "incoming", "inbound"].contains($0) }
        return rest.first.map { ["mail", "mails", "email", "emails"].contains($0) } ?? true
    }

    /// "She is unknown to this system", "inactive on our server".
    private static func isStrange(_ words: [String]) -> Bool {
        words.indices.contains { index in
            guard closed.contains(words[index]) else { return false }
            let next = words[index...].dropFirst().prefix(4)
            return isAtHome(next) || next.contains("here") || next.starts(with: ["to", "us"])
        }
    }

    /// "At this site."
    private static func isAtHome(_ words: some Collection<String>) -> Bool {
        zip(words, words.dropFirst()).contains { ["this", "our", "the", "in"].contains($0) && homes.contains($1) }
    }

    private static func isExistence(_ word: String) -> Bool { existence.contains(word) || places.contains(word) }

    private static func isWeak(_ word: String) -> Bool { word == "email" || word == "emails" }

    /// "UserNotFound".
    private static func isCompound(_ word: String) -> Bool {
        names.contains { name in
            (word.hasPrefix(name) && compounds.contains(String(word.dropFirst(name.count))))
                || (word.hasSuffix(name) && prefixes.contains(String(word.dropLast(name.count))))
        }
    }

    private static let names: Set = [
        "user", "users", "username", "userid", "account", "accounts", "mailbox", "mailboxes", "mbox", "inbox", "box",
        "recipient", "recipients", "recip", "rcpt", "addressee", "addressees", "address", "addresses", "alias",
        "customer", "subscriber", "member", "person", "employee", "student", "localpart", "destination", "mailaddress",
        "emailaddress", "mailaccount", "emailaccount", "mailuser",
    ]
    private static let closed: Set = [
        "unknown", "unkown", "unknow", "unknwon", "unknowed", "inexistent", "nonexistent", "nonexistant", "inactive",
        "inactivated", "disabled", "deactivated", "discontinued", "closed", "deleted", "removed", "purged", "suspended",
        "terminated", "cancelled", "canceled", "expired", "retired", "abandoned", "dormant", "defunct",
        "decommissioned", "unallocated", "unregistered", "unrecognized", "unrecognised", "resigned", "deceased",
        "former", "obsolete", "gone", "moved", "changed",
    ]
    /// Of a recipient; a message may be so, too.
    private static let faulty: Set = [
        "invalid", "wrong", "incorrect", "bad", "illegal", "undeliverable", "unroutable", "unrouteable", "unresolvable",
        "left",
    ]
    private static let negations: Set = [
        "no", "not", "non", "none", "nobody", "never", "cannot", "cant", "couldnt", "dont", "doesnt", "dosnt", "dosent",
        "didnt", "isnt", "arent", "wasnt", "unable", "nor",
    ]
    /// Between a negation and what is denied.
    private static let fillers: Set = [
        "such", "shuch", "a", "an", "any", "the", "this", "that", "these", "to", "be", "been", "is", "are", "was",
        "valid", "known", "active", "local", "registered", "existing", "virtual", "of", "our", "one", "mail", "with",
        "in", "on", "at", "have", "has", "longer", "currently", "yet", "possible",
    ]
    private static let existence: Set = [
        "exist", "exists", "existed", "existing", "existent", "exsit", "exits", "found", "find", "locate", "located",
    ]
    private static let places: Set = [
        "known", "know", "valid", "registered", "recognized", "recognised", "recognize", "listed", "active", "enabled",
        "activated", "available", "defined", "hosted", "here", "local", "resolve", "resolved", "deliverable",
        "usable", "used", "use", "ours", "present", "match", "matches", "matched", "handled", "served", "configured",
        "allocated", "assigned", "provisioned",
    ]
    private static let takings: Set = [
        "accept", "accepts", "accepting", "receive", "receives", "receiving", "get", "take",
    ]
    private static let lasting: Set = [
        "works", "working", "employed", "employee", "valid", "active", "use", "used", "exist", "exists", "service",
        "available", "with", "at", "here", "monitored", "part", "belongs", "reachable", "on", "using",
    ]
    private static let compounds: Set = [
        "unknown", "notfound", "notknown", "invalid", "disabled", "inactive", "doesnotexist", "notexist", "notvalid",
    ]
    private static let backends: Set = ["database", "backend", "store", "directory", "table", "service", "server"]
    /// "Unknown error."
    private static let failures: Set = ["error", "errors", "failure", "problem", "reason", "cause"]
    private static let prefixes: Set = ["nosuch", "unknown", "invalid"]
    /// What is not a recipient's, when it is said not to be there.
    private static let things: Set = [
        "host", "hosts", "server", "name", "names", "record", "records", "mx", "file", "folder", "page", "object",
        "service", "route", "key", "table", "program", "module", "path", "script", "domain", "system",
    ]
    private static let homes: Set = ["system", "server", "host", "directory", "database", "records", "site", "domain"]
    /// About us, the message, a limit, a moment, or a failure of theirs.
    private static let ours: Set = [
        "sender", "senders", "sending", "return", "outside", "external", "from", "you", "your", "youre", "originator",
        "helo", "ehlo", "client", "hostname", "ip",
        "dns", "ptr", "reverse", "relay", "relaying", "relayed", "gateway", "spam", "junk", "bulk", "message",
        "messages", "content", "header", "headers", "subject", "body", "attachment", "attachments", "virus", "policy",
        "policies", "security", "blocked", "block", "blacklisted", "blacklist", "reputation", "list", "lists",
        "authentication", "authenticated", "authenticate", "auth", "password", "credentials", "permission",
        "permissions", "permitted", "access", "allowed", "denied", "refused", "command", "syntax",
        "parameter", "parameters", "argument", "protocol", "tls", "ssl",
        "certificate", "connection", "connections", "network", "quota", "full", "size", "large", "limit", "limits",
        "exceeded", "exceeds", "many", "temporarily", "temporary", "later", "again", "retry", "try", "rate", "spf",
        "dkim", "dmarc", "space", "storage", "disk", "hop", "hops", "loop", "charset", "encoding", "country",
        "location", "url", "link", "links", "trusted", "verify", "verification", "lookup", "timeout", "specified",
        "required", "requires", "require", "must", "need", "needs", "accepted", "delivery", "transaction", "session",
        "unavailable", "busy", "maintenance", "overloaded", "offline", "moment", "restricted", "locked", "greylisted",
        "whitelist", "whitelisted",
    ]
}
