import Core

/// A letter that waits for a connection.
struct WaitingLetter {
    let letter: Letter
    /// When it comes back `notStarted`.
    let expiry: MonotonicNanoseconds
    /// Whether a connection that was closed unseen has passed it on already.
    var wasPassedOn = false
}

/// First in, first out; those passed on by a dead connection go before all others.
struct LetterQueue {
    private var letters: [WaitingLetter] = []
    private var head = 0

    var count: Int { letters.count - head }
    var isEmpty: Bool { head == letters.count }
    var first: WaitingLetter? { isEmpty ? nil : letters[head] }

    mutating func append(_ letter: WaitingLetter) { letters.append(letter) }

    mutating func putBack(_ letter: WaitingLetter) {
        if head > 0 {
            head -= 1
            letters[head] = letter
        } else {
            letters.insert(letter, at: 0)
        }
    }

    mutating func popFirst() -> WaitingLetter? {
        guard !isEmpty else { return nil }
        let first = letters[head]
        letters[head] = Self.taken  // lets go of its content
        head += 1
        if head == letters.count {
            letters.removeAll(keepingCapacity: letters.capacity <= 4_096)
            head = 0
        } else if head >= 1_024, head * 2 >= letters.count {
            letters.removeFirst(head)
            head = 0
        }
        return first
    }

    private static let taken = WaitingLetter(
        letter: Letter(id: 0, sender: [], recipient: [], content: []),
        expiry: .max
    )
}
