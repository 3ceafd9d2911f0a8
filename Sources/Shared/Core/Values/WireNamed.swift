/// Cases that leave the program: JSON, exports, files and the command line use one explicit name in kebab-case for
/// each, which a renaming in the code does not change. `WireNamesTests` lists them all.
package protocol WireNamed: CaseIterable, Sendable {
    var name: String { get }
    /// Names that earlier versions wrote; input may still have them until 1.0.
    static var oldNames: [String: Self] { get }
}

extension WireNamed {
    package static var oldNames: [String: Self] { [:] }

    package static var names: [String] { allCases.map(\.name) }

    /// The case of a name, or of its old name.
    package init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) ?? Self.oldNames[name] else { return nil }
        self = found
    }
}

extension WireNamed where Self: RawRepresentable, RawValue: BinaryInteger {
    /// The name of a stored number; `other-7` for one that a newer program has written.
    package static func name(of number: RawValue) -> String { Self(rawValue: number)?.name ?? "other-\(number)" }
}

extension WireNamed where Self: RawRepresentable, RawValue == String {
    package var name: String { rawValue }
}
