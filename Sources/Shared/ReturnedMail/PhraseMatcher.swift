import Core

/// Finds many phrases in a text.
///
/// The phrases form a tree by their beginnings, in which bytes that leave no choice are one node (a radix tree). It is
/// walked from each place where a phrase may begin, as far as some phrase agrees with the text; so the time is linear in
/// the text, times the longest phrase at worst. It is smaller than an automaton with fallbacks (Aho and Corasick, 1975),
/// and thousands of phrases are ready in milliseconds.
struct PhraseMatcher: Sendable {
    private struct Node: Sendable {
        /// The bytes behind the first one, which all phrases of this node share, in ``pool``.
        var start: Int32
        var count: Int32
        /// The next nodes, side by side in the order of their first bytes.
        var firstChild: Int32
        var childCount: Int32
        /// The phrase that ends here, or -1.
        var phrase: Int32 = -1
        /// Where a node with many children has a row in ``rows``, or -1.
        var row: Int32 = -1
    }

    /// The number of children from which a row is faster than a search.
    private static let manyChildren = 8

    /// All phrases, one behind the other.
    private var pool: [UInt8] = []
    /// The first one is the root, which has no bytes.
    private var nodes: [Node] = []
    /// The first byte of each node.
    private var firstBytes: [UInt8] = []
    /// For each byte the child that begins with it, or 0; the root's row is the first.
    private var rows: [Int32] = []
    /// Phrases that are equal, chained.
    private var sameAs: [Int32]
    /// A bit for each beginning of three bytes, by a hash of them: most words of a text begin like no phrase.
    private var beginnings = [UInt64](repeating: 0, count: 1_024)

    init(_ phrases: [[UInt8]]) {
        sameAs = [Int32](repeating: -1, count: phrases.count)
        pool.reserveCapacity(phrases.reduce(0) { $0 + $1.count })
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(phrases.count)
        for phrase in phrases {
            ranges.append(pool.count..<pool.count + phrase.count)
            addBeginning(phrase)
            pool += phrase
        }
        build(Self.sorted(ranges, pool))
        addRows()
    }

    private mutating func addBeginning(_ phrase: [UInt8]) {
        guard let first = phrase.first else { return }
        for second in phrase.count > 1 ? phrase[1]...phrase[1] : 0...255 {
            for third in phrase.count > 2 ? phrase[2]...phrase[2] : 0...255 {
                let bit = Self.bit(first, second, third)
                beginnings[bit >> 6] |= 1 << UInt64(bit & 63)
            }
        }
    }

    private static func bit(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        let key = UInt32(first) << 16 | UInt32(second) << 8 | UInt32(third)
        return Int((key &* 0x9E37_79B1) >> 16)
    }

    /// In the order of their bytes, and equal ones as they came.
    private static func sorted(_ ranges: [Range<Int>], _ pool: [UInt8]) -> [(number: Int32, range: Range<Int>)] {
        // Most differ in the first eight bytes, which are compared as one number.
        var keys: [(head: UInt64, number: Int32)] = []
        keys.reserveCapacity(ranges.count)
        for (number, range) in ranges.enumerated() {
            var head: UInt64 = 0
            for offset in 0..<8 {
                let byte = offset < range.count ? pool[range.lowerBound + offset] : 0
                head = head << 8 | UInt64(byte)
            }
            keys.append((head, Int32(number)))
        }
        pool.withUnsafeBufferPointer { pool in
            keys.sort { first, second in
                if first.head != second.head { return first.head < second.head }
                let (one, other) = (ranges[Int(first.number)], ranges[Int(second.number)])
                var offset = 0
                while offset < min(one.count, other.count) {
                    let (byte, otherByte) = (pool[one.lowerBound + offset], pool[other.lowerBound + offset])
                    if byte != otherByte { return byte < otherByte }
                    offset += 1
                }
                return one.count == other.count ? first.number < second.number : one.count < other.count
            }
        }
        return keys.map { ($0.number, ranges[Int($0.number)]) }
    }

    /// Breadth first, so that the children of a node stand side by side.
    private mutating func build(_ order: [(number: Int32, range: Range<Int>)]) {
        // The phrases of each node, and how many of their bytes stand before its second one.
        var groups: [(members: Range<Int>, depth: Int)] = [(0..<order.count, 0)]
        groups.reserveCapacity(order.count * 2)
        nodes.reserveCapacity(order.count * 2)
        firstBytes.reserveCapacity(order.count * 2)
        firstBytes.append(0)
        while nodes.count < groups.count {
            let (members, start) = groups[nodes.count]
            var depth = start
            var label = 0
            if !nodes.isEmpty {
                // They are sorted: what the first and the last share, all do.
                let (first, last) = (order[members.lowerBound].range, order[members.upperBound - 1].range)
                let limit = min(first.count, last.count)
                while depth < limit, pool[first.lowerBound + depth] == pool[last.lowerBound + depth] { depth += 1 }
                label = first.lowerBound + start
            }
            var node = Node(
                start: Int32(label),
                count: Int32(depth - start),
                firstChild: Int32(groups.count),
                childCount: 0
            )
            var index = members.lowerBound
            // Those that end here stand first.
            while index < members.upperBound, order[index].range.count == depth {
                sameAs[Int(order[index].number)] = node.phrase
                node.phrase = order[index].number
                index += 1
            }
            while index < members.upperBound {
                let byte = pool[order[index].range.lowerBound + depth]
                let first = index
                while index < members.upperBound, pool[order[index].range.lowerBound + depth] == byte { index += 1 }
                groups.append((first..<index, depth + 1))
                firstBytes.append(byte)
            }
            node.childCount = Int32(groups.count) - node.firstChild
            nodes.append(node)
        }
    }

    private mutating func addRows() {
        for index in nodes.indices where index == 0 || nodes[index].childCount >= Self.manyChildren {
            nodes[index].row = Int32(rows.count)
            rows.append(contentsOf: repeatElement(0, count: 256))
            let first = Int(nodes[index].firstChild)
            for child in first..<first + Int(nodes[index].childCount) {
                rows[Int(nodes[index].row) + Int(firstBytes[child])] = Int32(child)
            }
        }
    }

    /// Calls back with each phrase that occurs and the place behind its end, in the order of their beginnings; of those
    /// that begin together the shortest comes first.
    ///
    /// A phrase that begins with a letter or digit inside a word is passed over: it would be no whole word.
    func forEachMatch(in text: [UInt8], _ body: (_ phrase: Int, _ end: Int) -> Void) {
        let (text, nodes, firstBytes, rows, pool) = (text.span, nodes.span, firstBytes.span, rows.span, pool.span)
        let beginnings = beginnings.span
        var isInWord = false
        for start in text.indices {
            let byte = text[start]
            let isOfWord = ASCII.isAlphanumeric(byte)
            defer { isInWord = isOfWord }
            if isInWord, isOfWord { continue }
            let second = start + 1 < text.count ? text[start + 1] : 0
            let third = start + 2 < text.count ? text[start + 2] : 0
            let bit = Self.bit(byte, second, third)
            guard beginnings[bit >> 6] >> UInt64(bit & 63) & 1 == 1 else { continue }
            var child = Int(rows[Int(byte)])
            var index = start + 1
            walk: while child > 0 {
                let node = nodes[child]
                let count = Int(node.count)
                guard count <= text.count - index else { break }
                for offset in 0..<count where pool[Int(node.start) + offset] != text[index + offset] { break walk }
                index += count
                var phrase = Int(node.phrase)
                while phrase >= 0 {
                    body(phrase, index)
                    phrase = Int(sameAs[phrase])
                }
                guard index < text.count else { break }
                let next = text[index]
                index += 1
                if node.row >= 0 {
                    child = Int(rows[Int(node.row) + Int(next)])
                } else {
                    let first = Int(node.firstChild)
                    let children = first..<first + Int(node.childCount)
                    child = children.first { firstBytes[$0] == next } ?? 0
                }
            }
        }
    }
}
