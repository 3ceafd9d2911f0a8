import Core
import Database
import Foundation
import Hummingbird
import Service
import Templates

/// One page of a list: what is searched for, where the page begins, and the links to its neighbours.
///
/// The links carry the places of the pages before, so that one can go back in any list by plain links.
struct ListPage: Sendable {
    /// Rows on a page.
    static let rows: Int32 = 40

    /// Pages that a link leads back to, one by one.
    private static let longestTrail = 50
    /// Stands for pages before these.
    private static let cut = "-"

    let cursor: PageCursor?
    private let path: String
    private let terms: [(name: String, text: String)]
    private let trail: [String]

    /// - Parameters:
    ///   - request: Its query has the terms, `cursor` and `back`.
    ///   - names: The fields of the search.
    ///   - kind: Of the cursor, by the terms.
    /// - Throws: ``Refusal/notThere`` for a cursor that is none of this list.
    init(
        _ request: Request,
        searching names: [String] = [],
        _ kind: ([String: String]) throws -> PageCursor.Kind
    ) throws {
        var reader = QueryReader(request.uri.query)
        path = request.uri.path
        terms = names.compactMap { name in
            let text = (reader.text(name) ?? "").trimmingCharacters(in: .whitespaces)
            return text.isEmpty ? nil : (name, String(text.prefix(300)))
        }
        let kind = try kind(Dictionary(terms.map { ($0.name, $0.text) }) { first, _ in first })
        guard let text = reader.text("cursor") else {
            (cursor, trail) = (nil, [])
            return
        }
        guard let cursor = PageCursor(text, kind: kind) else { throw Refusal.notThere }
        self.cursor = cursor
        trail = (reader.text("back") ?? "").split(separator: ".").suffix(Self.longestTrail).map(String.init)
        guard trail.allSatisfy({ $0 == Self.cut || PageCursor($0, kind: kind) != nil }) else { throw Refusal.notThere }
    }

    /// Empty where it is not searched for.
    subscript(name: String) -> String { terms.first { $0.name == name }?.text ?? "" }

    var isSearch: Bool { !terms.isEmpty }

    /// The number in the cursor, for lists that grow upwards.
    var after: Int64 { cursor?.numbers[0] ?? 0 }

    /// The same for lists with the newest first.
    var before: Int64 { cursor?.numbers[0] ?? .max }

    /// For the partial `pages`, and what was searched for.
    func fields(next: PageCursor?) -> [String: MergeValue] {
        var pages: [String: MergeValue] = [:]
        if let cursor {
            pages["first"] = .of(link(to: nil, back: []))
            if trail.last != Self.cut { pages["previous"] = .of(link(to: trail.last, back: trail.dropLast())) }
            if let next {
                var back = trail + [cursor.text]
                if back.count > Self.longestTrail { back = [Self.cut] + back.suffix(Self.longestTrail - 1) }
                pages["next"] = .of(link(to: next.text, back: back[...]))
            }
        } else if let next {
            pages["next"] = .of(link(to: next.text, back: []))
        }
        return [
            "pages": pages.isEmpty ? .bool(false) : .record(pages), "is_search": .bool(isSearch),
            "is_first_page": .bool(cursor == nil), "has_next": .bool(next != nil), "here": .of(path),
        ]
    }

    private func link(to cursor: String?, back: ArraySlice<String>) -> String {
        var query = terms
        if let cursor { query.append(("cursor", cursor)) }
        if !back.isEmpty { query.append(("back", back.joined(separator: "."))) }
        guard !query.isEmpty else { return path }
        return path + "?" + query.map { "\($0.name)=\(Self.encoded($0.text))" }.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "a"..."z").union(CharacterSet(charactersIn: "A"..."Z"))
            .union(CharacterSet(charactersIn: "0"..."9")).union(CharacterSet(charactersIn: "-._~"))
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }
}
