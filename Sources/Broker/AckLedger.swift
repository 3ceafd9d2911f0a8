/// Tracks the unsettled deliveries of one channel, and settles them in few frames.
///
/// A value without IO. It ensures that no delivery is settled twice: RabbitMQ closes the channel with 406 on an unknown
/// tag, also that of a `multiple`.
struct AckLedger {
    /// One basic.ack or basic.nack.
    struct Frame: Equatable {
        let tag: UInt64
        let multiple: Bool
    }

    /// The number of unsettled deliveries.
    private(set) var outstanding = 0
    /// Below it everything is settled.
    private var base: UInt64 = 1
    /// From `base` on, at `head`: whether the delivery is settled.
    private var isSettled: [Bool] = []
    private var head = 0

    private var next: UInt64 { base + UInt64(isSettled.count - head) }

    /// Notes a delivery; the broker numbers them from 1 in steps of 1.
    ///
    /// - Returns: Whether the number is the expected one; if not, it is not noted.
    mutating func deliver(_ tag: UInt64) -> Bool {
        guard tag == next else { return false }
        isSettled.append(false)
        outstanding += 1
        return true
    }

    /// Settles deliveries; unknown and settled ones are left out.
    ///
    /// - Parameters:
    ///   - tags: In any order; sorted in place.
    ///   - frames: What to send, appended: one `multiple` for all that leaves no gap, the others one by one.
    mutating func settle(_ tags: inout [UInt64], into frames: inout [Frame]) {
        if !isSorted(tags) { tags.sort() }
        let end = next
        var contiguous = Frame(tag: 0, multiple: true)
        for tag in tags {
            guard tag >= base, tag < end, !isSettled[slot(of: tag)] else { continue }
            isSettled[slot(of: tag)] = true
            outstanding -= 1
            if tag == base {
                skipSettled()
                contiguous = Frame(tag: tag, multiple: true)
            } else {
                frames.append(Frame(tag: tag, multiple: false))
            }
        }
        guard contiguous.tag > 0 else { return }
        frames.append(contiguous)
    }

    /// Settles everything, in one frame; `nil` when there is nothing.
    mutating func settleAll() -> Frame? {
        guard outstanding > 0 else { return nil }
        // The last tag may be settled already, and a `multiple` must not use such a tag.
        var last = next - 1
        while isSettled[slot(of: last)] { last -= 1 }
        base = next
        isSettled.removeAll(keepingCapacity: true)
        head = 0
        outstanding = 0
        return Frame(tag: last, multiple: true)
    }

    private func slot(of tag: UInt64) -> Int { head + Int(tag - base) }

    private mutating func skipSettled() {
        while head < isSettled.count, isSettled[head] {
            head += 1
            base += 1
        }
        guard head == isSettled.count || head >= 4_096 else { return }
        isSettled.removeSubrange(..<head)
        head = 0
    }

    private func isSorted(_ tags: [UInt64]) -> Bool {
        for index in tags.indices.dropFirst() where tags[index] < tags[index - 1] { return false }
        return true
    }
}
