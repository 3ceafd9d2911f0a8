import Templates

/// A page: a Mustache template from Assets/, filled with values that it escapes.
struct Page: Sendable {
    private let template: MustacheTemplate

    /// - Parameters:
    ///   - source: The template's text, embedded; it names assets as `"/assets/veredus.css"`.
    ///   - name: Its name in errors.
    ///   - partials: The templates for `{{>name}}`.
    /// - Throws: ``TemplateError``, which names the line.
    init(_ source: [UInt8], name: String, partials: [String: [UInt8]] = [:]) throws(TemplateError) {
        template = try MustacheTemplate(
            AssetFiles.stamped(String(decoding: source, as: UTF8.self)),
            name: name,
            partials: partials.mapValues { AssetFiles.stamped(String(decoding: $0, as: UTF8.self)) },
            escaping: .html
        )
    }

    /// A page of this program's own, whose template a test has rendered.
    static func embedded(_ source: [UInt8], name: String) -> Page {
        do {
            return try Page(source, name: name)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// The page with its values: UTF-8. Every field of the template must have a value.
    func render(_ fields: MergeValue) throws(RenderError) -> [UInt8] {
        try template.render(fields, limitBytes: 4 << 20)
    }
}
