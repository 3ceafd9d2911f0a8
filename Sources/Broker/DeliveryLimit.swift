/// How often a quorum queue delivers a message before it drops it.
///
/// RabbitMQ 3 has no limit unless one is set. RabbitMQ 4 has 20: it drops a message after 20 consumers have crashed with
/// it. Queues are declared with `x-delivery-limit` -1 there, which means none. Older brokers must not get it: they treat
/// a negative limit as 0. A queue keeps its arguments, so one that an older broker or an older Veredus created is
/// declared without it and keeps the limit.
package enum DeliveryLimit {
    /// The default of RabbitMQ 4.
    package static let brokersOwn = 20

    /// Whether a new quorum queue needs the argument on a broker of this version.
    static func mustBeLifted(version: String, from first: Int) -> Bool {
        guard let major = version.split(separator: ".").first.flatMap({ Int($0) }) else { return false }
        return major >= first
    }

    /// What `doctor` reports about the limit of new queues.
    package static func words(version: String, isQuorum: Bool) -> String {
        guard isQuorum else { return "classic queues have no delivery limit" }
        return mustBeLifted(version: version, from: 4)
            ? "its delivery limit of \(brokersOwn) is lifted for the queues that Veredus creates"
            : "it has no delivery limit by default"
    }

    /// What to do about a queue without the argument.
    package static func warning(_ queue: String, version: String) -> String {
        "queue \(queue) was created without x-delivery-limit: RabbitMQ \(version) drops a message that came back "
            + "\(brokersOwn) times, unless a policy says otherwise. Set one: \(policy)"
    }

    /// A policy applies to existing queues at once and removes nothing.
    package static let policy =
        "rabbitmqctl set_policy --vhost VHOST --apply-to queues veredus-delivery-limit '.*' "
        + "'{\"delivery-limit\": 1000000}'"
}

extension ConnectionHandle {
    /// Whether quorum queues are declared with `x-delivery-limit` here.
    borrowing func liftsDeliveryLimit() -> Bool {
        broker.queueType == .quorum
            && DeliveryLimit.mustBeLifted(version: serverVersion, from: broker.limitsDeliveriesFrom)
    }
}
