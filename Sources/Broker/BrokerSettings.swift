import Core

/// The broker's address, the login, and time limits.
///
/// Printing it shows no password.
package struct BrokerSettings: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// How TLS is verified: always the peer, its name, and TLS 1.2 or newer.
    package struct TLS: Sendable, Equatable {
        /// A PEM file with the trusted issuers.
        package let caFile: String

        /// Debian's bundle of public authorities.
        package static let systemAuthorities = "/etc/ssl/certs/ca-certificates.crt"
    }

    /// The type of declared queues; `x-queue-type`.
    package enum QueueType: String, Sendable, CaseIterable {
        /// Replicated, and safe against the loss of a node: the default.
        case quorum
        case classic
    }

    package let host: String
    package let port: UInt16
    package let user: String
    let password: String
    package let virtualHost: String
    /// Without it nothing is encrypted.
    package let tls: TLS?

    /// The name that the broker's tools show beside the connection.
    package var clientName = "veredus"
    package var queueType = QueueType.quorum
    /// The first major version of RabbitMQ that gives quorum queues a delivery limit by itself; tests set another.
    var limitsDeliveriesFrom = 4
    /// A silent broker is given up after about 2.5 times this; at least 1.
    package var heartbeatSeconds = 10
    /// For name, TCP, TLS and log-in, each.
    package var connectLimit = Duration.seconds(5)
    /// A single write that blocks for longer has its socket shut down.
    package var writeLimit = Duration.seconds(10)
    /// How long a publish or a question waits without any answer.
    package var answerLimit = Duration.seconds(30)
    /// How long a publish waits for a connection, and one under way for its confirms once publishers are blocked.
    package var patience = Duration.seconds(5)
    /// The ceiling of the first wait before a reconnect; it doubles up to `longestPause`.
    package var firstPause = Duration.milliseconds(200)
    package var longestPause = Duration.seconds(15)

    package init(
        host: String,
        port: UInt16,
        user: String,
        password: String,
        virtualHost: String = "/",
        tls: TLS? = nil
    ) throws(AMQPError) {
        for (text, name) in [(host, "host"), (user, "user"), (password, "password"), (virtualHost, "virtual host")] {
            guard !text.isEmpty else { throw .badURL("the \(name) is empty", "Name it") }
            guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                throw .badURL("the \(name) has a control character", "Leave it out")
            }
        }
        guard port > 0 else { throw .badURL("the port is 0", "Use 1 to 65535") }
        guard tls == nil || !Self.isAddress(host) else {
            throw .badURL(
                "TLS needs a host name, not the IP address \(host)",
                "Use the host name in the certificate: librabbitmq does not support IP addresses in certificates"
            )
        }
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.virtualHost = virtualHost
        self.tls = tls
    }

    /// Validates settings changed after the initialiser.
    func validate() throws(AMQPError) {
        let limits = [connectLimit, writeLimit, answerLimit, patience, firstPause, longestPause]
        guard 1...600 ~= heartbeatSeconds, limits.allSatisfy({ $0 >= .milliseconds(1) && $0 <= .seconds(3_600) }) else {
            throw AMQPError(
                kind: .badSetting,
                call: "the broker's settings",
                reason: "the heartbeat is \(heartbeatSeconds) s, or a limit is not between 1 ms and 1 hour",
                remedy: "Use a heartbeat of 1 to 600 s"
            )
        }
        guard !clientName.isEmpty, clientName.utf8.count <= 200, !clientName.utf8.contains(0) else {
            throw AMQPError(
                kind: .badSetting,
                call: "the broker's settings",
                reason: "the client's name is empty, too long or has a NUL",
                remedy: "Use 1 to 200 bytes"
            )
        }
    }

    /// AMQP keeps a queue's name in a short string; the empty one would mean a new queue of any name.
    static func validate(queue: String) throws(AMQPError) {
        guard !(1...255 ~= queue.utf8.count) else { return }
        throw AMQPError(
            kind: .badSetting,
            call: "queue.declare",
            reason: "a queue's name has \(queue.utf8.count) bytes",
            remedy: "Use 1 to 255 bytes"
        )
    }

    /// `host:port`, for errors and logs.
    package var address: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    package var description: String {
        "\(tls == nil ? "amqp" : "amqps")://\(user)@\(address) virtual host \(virtualHost)"
    }

    package var customMirror: Mirror { Mirror(self, children: ["broker": description]) }

    /// Whether a host is an IPv4 or IPv6 address rather than a name.
    private static func isAddress(_ host: String) -> Bool {
        if host.utf8.contains(UInt8(ascii: ":")) { return true }
        let last = host.utf8.split(separator: UInt8(ascii: ".")).last
        return last?.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ?? false
    }
}
