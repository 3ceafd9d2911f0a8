import TestKit

/// A listener with a port of its own.
enum PortName: String {
    case postgres = "POSTGRES_PORT"
    case amqp = "AMQP_PORT"
    case amqps = "AMQPS_PORT"
    /// RabbitMQ's nodes and tools among themselves.
    case nodes = "DIST_PORT"
    /// RabbitMQ's name service.
    case names = "EPMD_PORT"
    case smtp = "SMTP_PORT"
    case inbound = "INBOUND_PORT"
    case web = "WEB_PORT"
    case hello = "HELLO_PORT"

    fileprivate var offset: Int {
        switch self {
        case .postgres: 0
        case .amqp: 1
        case .amqps: 2
        case .nodes: 3
        case .names: 4
        case .smtp: 5
        case .inbound: 6
        case .web: 7
        case .hello: 8
        }
    }
}

/// Chooses free ports, below the range from which the kernel assigns ports.
///
/// Each project folder has thirty ports of its own to begin with, ten for a set of servers, so that two clones do not
/// meet; where one is busy, thirty further on is tried. `VEREDUS_POSTGRES_PORT` and the like fix one for the demo's set.
struct PortPlan: Sendable {
    private static let first = 20_000
    private static let perProject = 30
    private static let tries = 200

    let set: ServerSet
    let project: Project
    var isBusy: @Sendable (UInt16) -> Bool = { LoopbackPorts.isBusy($0) }
    var say: @Sendable (String) -> Void = { Console.say($0) }

    /// - Returns: A port that is free at the moment.
    /// - Throws: ``Failure`` when the port that was asked for is busy, or all are.
    func choose(_ name: PortName) throws -> UInt16 {
        if let port = try fixed(name) {
            guard !isBusy(port) else {
                let variable = "VEREDUS_\(name.rawValue)"
                throw Failure(
                    "port \(port), which \(variable) asks for, is busy",
                    "Unset \(variable) to use a free one"
                )
            }
            return port
        }
        var port = UInt16(Self.first + project.number * Self.perProject + set.firstPort + name.offset)
        for attempt in 0..<Self.tries {
            if !isBusy(port) {
                if attempt > 0 { say("The usual port for \(name.rawValue) is busy: taking \(port)") }
                return port
            }
            port += UInt16(Self.perProject)
        }
        throw Failure(
            "no free port was found for \(name.rawValue)",
            "See what listens on this machine: cat /proc/net/tcp"
        )
    }

    /// The port that the environment asks for.
    func fixed(_ name: PortName) throws -> UInt16? {
        let variable = "VEREDUS_\(name.rawValue)"
        guard set == .dev else { return nil }
        let options = try Options([variable], [], environment: project.environment)
        guard options.text(variable) != nil else { return nil }
        return UInt16(try options.number(variable, 1...65_535, default: 25_432))
    }
}
