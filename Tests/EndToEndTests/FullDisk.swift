import Core
import DatabaseClient
import Foundation
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    /// The database's data on a small volume of its own, which only root can make.
    @Suite struct FullDisk {
        private static let recipients = 2_000

        @Test(.enabled(if: SmallVolume.isPossible, "a volume is mounted: that needs root"))
        func `a database that cannot write sends nothing, and goes on when there is room`() async throws {
            let cluster = try await PostgresCluster.start()
            let volume = try await SmallVolume.mount(in: cluster.folder)
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(5)
            do {
                try await Stage.with(mail, on: .init(cluster: cluster)) { stage in
                    try await stage.moveDatabase(to: volume, on: cluster)
                    // Every first attempt writes a reply and a retry: rows for which there is no room.
                    try await stage.addContacts(Self.recipients) { "defer-once-450+\($0)@example.net" }
                    let campaign = try await stage.startCampaign()
                    let producer = try stage.startProducer()
                    let worker = try stage.startWorker()
                    try await stage.wait(for: campaign) { $0[.accepted] + $0[.deferred] > 100 }
                    try volume.fill()
                    try await stage.wait {
                        let said = try String(contentsOfFile: worker.logPath, encoding: .utf8)
                        return said.contains("No space left on device")
                    }
                    // What it cannot record stays in flight, and with full hands it marks nothing.
                    #expect(try await stage.totals(campaign)[.pending] > 0)
                    try volume.empty()
                    let totals = try await stage.wait(for: campaign, within: .seconds(30))
                    #expect(totals[.accepted] == Self.recipients)
                    #expect(producer.isRunning && worker.isRunning, "nobody had to start them again")
                    #expect(stage.simulator.summary.accepted == Self.recipients)
                    try await stage.expectTruth(of: campaign)
                }
            } catch {
                try await cluster.stop(.immediate)
                await volume.unmount()
                throw error
            }
            try await cluster.stop(.immediate)
            await volume.unmount()
        }
    }
}

/// A tmpfs of 64 MiB that belongs to the user of a cluster.
private struct SmallVolume {
    let path: String
    private var filler: String { "\(path)/filler" }

    static var isPossible: Bool { getuid() == 0 }

    static func mount(in folder: String) async throws -> SmallVolume {
        let volume = SmallVolume(path: "\(folder)/small")
        try FileManager.default.createDirectory(atPath: volume.path, withIntermediateDirectories: false)
        let owner = try FileManager.default.attributesOfItem(atPath: "\(folder)/data")
        let user = owner[.ownerAccountID] as? NSNumber ?? 0
        let outcome = try await ChildProcess.run([
            "mount", "-t", "tmpfs", "-o", "size=64m,mode=700,uid=\(user)", "tmpfs", volume.path,
        ])
        guard outcome.succeeded else { throw Stage.Missing(description: "no volume: \(outcome.errors)") }
        return volume
    }

    /// Takes all the room that is left.
    func fill() throws {
        guard let file = fopen(filler, "w") else { throw Stage.Missing(description: "\(filler) cannot be written") }
        defer { fclose(file) }
        for size in [1 << 16, 1 << 12, 1] {
            let bytes = [UInt8](repeating: 0, count: size)
            while write(fileno(file), bytes, size) == size {}
        }
    }

    func empty() throws { try FileManager.default.removeItem(atPath: filler) }

    func unmount() async { _ = try? await ChildProcess.run(["umount", "-l", path]) }
}

extension Stage {
    /// Moves the stage's tables to a volume; nobody may be connected to them.
    fileprivate func moveDatabase(to volume: SmallVolume, on cluster: PostgresCluster) async throws {
        let connection = try await PostgresConnection.open(cluster.superuser, name: "stage")
        try await connection.execute("CREATE TABLESPACE small LOCATION '\(volume.path)'")
        try await connection.execute("ALTER DATABASE \(database.name) SET TABLESPACE small")
        await connection.close()
    }
}
