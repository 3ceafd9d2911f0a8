import Core
import Templates

/// The texts of the opt-out pages in one language: Assets/optout_<language>.json.
///
/// For another language, add a file with the same names, a case of `MessageLanguage` with its texts, and a line in
/// `source(of:)`; a test compares the files.
struct Phrases: Sendable {
    let language: MessageLanguage
    private let templates: [String: MustacheTemplate]
    private let months: [String]

    /// The name of the list of months; everything else is a text.
    static let monthsName = "months"

    /// The files' contents.
    static func source(of language: MessageLanguage) -> [UInt8] {
        switch language {
        case .en: PackageResources.optout_en_json
        case .de: PackageResources.optout_de_json
        case .es: PackageResources.optout_es_json
        case .fr: PackageResources.optout_fr_json
        }
    }

    private static let all = Dictionary(
        uniqueKeysWithValues: MessageLanguage.allCases.map { language in
            do {
                return (language, try Phrases(language))
            } catch {
                preconditionFailure("optout_\(language.rawValue).json: \(error)")
            }
        }
    )

    static func of(_ language: MessageLanguage) -> Phrases {
        guard let phrases = all[language] else { preconditionFailure("no phrases for \(language)") }
        return phrases
    }

    /// A language that the browser accepts (RFC 9110 §12.5.4), if the message's own is unknown.
    static func preferred(_ acceptLanguage: String?) -> Phrases {
        var best: (language: MessageLanguage, weight: Double)?
        for range in (acceptLanguage ?? "").prefix(200).split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " } }
            guard let tag = parts.first?.lowercased(),
                let language = MessageLanguage(rawValue: String(tag.prefix { $0 != "-" }))
            else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > best?.weight ?? 0 { best = (language, weight) }
        }
        return of(best?.language ?? .en)
    }

    private init(_ language: MessageLanguage) throws {
        self.language = language
        var templates: [String: MustacheTemplate] = [:]
        var months: [String] = []
        if case .object(let fields) = try MergeValue(json: Self.source(of: language)) {
            for field in fields {
                let name = field.name.string
                switch field.value {
                case .text(let text): templates[name] = try MustacheTemplate(text.string, name: name, escaping: .plain)
                case .list(let items) where name == Self.monthsName:
                    months = items.compactMap { if case .text(let text) = $0 { text.string } else { nil } }
                default: continue
                }
            }
        }
        self.templates = templates
        self.months = months
    }

    /// A phrase with its values, not escaped: pages do that.
    func text(_ name: String, _ values: [String: String] = [:]) throws(RenderError) -> String {
        guard let template = templates[name] else {
            throw .missingField(name: name, source: "optout_\(language.rawValue).json", line: 1)
        }
        let fields = values.map { MergeField(name: MergeText($0.key), value: .text(MergeText($0.value))) }
        return String(decoding: try template.render(.object(fields)), as: UTF8.self)
    }

    /// A time to the second, in this language's format, labelled as UTC.
    func moment(_ seconds: Double) throws(RenderError) -> String {
        // 2026-11-23T06:00:00Z
        let parts = Timestamp.text(seconds).split { "-T:Z".contains($0) }
        let month = Int(parts[1]).map { months[$0 - 1] } ?? ""
        return try text(
            "date",
            [
                "day": String(Int(parts[2]) ?? 0), "month": month, "year": String(parts[0]),
                "time": parts[3...5].joined(separator: ":"),
            ]
        )
    }
}
