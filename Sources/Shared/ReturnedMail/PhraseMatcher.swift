/// Finds many phrases in one pass over a text (Aho and Corasick, 1975): the time is linear in text and findings.
struct PhraseMatcher: Sendable {
    /// The column of the table for each byte; 0 for bytes that no phrase has.
    private var columns = [UInt8](repeating: 0, count: 256)
    private var columnCount = 1
    /// State and column to state.
    private var next: [Int32] = []
    /// The phrase that ends in a state, or -1; and the next shorter state where one ends.
    private var phraseAt: [Int32] = []
    private var shorter: [Int32] = []
    /// Phrases that are equal, chained.
    private var sameAs: [Int32]

    init(_ phrases: [[UInt8]]) {
        sameAs = [Int32](repeating: -1, count: phrases.count)
        for byte in Set(phrases.joined()).sorted() {
            columns[Int(byte)] = UInt8(truncatingIfNeeded: columnCount)
            columnCount += 1
        }
        addState()
        for (index, phrase) in phrases.enumerated() { add(phrase, index) }
        link()
    }

    private mutating func addState() {
        next.append(contentsOf: repeatElement(-1, count: columnCount))
        phraseAt.append(-1)
        shorter.append(-1)
    }

    private mutating func add(_ phrase: [UInt8], _ index: Int) {
        var state = 0
        for byte in phrase {
            let cell = state * columnCount + Int(columns[Int(byte)])
            if next[cell] < 0 {
                next[cell] = Int32(phraseAt.count)
                addState()
            }
            state = Int(next[cell])
        }
        sameAs[index] = phraseAt[state]
        phraseAt[state] = Int32(index)
    }

    /// Breadth first: where a state has no way on, it goes on as its longest proper ending does.
    private mutating func link() {
        var fallback = [Int](repeating: 0, count: phraseAt.count)
        var queue: [Int] = [0]
        var head = 0
        while head < queue.count {
            let state = queue[head]
            head += 1
            for column in 0..<columnCount {
                let cell = state * columnCount + column
                let onward = state == 0 ? 0 : Int(next[fallback[state] * columnCount + column])
                let child = Int(next[cell])
                guard child >= 0 else {
                    next[cell] = Int32(onward)
                    continue
                }
                fallback[child] = onward
                shorter[child] = phraseAt[onward] >= 0 ? Int32(onward) : shorter[onward]
                queue.append(child)
            }
        }
    }

    /// Calls back with each phrase that ends somewhere and the place behind its end, in the order of the text.
    func forEachMatch(in text: [UInt8], _ body: (_ phrase: Int, _ end: Int) -> Void) {
        var state = 0
        for (index, byte) in text.enumerated() {
            state = Int(next[state * columnCount + Int(columns[Int(byte)])])
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
