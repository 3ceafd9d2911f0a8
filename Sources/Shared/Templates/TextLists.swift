/// The lists that are open in a text made from HTML: what stands before an item, and how far its lines are indented.
struct TextLists {
    private struct OpenList {
        let isNumbered: Bool
        var next: Int
        /// The width of its items' mark while one of them is open.
        var itemIndent = 0
    }

    /// Deeper ones are not indented further: a line has room for its text, and hostile lists cost no more than others.
    private static let mostIndent = 24

    private var lists: [OpenList] = []
    private var indent = 0
    /// For each `<ol>` in order whether its items have numbers.
    private let numbered: [Bool]
    private var opened = 0

    init(in source: FlatTemplate) { numbered = Self.numbered(in: source) }

    /// Before text of the innermost open item.
    var indentCount: Int { min(indent, Self.mostIndent) }
    var isInItem: Bool { indent > 0 }
    /// Whether the innermost list has no item yet.
    var isFresh: Bool { lists.last?.itemIndent == 0 }

    mutating func open(isNumbered: Bool, start: Int?) {
        var hasNumbers = false
        if isNumbered {
            hasNumbers = opened < numbered.count && numbered[opened]
            opened += 1
        }
        lists.append(OpenList(isNumbered: hasNumbers, next: start ?? 1))
    }

    mutating func close() {
        if let list = lists.popLast() { indent -= list.itemIndent }
    }

    /// What stands before the next item; ends the one before.
    mutating func mark(_ value: Int?) -> String {
        guard var list = lists.popLast() else { return "- " }
        indent -= list.itemIndent
        if let value { list.next = value }
        let mark = list.isNumbered ? "\(list.next). " : "- "
        list.next += 1
        list.itemIndent = mark.utf8.count
        lists.append(list)
        return mark
    }

    /// Indents what follows a mark.
    mutating func enterItem() { indent += lists.last?.itemIndent ?? 0 }

    /// A list has numbers unless a section within it decides how many items there are: these have bullets.
    private static func numbered(in source: FlatTemplate) -> [Bool] {
        var result: [Bool] = []
        var open: [(number: Int?, depth: Int)] = []
        var depth = 0
        var tokens = source.tokens.makeIterator()
        var scanner = HTMLScanner(source.bytes)
        while let event = scanner.next() {
            switch event {
            case .startTag("ol", _, _):
                open.append((result.count, depth))
                result.append(true)
            case .startTag("ul", _, _): open.append((nil, depth))
            case .startTag("li", _, _):
                if let list = open.last, let number = list.number, list.depth != depth { result[number] = false }
            case .endTag("ol", _), .endTag("ul", _): open.removeLast(min(1, open.count))
            default: break
            }
            for index in event.range where source.bytes[index] == 0 {
                switch tokens.next() {
                case .open: depth += 1
                case .close: depth -= 1
                default: break
                }
            }
        }
        return result
    }
}
