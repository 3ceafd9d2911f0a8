import Core
import DatabaseClient
import FlightLog
import Foundation
import Glibc
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct SettledByFlightLogs {
        private static let recipients = 2_000
        private static let connections = 10
        private static let kills = 4

        @Test(arguments: DeliveryPolicy.allCases)
        func `what a killed worker left is settled by its flight log, but for what was past the dot`(
            policy: DeliveryPolicy
        ) async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(5)
            try await Stage.with(mail) { stage in
                let logs = try FlightLogsOnTmpfs()
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign(policy: policy)
                _ = try stage.startProducer()
                var left = LeftInFlight()
                for kill in 1...Self.kills {
                    let worker = try stage.startWorker(connections: Self.connections, logs.settings)
                    try await stage.simulator.waitForAccepted(count: kill * Self.recipients / (Self.kills + 2))
                    worker.crash()
                    left += try logs.left()
                }
                _ = try stage.startWorker(connections: Self.connections, logs.settings)
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] + totals[.uncertain] == Self.recipients, "nobody is dead for a crash")
                #expect(left.all > 0 && left.pastDot < left.all, "\(left)")
                let settled = try await stage.numbers(
                    "SELECT unnest(ARRAY[put_back, begun, recorded, unknown])::bigint FROM settlements"
                )
                #expect(settled.count == 4 && settled.reduce(0, +) <= left.all, "\(settled) of \(left)")
                #expect(settled[0] + settled[1] > 0)
                let summary = stage.simulator.summary
                switch policy {
                case .atMostOnce:
                    try await stage.expectTruth(of: campaign)
                    #expect(totals[.uncertain] <= left.pastDot, "\(left)")
                    #expect(summary.accepted == summary.distinct)
                case .atLeastOnce:
                    try await stage.expectTruth(of: campaign, copies: 1 + Self.kills)
                    #expect(totals[.uncertain] == 0)
                    #expect(summary.accepted - summary.distinct <= left.pastDot, "\(left)")
                }
                try await stage.wait { try logs.names().count == 1 }
            }
        }

        @Test func `the operator settles the logs of a machine whose workers do not come back`() async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(5)
            try await Stage.with(mail) { stage in
                let logs = try FlightLogsOnTmpfs()
                let login = ["VEREDUS_DATABASE_URL": "\(stage.database.url(role: .worker))?sslmode=disable"]
                try await stage.addContacts(1_000)
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                let worker = try stage.startWorker(connections: Self.connections, logs.settings)
                try await stage.simulator.waitForAccepted(count: 200)
                worker.crash()
                let left = try logs.left()
                let recovered = try await stage.tool(["recover"], login.merging(logs.settings) { $1 })
                #expect(recovered.succeeded, "\(recovered.errors)")
                #expect(recovered.output.contains("messages settled"), "\(recovered.output)")
                let repeated = try await stage.tool(["recover", "--json"], login.merging(logs.settings) { $1 })
                let isOver = repeated.output.contains("\"put_back\": 0") || repeated.output.contains("[]")
                #expect(isOver, "\(repeated.output)")
                // Another machine's.
                _ = try stage.startWorker(connections: Self.connections, Stage.shortLease)
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.uncertain] <= left.pastDot, "\(left)")
                let report = try await stage.tool("campaign", "report", "\(campaign)")
                #expect(report.output.contains("flight logs of dead workers"), "\(report)")
                try await stage.expectTruth(of: campaign)
                let unsuitable = login.merging(["VEREDUS_FLIGHT_LOGS": "/proc"]) { $1 }
                let elsewhere = try await stage.tool(["recover"], unsuitable)
                #expect(elsewhere.end == .exit(65) && elsewhere.errors.contains("/proc"), "\(elsewhere)")
                let nowhere = try await stage.tool(["recover"], login)
                #expect(nowhere.end == .exit(78) && nowhere.errors.contains("VEREDUS_FLIGHT_LOGS"), "\(nowhere)")
            }
        }

        @Test func `from a worker that sleeps past its lease what it has not sent is taken`() async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(20)
            try await Stage.with(mail) { stage in
                let logs = try FlightLogsOnTmpfs()
                try await stage.addContacts(1_500)
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                let sleeper = try stage.startWorker(connections: Self.connections, logs.settings)
                try await stage.wait(for: campaign) { $0[.accepted] > 100 }
                sleeper.send(SIGSTOP)
                let left = try logs.left(evenIfOwned: true)
                _ = try stage.startWorker(connections: Self.connections, logs.settings)
                try await stage.wait(for: campaign) { $0.sum - $0[.accepted] - $0[.uncertain] == 0 }
                sleeper.send(SIGCONT)
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.uncertain] <= left.pastDot, "\(left)")
                #expect(stage.simulator.summary.repeated == 0)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}

/// A folder for flight logs where they can be: whatever the file system of the tests.
private final class FlightLogsOnTmpfs {
    let path = "/dev/shm/veredus-flight-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var settings: [String: String] { Stage.shortLease.merging(["VEREDUS_FLIGHT_LOGS": path]) { $1 } }

    func names() throws -> [String] { try FlightLogFolder(path, boot: .current()).names() }

    /// What the logs of the dead say was in flight.
    func left(evenIfOwned: Bool = false) throws -> LeftInFlight {
        let folder = try FlightLogFolder(path, boot: .current())
        var left = LeftInFlight()
        for name in try folder.names() {
            guard case .log(let log) = folder.open(name, evenIfOwned: evenIfOwned) else { continue }
            let contents = log.contents()
            left.all += contents.records.count
            left.pastDot += contents.records.count { $0.step == .dotAllowed }
            left.unproved += contents.unproved
        }
        return left
    }
}

/// Messages that workers had in flight when they were stopped.
private struct LeftInFlight: CustomStringConvertible {
    var all = 0
    var pastDot = 0
    var unproved = 0

    var description: String { "\(all) in flight, \(pastDot) past the dot, \(unproved) slots unproved" }

    static func += (left: inout Self, more: Self) {
        left.all += more.all
        left.pastDot += more.pastDot
        left.unproved += more.unproved
    }
}
