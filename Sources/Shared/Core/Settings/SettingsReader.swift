/// Reads settings strictly: each is read once, a bad value never becomes a default, and all problems come together.
///
/// A reading method returns something usable even when the value is bad; ``finish()`` then throws, so that it is
/// never used. Files that a setting names (`…_FILE`) are read through a closure: this type does no IO.
package struct SettingsReader {
    private let values: [SettingName: SettingText]
    private let readFile: (String) throws(UnreadableFile) -> String
    package private(set) var problems: [SettingProblem]

    /// Why a file that a setting names could not be read.
    package struct UnreadableFile: Error, Equatable, Sendable {
        package let reason: String

        package init(reason: String) {
            self.reason = reason
        }
    }

    /// - Parameters:
    ///   - values: The values found, environment before file.
    ///   - problems: The problems of the file itself.
    ///   - readFile: Returns the text of a file.
    package init(
        values: [SettingName: SettingText],
        problems: [SettingProblem] = [],
        readFile: @escaping (String) throws(UnreadableFile) -> String
    ) {
        self.values = values
        self.problems = problems
        self.readFile = readFile
    }

    /// - Throws: ``SettingsError`` with every problem found so far; no value may be used then.
    package func finish() throws(SettingsError) {
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
    }

    /// Like ``finish()``, and unwraps what the adapters' parsers returned.
    ///
    /// - Throws: ``SettingsError`` with every problem; a `nil` without one is reported as a problem of its own.
    package func finished<each Value>(_ values: repeat (each Value)?) throws(SettingsError) -> (repeat each Value) {
        try finish()
        return (repeat try unwrapped(each values))
    }

    private func unwrapped<Value>(_ value: Value?) throws(SettingsError) -> Value {
        guard let value else {
            throw SettingsError(problems: [
                SettingProblem(name: "\(Value.self)", origin: nil, value: nil, problem: "could not be read")
            ])
        }
        return value
    }

    /// Adds a problem that a caller found in a setting's value.
    package mutating func report(_ name: SettingName, _ problem: String) {
        let found = values[name]
        let problem = SettingProblem(
            name: name.rawValue,
            origin: found?.origin,
            value: name.isSecret ? nil : found.map { Self.shown($0.text) },
            problem: problem
        )
        // Two groups may read the same setting.
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// The text of a setting; `nil` when it is not set. An empty one is a problem: it is neither set nor left out.
    package mutating func text(_ name: SettingName) -> String? {
        guard let found = values[name] else { return nil }
        guard !found.text.isEmpty else {
            report(name, "is empty; give it a value or remove it")
            return nil
        }
        guard !found.text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            report(name, "holds a control character")
            return nil
        }
        return found.text
    }

    /// The text of a required setting.
    ///
    /// - Parameters:
    ///   - name: The setting.
    ///   - example: An example value.
    /// - Returns: `nil` after a problem was noted.
    package mutating func required(_ name: SettingName, example: String) -> String? {
        if values[name] == nil {
            report(name, "is not set; set it in the environment or in the settings file, like \(example)")
        }
        return text(name)
    }

    /// A whole number in a range.
    package mutating func whole(_ name: SettingName, _ range: ClosedRange<Int>, default standard: Int) -> Int {
        guard let text = text(name) else { return standard }
        guard Self.isPlainNumber(text), let number = Int(text), range.contains(number) else {
            report(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return standard
        }
        return number
    }

    /// A time in seconds, decimals allowed.
    package mutating func seconds(
        _ name: SettingName,
        _ range: ClosedRange<Double>,
        default standard: Double
    ) -> Double {
        guard let text = text(name) else { return standard }
        guard Self.isPlainNumber(text), let number = Double(text), range.contains(number) else {
            report(name, "must be seconds, a number from \(range.lowerBound) to \(range.upperBound)")
            return standard
        }
        return number
    }

    /// One of a few words.
    package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: SettingName,
        default standard: Choice
    ) -> Choice {
        guard let text = text(name) else { return standard }
        guard let choice = Choice(rawValue: text) else {
            report(name, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
            return standard
        }
        return choice
    }

    /// A secret, given directly or as the path of a file that contains it, without its last line end.
    package mutating func secret(_ name: SettingName, file: SettingName) -> String? {
        guard values[file] != nil else { return text(name) }
        guard values[name] == nil else {
            report(file, "is set as well as \(name.rawValue); remove one of them")
            return nil
        }
        guard let path = text(file) else { return nil }
        do throws(UnreadableFile) {
            var secret = Substring(try readFile(path))
            while let last = secret.unicodeScalars.last, last == "\n" || last == "\r" {
                secret.unicodeScalars.removeLast()
            }
            guard !secret.isEmpty, !secret.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                report(file, "the file must hold only one line, the secret")
                return nil
            }
            return String(secret)
        } catch {
            report(file, "cannot be read: \(error.reason)")
            return nil
        }
    }

    /// Passes the text to another parser, whose error becomes a problem of the setting.
    ///
    /// - Parameters:
    ///   - name: The required setting.
    ///   - example: An example value.
    ///   - parse: Throws an error whose description says what is allowed and repeats no secret.
    /// - Returns: `nil` after a problem was noted.
    package mutating func parsed<Value>(
        _ name: SettingName,
        example: String,
        _ parse: (String) throws -> Value
    ) -> Value? {
        guard let text = required(name, example: example) else { return nil }
        do {
            return try parse(text)
        } catch {
            report(name, "\(error)")
            return nil
        }
    }

    /// Digits with at most one dot: no sign, no exponent, no "nan", no hexadecimal.
    private static func isPlainNumber(_ text: String) -> Bool {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }
    }

    /// A value short enough for a message.
    private static func shown(_ text: String) -> String {
        text.utf8.count <= 100 ? text : "\(text.prefix(97))…"
    }
}
