import Glibc
import RuntimeSupport
import Synchronization

/// Two threads that run at the same time.
enum Race {
    /// Runs both to their end.
    static func run(_ first: @escaping @Sendable () -> Void, _ second: @escaping @Sendable () -> Void) async {
        let ended = Counter()
        await withCheckedContinuation { continuation in
            for body in [first, second] {
                startThread(name: "race") {
                    body()
                    if ended.next() == 2 { continuation.resume() }
                }
            }
        }
    }

    /// Keeps both at the same slot as far as the machine lets them: who is ahead looks a while for the other, which may have
    /// no processor, and goes on.
    final class Pace: Sendable {
        private let positions = [Counter(), Counter()]

        /// `lateness`: 0 to 31 more looks, so that every order occurs.
        func reach(_ slot: Int, side: Int, lateness: Int) {
            positions[side].set(slot)
            let other = positions[1 - side]
            var looks = 0
            while other.count < slot, looks < 300 { looks += 1 }
            for _ in 0..<lateness & 31 where other.count < 0 { return }
        }
    }

    final class Counter: Sendable {
        private let value = Atomic<Int>(0)

        var count: Int { value.load(ordering: .acquiring) }

        func set(_ count: Int) { value.store(count, ordering: .releasing) }

        func next() -> Int { value.add(1, ordering: .acquiringAndReleasing).newValue }
    }

    /// What one side has won, by slot.
    final class Wins: Sendable {
        private let slots: Mutex<[Bool]>

        init(_ count: Int) { slots = Mutex(Array(repeating: false, count: count)) }

        /// The lock is its side's until the race is over.
        func play(_ body: (inout [Bool]) -> Void) { slots.withLock { body(&$0) } }

        var all: [Bool] { slots.withLock { $0 } }
    }
}
