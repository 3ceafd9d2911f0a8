import Core
import TestKit

/// The result of a run; its last line of output.
struct Report: Sendable {
    let options: SoakOptions
    var extra = 0
    var lost = 0
    var uncertain = 0
    /// I4: extra copies that the faults explain, by how many messages were past the dot.
    var extraBound = 0
    /// I6: messages in flight at struck workers.
    var uncertainBound = 0
    var samples = 0
    var seconds = 0.0
    /// Faults by kind.
    var kills: [String: Int] = [:]
    /// Kills of workers by where messages of theirs were; one kill can count in several.
    var spots: [Schedule.Spot: Int] = [:]
    /// Workers that lost their lease without a fault.
    var leasesLost = 0
    var optedOut = 0
    var breaches: [Breach] = []
    /// Deviations from the schedule; a run with any has failed, too.
    var troubles: [String] = []

    /// Faults that a run of some length must have caused, or it has shown less than it claims.
    var blindSpots: [String] {
        guard options.kills >= 20 else { return [] }
        var found = Schedule.Spot.allCases.filter { spots[$0, default: 0] == 0 }.map { "no kill hit \($0.rawValue)" }
        if optedOut == 0 { found.append("nobody opted out") }
        // A database crash may cost each worker its short lease; without one no lease is lost.
        let excusable = kills["database", default: 0] * Soak.workers
        if leasesLost > excusable {
            found.append("\(leasesLost) leases were lost without a fault; the maximum is \(excusable)")
        }
        return found
    }

    var hasFailed: Bool { !breaches.isEmpty || !troubles.isEmpty }
    var isBalanced: Bool { !breaches.contains { [.audience, .counters, .atRest].contains($0.invariant) } }

    var json: String {
        let bound = options.policy == .atMostOnce ? uncertainBound : extraBound
        let kills = kills.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
        let workers = Schedule.Spot.allCases.map { "\"\($0.rawValue)\":\(self.spots[$0] ?? 0)" }.joined(separator: ",")
        return """
            {"extra":\(extra),"lost":\(lost),"uncertain":\(uncertain),"bound":\(bound),"balanced":\(isBalanced),\
            "violations":\(breaches.count + troubles.count),"policy":"\(options.policyName)","seed":\(options.seed),\
            "messages":\(options.messages),"extraBound":\(extraBound),"uncertainBound":\(uncertainBound),\
            "kills":{\(kills)},"workerKills":{\(workers)},"leasesLost":\(leasesLost),"optedOut":\(optedOut),"samples":\(samples),\
            "seconds":\(Int(seconds.rounded()))}
            """
    }
}
