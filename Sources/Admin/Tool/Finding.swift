import Shared

/// What `doctor` found out about one thing.
struct Finding: Sendable, Equatable {
    enum Verdict: String, Sendable {
        case ok
        /// Nothing wrong, but to be known.
        case note
        case problem
    }

    /// `settings`, `database`, `broker`, `mail route`.
    let part: String
    let verdict: Verdict
    /// What, where and what to do.
    let text: String

    static func ok(_ part: String, _ text: String) -> Finding { Finding(part: part, verdict: .ok, text: text) }
    static func note(_ part: String, _ text: String) -> Finding { Finding(part: part, verdict: .note, text: text) }
    static func problem(_ part: String, _ text: String) -> Finding {
        Finding(part: part, verdict: .problem, text: text)
    }

    var line: String {
        let mark =
            switch verdict {
            case .ok: "ok       "
            case .note: "note     "
            case .problem: "PROBLEM  "
            }
        return mark + part + String(repeating: " ", count: max(1, 12 - part.count)) + text
    }

    var json: JSONValue {
        ["part": .string(part), "verdict": .string(verdict.rawValue), "text": .string(text)]
    }
}
