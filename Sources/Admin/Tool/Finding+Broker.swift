import Broker

extension Finding {
    /// The version of RabbitMQ, and the queues that drop a message after too many deliveries.
    static func deliveryLimit(_ status: ConnectionStatus, isQuorum: Bool) -> [Finding] {
        guard let version = status.brokerVersion else { return [] }
        let words = DeliveryLimit.words(version: version, isQuorum: isQuorum)
        return [.ok("broker", "RabbitMQ \(version): \(words)")]
            + status.limitedQueues.sorted().map { .note("broker", DeliveryLimit.warning($0, version: version)) }
    }
}
