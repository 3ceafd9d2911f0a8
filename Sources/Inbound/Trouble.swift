/// Finds the changes of a server's trouble, so that each is logged once.
struct Trouble {
    private var last: String?

    /// Whether the trouble is new or has another cause.
    mutating func isNews(_ words: String) -> Bool {
        defer { last = words }
        return last != words
    }

    /// Whether there was trouble before.
    mutating func isOver() -> Bool {
        defer { last = nil }
        return last != nil
    }
}
