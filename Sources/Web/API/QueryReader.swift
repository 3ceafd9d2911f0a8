import Core
import Foundation
import Service

/// Reads the parameters of a query, strictly: unknown or repeated ones are errors.
struct QueryReader {
    private var values: [String: String] = [:]
    private var problems: [APIProblem.Field] = []
    /// What no schema can describe, such as an invalid cursor.
    private var unacceptable: [APIProblem.Field] = []
    private var asked: Set<String> = []

    init(_ query: String?) {
        for part in (query ?? "").split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let texts = pair.map { $0.replacing("+", with: " ").removingPercentEncoding }
            guard let name = texts[0], let value = texts.count == 2 ? texts[1] : "", !value.utf8.contains(0) else {
                problems.append(.init(pointer: String(pair[0].prefix(100)), detail: "cannot be read"))
                continue
            }
            if values.updateValue(value, forKey: name) != nil {
                problems.append(.init(pointer: name, detail: "stands twice"))
            }
        }
    }

    mutating func finish() throws(APIProblem) {
        for name in values.keys.sorted() where !asked.contains(name) {
            problems.append(.init(pointer: name, detail: "is an unknown parameter"))
        }
        guard problems.isEmpty else { throw .badRequest("A query parameter is invalid.", problems) }
        guard unacceptable.isEmpty else { throw .invalid(unacceptable) }
    }

    mutating func text(_ name: String) -> String? {
        asked.insert(name)
        return values[name]
    }

    mutating func whole(_ name: String, _ range: ClosedRange<Int64>) -> Int64? {
        guard let text = text(name) else { return nil }
        guard let number = PageCursor.number(text), range.contains(number) else {
            note(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    mutating func limit() -> Int32 { Int32(whole("limit", 1...200) ?? 50) }

    /// A text to search by; not empty.
    mutating func part(_ name: String) -> String? {
        guard let text = text(name) else { return nil }
        guard (1...Self.longestPart).contains(text.unicodeScalars.count) else {
            note(name, "must be 1 to \(Self.longestPart) characters")
            return nil
        }
        return text
    }

    private static let longestPart = 300

    mutating func flag(_ name: String) -> Bool {
        guard let text = text(name) else { return false }
        if text != "true", text != "false" { note(name, "must be true or false") }
        return text == "true"
    }

    mutating func choice<Choice: WireNamed>(_ name: String, _: Choice.Type) -> Choice? {
        guard let text = text(name) else { return nil }
        let found = Choice(name: text)
        if found == nil { note(name, "must be one of \(Choice.names.joined(separator: ", "))") }
        return found
    }

    /// The start of a page, from the previous one; `nil` for the first.
    mutating func cursor(_ kind: PageCursor.Kind) -> PageCursor? {
        guard let text = text("cursor") else { return nil }
        let cursor = PageCursor(text, kind: kind)
        if cursor == nil {
            noteInvalid("cursor", "is not a cursor from a page of this list")
        }
        return cursor
    }

    mutating func note(_ name: String, _ detail: String) { problems.append(.init(pointer: name, detail: detail)) }

    /// Reports what the schema does not cover.
    mutating func noteInvalid(_ name: String, _ detail: String) {
        unacceptable.append(.init(pointer: name, detail: detail))
    }
}
