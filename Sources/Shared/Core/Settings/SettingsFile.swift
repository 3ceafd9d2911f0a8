/// The text of one setting and where it was set.
package struct SettingText: Sendable, Equatable {
    package let text: String
    /// `environment`, or file and line.
    package let origin: String

    package init(text: String, origin: String) {
        self.text = text
        self.origin = origin
    }
}

/// A settings file: lines `NAME=VALUE`, blank lines, and comments that begin with `#`.
///
/// White space around name and value is dropped; there is no quoting and no continuation, so that a file means the
/// same here, for systemd's EnvironmentFile= and for a container's --env-file.
package struct SettingsFile: Sendable {
    package private(set) var values: [String: SettingText] = [:]
    package private(set) var problems: [SettingProblem] = []

    /// Reads the text of a file; ``problems`` has its errors, which name it by `path`.
    package init(parsing text: String, path: String) {
        // By scalars: as a Character, CR LF is one and is not a line feed.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            read(Self.trimmed(Substring(line)), origin: "\(path):\(index + 1)")
        }
    }

    private mutating func read(_ line: Substring, origin: String) {
        guard !line.isEmpty, !line.hasPrefix("#") else { return }
        guard let equals = line.firstIndex(of: "=") else {
            report("line", origin, "not NAME=VALUE; a comment begins with #")
            return
        }
        let name = String(Self.trimmed(line[..<equals]))
        let value = Self.trimmed(line[line.index(after: equals)...])
        guard SettingName(rawValue: name) != nil else {
            let advice = SettingName.nearest(to: name).map { "; did you mean \($0.rawValue)?" } ?? ""
            report(name, origin, "unknown setting\(advice)")
            return
        }
        if value.hasPrefix("\"") || value.hasPrefix("'") {
            report(name, origin, "begins with a quotation mark; write values without quotes")
        } else if let earlier = values[name] {
            report(name, origin, "is already set in \(earlier.origin); remove one of them")
        } else {
            values[name] = SettingText(text: String(value), origin: origin)
        }
    }

    private mutating func report(_ name: String, _ origin: String, _ problem: String) {
        problems.append(SettingProblem(name: name, origin: origin, value: nil, problem: problem))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var rest = text
        while let first = rest.unicodeScalars.first, isBlank(first) { rest.unicodeScalars.removeFirst() }
        while let last = rest.unicodeScalars.last, isBlank(last) { rest.unicodeScalars.removeLast() }
        return rest
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\u{FEFF}"
    }
}
