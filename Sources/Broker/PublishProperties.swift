import CRabbitMQ

/// What is said about each message beside its body.
enum PublishProperties {
    /// About what one message costs on the wire beside its body.
    static let overheadBytes = 120

    /// Those of a job: persistent, and named so that the broker's tools show what it is.
    ///
    /// The correlation id bears the publish's number, because a `mandatory` return does not.
    static var ofJobs: amqp_basic_properties_t {
        var properties = amqp_basic_properties_t()
        properties._flags = amqp_flags_t(
            AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CORRELATION_ID_FLAG
                | AMQP_BASIC_TYPE_FLAG | AMQP_BASIC_APP_ID_FLAG
        )
        properties.content_type = amqp_bytes_t("text/plain")
        properties.delivery_mode = 2  // persistent: a transient message is lost although confirmed
        properties.type = amqp_bytes_t("veredus.job")
        properties.app_id = amqp_bytes_t("veredus")
        return properties
    }
}

/// A number as text in a buffer of its own, without an allocation for each.
final class DecimalText {
    private static let capacity = 20
    private let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)

    deinit { buffer.deallocate() }

    /// The number in ASCII decimal; valid until the next call.
    func write(_ number: UInt64) -> amqp_bytes_t {
        var rest = number
        var start = Self.capacity
        repeat {
            start -= 1
            buffer[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        return amqp_bytes_t(len: Self.capacity - start, bytes: buffer + start)
    }
}
