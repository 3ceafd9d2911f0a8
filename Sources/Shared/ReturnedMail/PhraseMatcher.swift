import Core

/// Finds many phrases in one pass over a text (Aho and Corasick, 1975): the time is linear in text and findings.
///
/// States next to the root have a full row of transitions, since most of a text is spent there; the others, which have one
/// way on as a rule, have a short list, and a fallback where no way fits. A full table would take 256 times as much.
struct PhraseMatcher: Sendable {
    /// The rows of the first ``rowCount`` states: the next state for each byte, fallbacks included.
    private var rows: [Int32] = []
    private var rowCount = 0
    /// The ways on from a state: `starts[state]..<starts[state + 1]` in the two lists.
    private var starts: [Int32] = []
    private var bytes: [UInt8] = []
    private var targets: [Int32] = []
    /// The state of the longest proper ending that some phrase begins with.
    private var fallback: [Int32] = []
    /// The phrase that ends in a state, or -1; and the next shorter state where one ends.
    private var phraseAt: [Int32] = []
    private var shorter: [Int32] = []
    /// Phrases that are equal, chained.
    private var sameAs: [Int32]

    init(_ phrases: [[UInt8]]) {
        sameAs = [Int32](repeating: -1, count: phrases.count)
        build(phrases)
        link()
    }

    /// Breadth first: the phrases in order, cut at each length in turn, so that a state's ways on stand together.
    private mutating func build(_ phrases: [[UInt8]]) {
        let order = phrases.indices.sorted { phrases[$0].lexicographicallyPrecedes(phrases[$1]) }
        var groups: [Range<Int>] = [0..<order.count]
        var depth = 0
        phraseAt = [-1]
        while !groups.isEmpty {
            var next: [Range<Int>] = []
            if depth == 1 { rowCount = phraseAt.count }
            for group in groups {
                starts.append(Int32(bytes.count))
                var index = group.lowerBound
                // Those that end here stand first.
                while index < group.upperBound, phrases[order[index]].count == depth { index += 1 }
                while index < group.upperBound {
                    let byte = phrases[order[index]][depth]
                    let first = index
                    while index < group.upperBound, phrases[order[index]][depth] == byte { index += 1 }
                    bytes.append(byte)
                    targets.append(Int32(phraseAt.count))
                    phraseAt.append(-1)
                    next.append(first..<index)
                }
            }
            for (offset, group) in next.enumerated() {
                let state = phraseAt.count - next.count + offset
                for index in group {
                    guard phrases[order[index]].count == depth + 1 else { break }
                    sameAs[order[index]] = phraseAt[state]
                    phraseAt[state] = Int32(order[index])
                }
            }
            groups = next
            depth += 1
        }
        if depth <= 1 { rowCount = phraseAt.count }
        starts.append(Int32(bytes.count))
    }

    private mutating func link() {
        let count = phraseAt.count
        fallback = [Int32](repeating: 0, count: count)
        shorter = [Int32](repeating: -1, count: count)
        rows = [Int32](repeating: 0, count: rowCount * 256)
        for state in 0..<count {
            let ways = Int(starts[state])..<Int(starts[state + 1])
            if state < rowCount {
                let base = Int(fallback[state]) * 256
                for byte in 0..<256 { rows[state * 256 + byte] = state == 0 ? 0 : rows[base + byte] }
            }
            for way in ways {
                let child = Int(targets[way])
                let onward = state == 0 ? 0 : next(Int(fallback[state]), bytes[way])
                fallback[child] = Int32(onward)
                shorter[child] = phraseAt[onward] >= 0 ? Int32(onward) : shorter[onward]
                if state < rowCount { rows[state * 256 + Int(bytes[way])] = Int32(child) }
            }
        }
    }

    /// Each fallback is shorter than the state by a byte at least, so that they cost no more than the bytes that led there.
    private func next(_ from: Int, _ byte: UInt8) -> Int {
        var state = from
        while state >= rowCount {
            for way in Int(starts[state])..<Int(starts[state + 1]) where bytes[way] == byte {
                return Int(targets[way])
            }
            state = Int(fallback[state])
        }
        return Int(rows[state * 256 + Int(byte)])
    }

    /// Calls back with each phrase that ends somewhere and the place behind its end, in the order of the text.
    ///
    /// A phrase that begins with a letter or digit inside a word is passed over: it would be no whole word.
    func forEachMatch(in text: [UInt8], _ body: (_ phrase: Int, _ end: Int) -> Void) {
        var state = 0
        var isInWord = false
        for index in text.indices {
            let byte = text[index]
            let isOfWord = ASCII.isAlphanumeric(byte)
            // Most of a text: nothing has begun, and nothing can before the next word.
            if state == 0, isInWord, isOfWord { continue }
            isInWord = isOfWord
            state = next(state, byte)
            var ending = phraseAt[state] >= 0 ? state : Int(shorter[state])
            while ending >= 0 {
                var phrase = Int(phraseAt[ending])
                while phrase >= 0 {
                    body(phrase, index + 1)
                    phrase = Int(sameAs[phrase])
                }
                ending = Int(shorter[ending])
            }
        }
    }
}
