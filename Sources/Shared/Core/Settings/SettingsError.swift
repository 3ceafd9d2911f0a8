/// One invalid setting.
package struct SettingProblem: Sendable, Equatable, CustomStringConvertible {
    /// The name as written; unknown ones are reported too.
    package let name: String
    /// `environment`, or file and line; `nil` where the setting is missing.
    package let origin: String?
    /// `nil` for a secret and for a missing setting.
    package let value: String?
    /// What is wrong and what is allowed.
    package let problem: String

    package init(name: String, origin: String?, value: String?, problem: String) {
        self.name = name
        self.origin = origin
        self.value = value
        self.problem = problem
    }

    package var description: String {
        let shown = value.map { "=\($0)" } ?? ""
        let place = origin.map { " (\($0))" } ?? ""
        return "\(name)\(shown)\(place): \(problem)"
    }
}

/// All problems in the settings, so that one start shows them all.
package struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    package let problems: [SettingProblem]

    package init(problems: [SettingProblem]) {
        self.problems = problems
    }

    package var description: String {
        let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
        return "invalid settings (\(count)):\n"
            + problems.map { "  \($0)" }.joined(separator: "\n")
    }
}
