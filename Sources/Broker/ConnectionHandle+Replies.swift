import CRabbitMQ

extension ConnectionHandle {
    /// Throws what the answer to a synchronous call says.
    borrowing func check(_ reply: amqp_rpc_reply_t, of call: String) throws(AMQPError) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL:
            return
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            throw closed(by: reply.reply, during: call)
        case AMQP_RESPONSE_LIBRARY_EXCEPTION where reply.library_error == AMQP_STATUS_TIMEOUT.rawValue:
            throw .noAnswer(to: "\(call) (\(broker.address))", within: broker.connectLimit)
        default:
            throw .library(call, reply.library_error, at: broker)
        }
    }

    /// The error that a `connection.close` or a `channel.close` means.
    borrowing func closed(by method: amqp_method_t, during call: String) -> AMQPError {
        if method.id == AMQP_CONNECTION_CLOSE_METHOD, let decoded = method.decoded {
            let close = decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
            return .closedByBroker(close.reply_code, String(close.reply_text), during: call, declaring: false)
        }
        if method.id == AMQP_CHANNEL_CLOSE_METHOD, let decoded = method.decoded {
            let close = decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
            return .closedByBroker(
                close.reply_code,
                String(close.reply_text),
                during: call,
                declaring: close.class_id == Self.queueClass && close.method_id == Self.declareMethod
            )
        }
        return AMQPError(
            kind: .refusedByBroker,
            call: call,
            reason: "the broker answered with method \(method.id)",
            remedy: "Report this with the broker's version"
        )
    }

    /// AMQP 0-9-1's numbers of queue.declare, as a channel.close names the method that it is about.
    private static var queueClass: UInt16 { 50 }
    private static var declareMethod: UInt16 { 10 }
}

extension String {
    /// Copies the library's bytes; what is not UTF-8 is replaced.
    init(_ bytes: amqp_bytes_t) {
        self = String(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }
}

extension amqp_bytes_t {
    /// Borrows a literal, which lives for ever.
    init(_ literal: StaticString) {
        self.init(len: literal.utf8CodeUnitCount, bytes: UnsafeMutableRawPointer(mutating: literal.utf8Start))
    }

    /// Borrows bytes for as long as `buffer` is valid; the library only reads them.
    init(_ buffer: UnsafeRawBufferPointer) {
        self.init(len: buffer.count, bytes: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
    }
}

extension [UInt8] {
    /// Lends the bytes to a call that only reads them.
    @inline(__always)
    func withAMQPBytes<Result>(_ body: (amqp_bytes_t) -> Result) -> Result {
        withUnsafeBytes { body(amqp_bytes_t($0)) }
    }
}
