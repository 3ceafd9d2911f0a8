import CRabbitMQ
import Core

/// Puts a message together from its frames: basic.deliver, the content's header, the body in pieces.
struct DeliveryReader {
    private var queue = ""
    private var tag: UInt64 = 0
    private var isRedelivered = false
    private var body: [UInt8] = []
    /// Bytes of the body still to come; `nil` until the header is there.
    private var left: UInt64?
    private var isOpen = false

    mutating func begin(queue: String, tag: UInt64, isRedelivered: Bool) {
        self.queue = queue
        self.tag = tag
        self.isRedelivered = isRedelivered
        body = []
        left = nil
        isOpen = true
    }

    mutating func header(_ size: UInt64) {
        guard isOpen else { return }
        left = size
        // Larger ones come in several frames; the broker's word for the size is no reason to take that much memory.
        if size > 131_072 { body.reserveCapacity(1_048_576) }
    }

    mutating func body(_ fragment: amqp_bytes_t) {
        guard isOpen, let left else { return }
        let bytes = UnsafeRawBufferPointer(start: fragment.bytes, count: fragment.len)
        if body.isEmpty { body = Array(bytes) } else { body.append(contentsOf: bytes) }
        self.left = left - min(left, UInt64(fragment.len))
    }

    /// The message, once all of it was there.
    mutating func finished(epoch: UInt32) -> QueueMessage? {
        guard isOpen, left == 0 else { return nil }
        isOpen = false
        defer { body = [] }
        return QueueMessage(
            body: body,
            tag: JobTag(epoch: epoch, tag: tag),
            isRedelivered: isRedelivered,
            queue: queue
        )
    }
}
