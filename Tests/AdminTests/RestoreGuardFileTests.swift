import Core
import Foundation
import Testing

@testable import Bootstrap

/// What a machine remembers of the database that was sent from.
@Suite struct RestoreGuardFileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "veredus-\(UUID().uuidString)").path

    private func restoreGuard(_ generation: Int64) -> RestoreGuard {
        RestoreGuard(
            installation: "6b0f6c1e-7f3a-4d39-9b3e-1f1f4b1c2d3e",
            systemIdentifier: 7,
            timeline: 1,
            generation: generation
        )
    }

    private func file(_ program: String, _ instance: String? = nil) -> RestoreGuardFile {
        let state = StateSettings(machineFolder: folder, instance: instance)
        return RestoreGuardFile(folder: folder, name: state.folderName(of: program))
    }

    @Test func `each program instance writes in its own folder, and reads those of all`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try file("veredus-worker", "1").readAll().isEmpty, "the folder is made by the first that writes")
        try file("veredus-producer").write(restoreGuard(1))
        try file("veredus-worker", "1").write(restoreGuard(2))
        try file("veredus-worker", "2").write(restoreGuard(3))
        try file("veredus-worker", "1").write(restoreGuard(4))
        let all = try file("veredus-worker", "3").readAll()
        #expect(
            all.map { "\($0.place.dropFirst(folder.count)) \($0.restoreGuard.generation)" } == [
                "/veredus-producer/restore-guard 1", "/veredus-worker@1/restore-guard 4",
                "/veredus-worker@2/restore-guard 3",
            ]
        )
    }

    @Test func `the file of an older version is still believed, after the first of the new ones too`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("\(restoreGuard(9).encoded)\n".utf8).write(to: URL(filePath: "\(folder)/witness"))
        #expect(try file("veredus-worker", "1").readAll().map(\.restoreGuard.generation) == [9])
        try file("veredus-worker", "1").write(restoreGuard(10))
        #expect(try file("veredus-worker", "1").readAll().map(\.restoreGuard.generation) == [10, 9])
    }

    @Test(arguments: ["witness", "veredus-worker@1/restore-guard", "veredus-producer/restore-guard"])
    func `a file that is no restore guard is not taken for none`(name: String) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = URL(filePath: "\(folder)/\(name)")
        try FileManager.default.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("w1 half".utf8).write(to: path)
        let error = #expect(throws: RestoreGuardFile.Unusable.self) { try file("veredus-worker", "1").readAll() }
        #expect(error?.path == path.path)
    }

    @Test func `what else lies in the machine's folder is nobody's business`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: "\(folder)/backup", withIntermediateDirectories: true)
        try Data("anything".utf8).write(to: URL(filePath: "\(folder)/backup/restore-guard"))
        try Data("anything".utf8).write(to: URL(filePath: "\(folder)/veredus-notes"))
        #expect(try file("veredus-worker").readAll().isEmpty)
    }

    @Test func `the units keep state on the machine, and tell workers apart`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        for unit in ["veredus-producer.service", "veredus-worker@.service"] {
            let text = try String(contentsOf: root.appending(path: "deploy/systemd/\(unit)"), encoding: .utf8)
            #expect(text.contains("\nStateDirectory=veredus\n"), "\(unit)")
            #expect(text.contains("\nEnvironment=VEREDUS_INSTANCE=%i\n") == unit.contains("@"), "\(unit)")
        }
    }
}
