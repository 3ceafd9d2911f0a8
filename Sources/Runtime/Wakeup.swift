import CLinux
import Glibc

/// Wakes a thread that polls a descriptor, from any thread.
package final class Wakeup: Sendable {
    /// Readable from ``signal()`` to ``clear()``.
    package let descriptor: Int32

    /// `nil` if file descriptors have run out; see errno.
    package init?() {
        let descriptor = veredus_eventfd()
        guard descriptor >= 0 else { return nil }
        self.descriptor = descriptor
    }

    deinit { Glibc.close(descriptor) }

    package func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    package func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }
}
