import CRabbitMQ
import Glibc

extension ConnectionHandle {
    /// Opens a TLS socket that verifies the peer, its name, and speaks TLS 1.2 or newer.
    mutating func openTLSSocket(_ tls: BrokerSettings.TLS, _ limit: inout timeval) throws(AMQPError) {
        guard let socket = amqp_ssl_socket_new(raw) else { throw .outOfMemory(in: "amqp_ssl_socket_new") }
        amqp_ssl_socket_set_verify_peer(socket, 1)
        amqp_ssl_socket_set_verify_hostname(socket, 1)
        guard amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) == AMQP_STATUS_OK.rawValue else {
            throw AMQPError(
                kind: .badSetting,
                call: "amqp_ssl_socket_set_ssl_versions",
                reason: "this librabbitmq cannot require TLS 1.2",
                remedy: "Install librabbitmq 0.11 or newer, built with OpenSSL"
            )
        }
        guard amqp_ssl_socket_set_cacert(socket, tls.caFile) == AMQP_STATUS_OK.rawValue else {
            throw AMQPError(
                kind: .badSetting,
                call: "amqp_ssl_socket_set_cacert",
                reason: "\(tls.caFile) cannot be read as certificates in PEM",
                remedy: "Check the path, its permissions and its content"
            )
        }
        let status = amqp_socket_open_noblock(socket, broker.host, Int32(broker.port), &limit)
        guard status == AMQP_STATUS_OK.rawValue else { throw .unreachable(broker, status) }
    }
}
