import CRabbitMQ

extension AMQPError {
    static func outOfMemory(in call: String) -> AMQPError {
        AMQPError(kind: .outOfMemory, call: call, reason: "it returned NULL", remedy: "Give the process more memory")
    }

    /// A frame that a broker must not send here; a new connection resynchronises.
    static func unexpected(_ what: String) -> AMQPError {
        AMQPError(
            kind: .connectionLost,
            call: "amqp_simple_wait_frame_noblock",
            reason: "out of step: \(what)",
            remedy: "Report this with the broker's version; the program reconnects automatically"
        )
    }

    /// A socket that could not be opened.
    static func unreachable(_ broker: BrokerSettings, _ status: Int32) -> AMQPError {
        let reason = "\(text(of: status)) (\(broker.address))"
        let call = "amqp_socket_open"
        return switch status {
        case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED.rawValue:
            AMQPError(
                kind: .untrusted,
                call: call,
                reason: "the broker's certificate is not for \(broker.host) (\(broker.address))",
                remedy: "Use the host name that the certificate has, or issue one for this name"
            )
        case AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue, AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue:
            AMQPError(
                kind: status == AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue ? .untrusted : .unreachable,
                call: call,
                reason: reason,
                remedy: "Check that \(broker.tls?.caFile ?? "") has the issuer of the broker's certificate, "
                    + "and that the broker speaks TLS 1.2 or newer on this port"
            )
        default:
            AMQPError(
                kind: .unreachable,
                call: call,
                reason: reason,
                remedy: "Check that RabbitMQ runs there and that the broker's URL names it"
            )
        }
    }
}
