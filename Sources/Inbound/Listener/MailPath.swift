/// The argument of MAIL or RCPT: an address and its parameters, RFC 5321 §4.1.2.
struct MailPath: Equatable {
    struct Parameter: Equatable {
        /// In capitals.
        let name: String
        let value: String?
    }

    /// Empty for the null return path.
    let address: String
    let parameters: [Parameter]

    /// Reads `FROM:<address> NAME=VALUE` or `TO:<address>`; a blank after the colon is allowed.
    ///
    /// Lenient: the sender is not used, and unknown recipients are refused later.
    init?(_ argument: String, after keyword: String) {
        guard argument.prefix(keyword.count).uppercased() == keyword else { return nil }
        var rest = argument.dropFirst(keyword.count)
        while rest.first == " " { rest.removeFirst() }
        guard rest.first == "<", let end = rest.contains("\"") ? rest.lastIndex(of: ">") : rest.firstIndex(of: ">")
        else { return nil }
        let address = rest[rest.index(after: rest.startIndex)..<end]
        guard address.utf8.count <= 320, !address.contains("<") else { return nil }
        let tail = rest[rest.index(after: end)...]
        guard tail.isEmpty || tail.first == " " else { return nil }
        self.address = String(address)
        parameters = tail.split(separator: " ").map { text in
            let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return Parameter(name: halves[0].uppercased(), value: halves.count > 1 ? halves[1].uppercased() : nil)
        }
    }
}
