import Core

/// A message that waits for a connection.
struct WaitingMessage {
    let message: OutgoingMessage
    /// When it comes back `notStarted`.
    let expiry: MonotonicNanoseconds
    /// Whether a connection that was closed unseen has passed it on already.
    var wasPassedOn = false
}

/// First in, first out; those passed on by a dead connection go before all others.
struct WaitingMessages {
    private var messages: [WaitingMessage] = []
    private var head = 0

    var count: Int { messages.count - head }
    var isEmpty: Bool { head == messages.count }
    var first: WaitingMessage? { isEmpty ? nil : messages[head] }

    mutating func append(_ message: WaitingMessage) { messages.append(message) }

    mutating func putBack(_ message: WaitingMessage) {
        if head > 0 {
            head -= 1
            messages[head] = message
        } else {
            messages.insert(message, at: 0)
        }
    }

    mutating func popFirst() -> WaitingMessage? {
        guard !isEmpty else { return nil }
        let first = messages[head]
        messages[head] = Self.taken  // lets go of its content
        head += 1
        if head == messages.count {
            messages.removeAll(keepingCapacity: messages.capacity <= 4_096)
            head = 0
        } else if head >= 1_024, head * 2 >= messages.count {
            messages.removeFirst(head)
            head = 0
        }
        return first
    }

    private static let taken = WaitingMessage(
        message: OutgoingMessage(id: 0, sender: [], recipient: [], content: []),
        expiry: .max
    )
}
