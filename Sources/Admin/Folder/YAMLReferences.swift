import Yams

/// Reads YAML without references: a few lines of aliases stand for gigabytes.
enum YAMLReferences {
    /// A reference, or its definition, and its line, from 1.
    struct Found: Error {
        let line: Int
    }

    /// - Returns: The document; `nil` for an empty one. - Throws: ``Found``; errors of the parser.
    static func compose(_ text: String) throws -> Node? {
        // Before the parser expands them: a key can expand to gigabytes.
        if let line = lineOfAlias(in: text) { throw Found(line: line) }
        let parser = try Yams.Parser(yaml: text)
        let root = try parser.singleRoot()
        // Nodes do not retain anchors, the parser does.
        if let line = withExtendedLifetime(parser, { root.flatMap(lineOfAnchor) }) { throw Found(line: line) }
        return root
    }

    /// The line of the first `*name` with an earlier `&name`.
    ///
    /// It also matches inside quotes and comments, where the same name with both signs is very unlikely.
    private static func lineOfAlias(in text: String) -> Int? {
        var names: Set<[UInt8]> = []
        var line = 1
        var before = UInt8(ascii: "\n")
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            defer { before = byte }
            if byte == UInt8(ascii: "\n") { line += 1 }
            guard byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*"), !isOfName(before) else { continue }
            let name = Array(bytes[(index + 1)...].prefix(while: isOfName))
            guard !name.isEmpty else { continue }
            if byte == UInt8(ascii: "&") {
                names.insert(name)
            } else if names.contains(name) {
                return line
            }
        }
        return nil
    }

    /// As in libyaml.
    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func lineOfAnchor(_ node: Node) -> Int? {
        let line = node.mark?.line ?? 1
        switch node {
        case .scalar(let scalar): return scalar.anchor == nil ? nil : line
        case .alias: return line
        case .sequence(let items):
            if items.anchor != nil { return line }
            for item in items { if let found = lineOfAnchor(item) { return found } }
        case .mapping(let mapping):
            if mapping.anchor != nil { return line }
            for (key, value) in mapping {
                if let found = lineOfAnchor(key) ?? lineOfAnchor(value) { return found }
            }
        }
        return nil
    }
}
