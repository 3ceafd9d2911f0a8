import Core

/// A database URL taken apart, percent-encoding removed; what is wrong with it is collected, not thrown one by one.
struct URLParts {
    var problems: [String] = []
    var options: [String: String] = [:]
    private(set) var user = ""
    private(set) var password: String?
    private(set) var host = ""
    private(set) var port: UInt16 = 5432
    private(set) var database = ""

    mutating func takeOption(_ name: String) -> String? { options.removeValue(forKey: name) }

    /// - Throws: Only when it is not a PostgreSQL URL at all.
    init(_ url: String) throws(PostgresSettings.Malformed) {
        let schemes = ["postgresql://", "postgres://"]
        guard let scheme = schemes.first(where: { url.hasPrefix($0) }) else {
            throw .init(problems: ["it must begin with postgresql://"])
        }
        let (beforeOptions, query) = url.dropFirst(scheme.count).divided(atFirst: "?")
        let (authority, path) = beforeOptions.divided(atFirst: "/")
        let (login, address) = authority.dividedAtLast("@")
        let (user, password) = (login ?? "").divided(atFirst: ":")

        self.user = decoded(user, "the user")
        self.password = password.map { decoded($0, "the password") }
        database = decoded(path ?? "", "the database")
        read(address: address)
        for option in (query ?? "").split(separator: "&") { read(option: option) }
        if let folder = options.removeValue(forKey: "host") {
            if host.isEmpty { host = folder } else { problems.append("the host is named twice") }
        }
        if self.user.isEmpty { problems.append("the user is missing") }
        if host.isEmpty { problems.append("the host is missing") }
        if database.isEmpty { problems.append("the database is missing") }
        for part in [self.user, self.password ?? "", host, database] + options.values where part.contains("\0") {
            problems.append("a part holds a NUL character")
        }
    }

    private mutating func read(address: Substring) {
        var portText: Substring?
        if address.hasPrefix("["), let end = address.lastIndex(of: "]") {
            host = String(address[address.index(after: address.startIndex)..<end])
            let rest = address[address.index(after: end)...]
            if rest.hasPrefix(":") { portText = rest.dropFirst() } else if !rest.isEmpty { portText = rest }
        } else {
            let (name, text) = address.divided(atFirst: ":")
            host = decoded(name, "the host")
            portText = text
        }
        if host.contains(",") { problems.append("only one host is allowed") }
        guard let portText else { return }
        if let number = UInt16(portText), number > 0 {
            port = number
        } else {
            problems.append("the port must be 1 to 65535")
        }
    }

    private mutating func read(option: Substring) {
        let (name, value) = option.divided(atFirst: "=")
        guard let value, !value.isEmpty else {
            problems.append("option \(name) has no value")
            return
        }
        if options.updateValue(decoded(value, "option \(name)"), forKey: String(name)) != nil {
            problems.append("option \(name) is given twice")
        }
    }

    private mutating func decoded(_ text: Substring, _ what: String) -> String {
        do throws(PercentDecoding.Malformed) {
            return try PercentDecoding.text(text)
        } catch {
            switch error {
            case .lonePercent:
                problems.append("\(what) has a % that two hexadecimal digits do not follow; write % itself as %25")
            case .notUTF8: problems.append("\(what) is not UTF-8")
            }
            return ""
        }
    }
}

extension StringProtocol where SubSequence == Substring {
    /// The part before the first `separator` and the part after it, which is `nil` without one.
    fileprivate func divided(atFirst separator: Character) -> (Substring, Substring?) {
        guard let place = firstIndex(of: separator) else { return (self[...], nil) }
        return (self[..<place], self[index(after: place)...])
    }

    /// The part before the last `separator`, `nil` without one, and the part after it.
    fileprivate func dividedAtLast(_ separator: Character) -> (Substring?, Substring) {
        guard let place = lastIndex(of: separator) else { return (nil, self[...]) }
        return (self[..<place], self[index(after: place)...])
    }
}
