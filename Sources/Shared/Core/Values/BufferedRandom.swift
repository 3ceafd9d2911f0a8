import Glibc

/// The kernel's random numbers, drawn a few dozen at a time: a call for each number costs more than to render a link.
package struct BufferedRandom: RandomNumberGenerator, Sendable {
    /// 256 bytes, the most that one call of getentropy gives.
    private var words = [UInt64](repeating: 0, count: 32)
    private var left = 0

    package init() {}

    package mutating func next() -> UInt64 {
        if left == 0 { refill() }
        left -= 1
        return words[left]
    }

    private mutating func refill() {
        left = words.count
        let isFilled = words.withUnsafeMutableBytes { getentropy($0.baseAddress, $0.count) == 0 }
        guard !isFilled else { return }
        // A kernel without it; Swift's own generator knows other ways.
        var system = SystemRandomNumberGenerator()
        for index in words.indices { words[index] = system.next() }
    }
}
