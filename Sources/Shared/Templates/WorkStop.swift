/// Lets a caller stop work on a message that is no longer needed, or takes too long; checked between steps.
package struct WorkStop: Sendable {
    /// For work that runs to its end.
    package static let never = WorkStop { false }

    private let isAsked: @Sendable () -> Bool

    /// - Parameter isAsked: Called often, on the thread that works.
    package init(_ isAsked: @escaping @Sendable () -> Bool) { self.isAsked = isAsked }

    package var isDue: Bool { isAsked() }

    /// - Throws: ``TemplateError`` that names `source` when the work is to stop.
    package func check(_ source: String) throws(TemplateError) {
        guard isAsked() else { return }
        throw TemplateError(source: source, problem: "it takes too long to compile", remedy: "shorten the template")
    }
}
