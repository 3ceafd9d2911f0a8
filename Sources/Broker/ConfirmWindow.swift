/// Tracks the unconfirmed messages of one channel.
///
/// A value without IO. The broker numbers publishes on a channel from 1 and confirms them in any order: one by one, or
/// `multiple`, all up to a number. Repeated and unknown confirms are ignored.
struct ConfirmWindow {
    /// The number that the next publish has.
    private(set) var next: UInt64 = 1
    /// How many wait.
    private(set) var outstanding = 0
    /// Below it nothing waits.
    private var base: UInt64 = 1
    private var isWaiting: [Bool]
    private let mask: UInt64

    /// - Parameter capacity: The most publishes from the oldest unconfirmed one on; rounded up to a power of two.
    init(capacity: Int) {
        var size = 1
        while size < capacity { size *= 2 }
        isWaiting = Array(repeating: false, count: size)
        mask = UInt64(size - 1)
    }

    /// Whether one more may be published.
    var hasRoom: Bool { next - base <= mask }

    /// Whether a publish waits for its confirm.
    func isOutstanding(_ tag: UInt64) -> Bool { tag >= base && tag < next && isWaiting[Int(tag & mask)] }

    /// Numbers one more publish; only while there is room.
    mutating func open() -> UInt64 {
        precondition(hasRoom, "publish beyond the window")
        defer { next += 1 }
        isWaiting[Int(next & mask)] = true
        outstanding += 1
        return next
    }

    /// Takes a confirm or a nack.
    ///
    /// - Parameters:
    ///   - tag: The number in the broker's frame; 0 with `multiple` means all.
    ///   - multiple: Whether it speaks for all up to `tag`.
    ///   - each: Called once for every number that waited for this.
    mutating func settle(_ tag: UInt64, multiple: Bool, each: (UInt64) -> Void) {
        let last = multiple && tag == 0 ? next - 1 : tag
        guard last >= base, last < next else { return }
        for number in (multiple ? base : last)...last where isWaiting[Int(number & mask)] {
            isWaiting[Int(number & mask)] = false
            outstanding -= 1
            each(number)
        }
        while base < next, !isWaiting[Int(base & mask)] { base += 1 }
    }
}
