import Core
import Foundation
import MailSimulator
import Synchronization
import TestKit

/// One run: sets the stage, sends a campaign while the schedule is carried out, waits for its end, and judges.
struct Soak {
    static let workers = 3
    static let producers = 2
    /// How long the simulator withholds its reply to a dot: so workers can be killed past it, and there is time for the
    /// faults before all is sent.
    static let replyDelaySeconds = 0.12
    /// If nothing new is accepted for this long, sending has stopped.
    static let patience = Duration.seconds(60)

    static func run(_ options: SoakOptions) async throws -> Report {
        tell("Starting a PostgreSQL and a RabbitMQ")
        async let starting = PostgresCluster.start()
        let broker = try PrivateBroker()
        try await broker.start()
        let cluster = try await starting
        let result = Mutex<Report?>(nil)
        try await Stage.with(mail(seed: options.seed), on: .init(cluster: cluster, broker: broker)) { stage in
            let report = try await run(options, on: stage, cluster, broker)
            result.withLock { $0 = report }
        }
        broker.kill()
        try await cluster.stop(.immediate)
        return result.withLock { $0 } ?? Report(options: options)
    }

    private static func mail(seed: UInt64) -> MailSimulator.Configuration {
        var mail = MailSimulator.Configuration()
        mail.delay = .milliseconds(2)
        let delay = Int(replyDelaySeconds * 1_000) - 2
        mail.script = Script(rules: [.init(.domain("*"), .init(.delay(.dot, milliseconds: delay)))])
        mail.seed = seed
        return mail
    }

    /// Of a hundred, two are deferred once, one is refused, and one opts out in the course of the run.
    static func address(_ number: Int) -> String {
        switch number % 100 {
        case 25, 75: "defer-once-451-4.7.1+\(number)@example.net"
        case 50: "reject-550-5.1.1+\(number)@example.net"
        default: "user\(number)@example.net"
        }
    }

    private static func run(
        _ options: SoakOptions,
        on stage: Stage,
        _ cluster: PostgresCluster,
        _ broker: PrivateBroker
    ) async throws -> Report {
        let began = ContinuousClock.now
        try await stage.addContacts(options.messages, address: address)
        let campaign = try await stage.startCampaign(policy: options.policy)
        let schedule = Schedule(
            seed: options.seed,
            messages: options.messages,
            kills: options.kills,
            workers: workers,
            producers: producers
        )
        var driver = try await Driver(
            stage: stage,
            cluster: cluster,
            broker: broker,
            campaign: campaign,
            report: Report(options: options),
            crew: Crew(
                on: stage,
                brokerPort: broker.port,
                workers: workers,
                producers: producers,
                keepsLogs: options.keepsLogs
            )
        )
        let watch = Watch(stage: stage, campaign: campaign)
        let optOuts = OptOuts(stage: stage, messages: options.messages)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await watch.run() }
            group.addTask { try await optOuts.run() }
            try await driver.carryOut(schedule)
            try await driver.waitForTheEnd()
            group.cancelAll()
        }
        await driver.crew.stopProxies()
        watch.tell(&driver.report)
        driver.report.optedOut = optOuts.count
        try await driver.judge()
        if driver.report.hasFailed { stage.tellLogs() }
        driver.report.seconds = (ContinuousClock.now - began) / .seconds(1)
        return driver.report
    }
}

/// Samples the totals during the run: at every moment they reconcile (P3, I13).
final class Watch: Sendable {
    /// A run with fewer samples has not been checked.
    static let leastSamples = 100
    private static let interval = Duration.milliseconds(60)
    private static let longestInterval = Duration.milliseconds(200)

    private let stage: Stage
    private let campaign: CampaignID
    private let found = Mutex<(samples: Int, breaches: [Breach])>((0, []))

    init(stage: Stage, campaign: CampaignID) {
        self.stage = stage
        self.campaign = campaign
    }

    /// Samples until cancelled; a sample without a database does not count.
    func run() async throws {
        while !Task.isCancelled {
            let began = ContinuousClock.now
            do {
                let totals = try await stage.readTotals(campaign)
                if totals.state == .running {
                    found.withLock { found in
                        found.samples += 1
                        found.breaches += totals.breaches
                    }
                }
            } catch let error where error.isTransientFailure || error is CancellationError {}
            // A recount of a large campaign takes its time: about a fifth of ours.
            try? await Task.sleep(for: min(max(Self.interval, (ContinuousClock.now - began) * 4), Self.longestInterval))
        }
    }

    func tell(_ report: inout Report) {
        let (samples, breaches) = found.withLock { $0 }
        report.samples = samples
        report.breaches += breaches
        if samples < Self.leastSamples {
            report.troubles.append("the totals were sampled only \(samples) times; the minimum is \(Self.leastSamples)")
        }
    }
}

/// Recipients who opt out while the campaign runs, one in a hundred, evenly; each is reported once committed.
final class OptOuts: Sendable {
    private let stage: Stage
    private let messages: Int
    private let done = Atomic<Int>(0)

    init(stage: Stage, messages: Int) {
        self.stage = stage
        self.messages = messages
    }

    var count: Int { done.load(ordering: .relaxed) }

    func run() async throws {
        // From the end: those of the beginning have got their messages.
        for number in stride(from: messages - messages % 100 + 7, through: 1, by: -100) where number <= messages {
            while stage.simulator.summary.accepted < count * 100, !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(20))
            }
            while !Task.isCancelled {
                do {
                    _ = try await stage.suppress(Soak.address(number))
                    done.add(1, ordering: .relaxed)
                    break
                } catch let error where error.isTransientFailure {
                    try? await Task.sleep(for: .milliseconds(100))
                } catch is CancellationError {
                    return
                }
            }
        }
    }
}
