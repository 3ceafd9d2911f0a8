/// Tells new trouble with a server from more of the same, so that a log has one line for each change.
struct Trouble {
    private var last: String?

    /// Whether these words were not the last ones.
    mutating func isNews(_ words: String) -> Bool {
        defer { last = words }
        return last != words
    }

    /// Whether there was trouble until now.
    mutating func isOver() -> Bool {
        defer { last = nil }
        return last != nil
    }
}
