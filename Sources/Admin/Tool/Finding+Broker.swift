import Broker

extension Finding {
    /// Which RabbitMQ it is, and which queues lose a message that is handed out too often.
    static func deliveryLimit(_ status: ConnectionStatus, isQuorum: Bool) -> [Finding] {
        guard let version = status.brokerVersion else { return [] }
        let words = DeliveryLimit.words(version: version, isQuorum: isQuorum)
        return [.ok("broker", "RabbitMQ \(version): \(words)")]
            + status.limitedQueues.sorted().map { .note("broker", DeliveryLimit.warning($0, version: version)) }
    }
}
