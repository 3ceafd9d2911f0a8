import CRabbitMQ
import Core

/// Why a broker operation failed, and what to do about it.
///
/// Never holds a password or a message's body.
package struct AMQPError: TransientFailure, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// A setting that cannot work, found before anything was sent.
        case badSetting
        /// No connection could be made.
        case unreachable
        /// There was a connection, or there is none at the moment.
        case connectionLost
        /// The broker blocks publishers: memory or disk alarm.
        case blocked
        /// The broker does not answer in time although the connection is alive.
        case noAnswer
        /// User, password, virtual host or a permission is refused.
        case accessRefused
        /// The queue exists with other properties.
        case topologyMismatch
        /// The queue does not exist.
        case missingQueue
        /// The certificate, its name or its issuer does not verify.
        case untrusted
        /// The broker refused for another reason.
        case refusedByBroker
        case outOfMemory
        /// This side was closed.
        case closed
    }

    package let kind: Kind
    /// librabbitmq's own name of the call, or AMQP's of the method, so that it can be looked up.
    package let call: String
    package let reason: String
    /// In the imperative.
    package let remedy: String

    /// Whether a retry may succeed without any change.
    package var isTransient: Bool {
        switch kind {
        case .unreachable, .connectionLost, .blocked, .noAnswer, .missingQueue: true
        case .badSetting, .accessRefused, .topologyMismatch, .untrusted, .refusedByBroker, .outOfMemory, .closed: false
        }
    }

    package var description: String {
        // A broker's words, or an earlier error's, end with a full stop of their own.
        "\(call): \(reason.hasSuffix(".") ? String(reason.dropLast()) : reason). \(remedy)."
    }
}

extension AMQPError {
    /// A failure that the library reports as a negative status.
    static func library(_ call: String, _ status: Int32, at broker: BrokerSettings) -> AMQPError {
        let text = "\(text(of: status)) (\(broker.address))"
        return switch status {
        case AMQP_STATUS_NO_MEMORY.rawValue:
            AMQPError(kind: .outOfMemory, call: call, reason: text, remedy: "Give the process more memory")
        case AMQP_STATUS_HEARTBEAT_TIMEOUT.rawValue:
            AMQPError(
                kind: .connectionLost,
                call: call,
                reason: "no heartbeat for \(2 * broker.heartbeatSeconds) s (\(broker.address))",
                remedy: "Check the broker's load and the network; the program reconnects automatically"
            )
        case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED.rawValue:
            AMQPError(
                kind: .unreachable,
                call: call,
                reason: text,
                remedy: "Check the host name in the broker's URL and the resolver"
            )
        default:
            AMQPError(
                kind: .connectionLost,
                call: call,
                reason: text,
                remedy: "Check the broker's log; the program reconnects automatically"
            )
        }
    }

    /// The library's words for a status.
    static func text(of status: Int32) -> String {
        // amqp.h, amqp_error_string2: a constant string that must not be freed.
        guard let words = amqp_error_string2(status) else { return "status \(status)" }
        return String(cString: words)
    }

    /// A `connection.close` or `channel.close` from the broker.
    static func closedByBroker(_ code: UInt16, _ text: String, during method: String, declaring: Bool) -> AMQPError {
        let reason = "the broker says \(code) \(text)"
        return switch Int32(code) {
        case AMQP_ACCESS_REFUSED, AMQP_NOT_ALLOWED:
            AMQPError(
                kind: .accessRefused,
                call: method,
                reason: reason,
                remedy: "Check user, password and virtual host in the broker's URL, and the user's permissions"
            )
        case AMQP_PRECONDITION_FAILED where declaring:
            AMQPError(
                kind: .topologyMismatch,
                call: method,
                reason: reason,
                remedy: "Set VEREDUS_QUEUE_TYPE to the type the queue has, the same one for every program "
                    + "(rabbitmqctl list_queues name type shows it). Delete no queue for this: witness.* is the memory of "
                    + "the restore guard, events holds opens and clicks that are not counted yet"
            )
        case AMQP_NOT_FOUND:
            AMQPError(kind: .missingQueue, call: method, reason: reason, remedy: "Declare the queue again")
        case AMQP_NOT_IMPLEMENTED, AMQP_COMMAND_INVALID, AMQP_SYNTAX_ERROR, AMQP_FRAME_ERROR:
            AMQPError(
                kind: .refusedByBroker,
                call: method,
                reason: reason,
                remedy: "Use a RabbitMQ from 3.10 on; report this if it is one"
            )
        default:
            AMQPError(
                kind: .connectionLost,
                call: method,
                reason: reason,
                remedy: "Check the broker's log; the program reconnects automatically"
            )
        }
    }

    static func blocked(_ reason: String) -> AMQPError {
        AMQPError(
            kind: .blocked,
            call: "connection.blocked",
            reason: "the broker takes no messages: \(reason)",
            remedy: "Free memory or disk on the broker; publishing then continues automatically"
        )
    }

    static func noAnswer(to call: String, within limit: Duration) -> AMQPError {
        AMQPError(
            kind: .noAnswer,
            call: call,
            reason: "no answer within \(limit)",
            remedy: "Check the broker's load, and whether the queue's majority of nodes is up"
        )
    }

    static let closed = AMQPError(
        kind: .closed,
        call: "close",
        reason: "this side was closed",
        remedy: "Open a new one"
    )
}
