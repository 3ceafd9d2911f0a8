/// How often a quorum queue hands a message out before it drops it.
///
/// RabbitMQ 3 knows no limit unless one is set. From RabbitMQ 4 on it is 20: a message that twenty programs took and did
/// not acknowledge, because they crashed, is gone. Queues are declared with `x-delivery-limit` -1 there, which means
/// none. Older brokers must not see it: they take a negative limit for 0. A queue keeps the arguments that it was made
/// with, so one of an older broker or an older Veredus is declared without it and keeps the limit.
package enum DeliveryLimit {
    /// What RabbitMQ 4 sets where nobody sets anything.
    package static let brokersOwn = 20

    /// Whether a new quorum queue needs the argument on a broker of this version.
    static func mustBeLifted(version: String, from first: Int) -> Bool {
        guard let major = version.split(separator: ".").first.flatMap({ Int($0) }) else { return false }
        return major >= first
    }

    /// What `doctor` says of a broker's limit for new queues.
    package static func words(version: String, isQuorum: Bool) -> String {
        guard isQuorum else { return "classic queues know no delivery limit" }
        return mustBeLifted(version: version, from: 4)
            ? "its delivery limit of \(brokersOwn) is lifted for the queues that Veredus makes"
            : "it sets no delivery limit by itself"
    }

    /// What to do about a queue that was made without the argument.
    package static func warning(_ queue: String, version: String) -> String {
        "queue \(queue) was made without x-delivery-limit: RabbitMQ \(version) drops a message that came back "
            + "\(brokersOwn) times, unless a policy says otherwise. Set one: \(policy)"
    }

    /// A policy counts at once, for queues that exist, and removes nothing.
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
