import TestKit
import Testing

@testable import Templates

/// The core modules of the Mustache specification, all cases, none left out: an extra beside ``MustacheRulesTests`` and
/// ``MustacheLineTests``.
@Suite struct MustacheSpecTests {
    static let modules = ["comments", "delimiters", "interpolation", "inverted", "partials", "sections"]

    @Test(.enabled(if: ForeignData.isNamed, "\(ForeignData.whySkipped)"), arguments: modules)
    func `every case of the specification renders as it says`(module: String) throws {
        let file = try MergeValue(json: ForeignData.bytes("mustache-spec/\(module).json"))
        let cases = try #require(file["tests"]?.items)
        #expect(cases.count >= 12)
        for test in cases {
            let name = try #require(test["name"]?.string)
            var partials: [String: String] = [:]
            for field in test["partials"]?.fields ?? [] { partials[field.name.string] = field.value.string }
            let template = try MustacheTemplate(
                try #require(test["template"]?.string),
                name: name,
                partials: partials,
                escaping: .html
            )
            let rendered = try template.render(test["data"] ?? .object([]), isLenient: true)
            #expect(String(decoding: rendered, as: UTF8.self) == test["expected"]?.string, "\(module): \(name)")
        }
    }
}

extension MergeValue {
    subscript(name: String) -> MergeValue? { field(MergeText(name)) }

    var items: [MergeValue]? {
        guard case .list(let items) = self else { return nil }
        return items
    }

    var fields: [MergeField] {
        guard case .object(let fields) = self else { return [] }
        return fields
    }

    var string: String? {
        guard case .text(let text) = self else { return nil }
        return text.string
    }
}
