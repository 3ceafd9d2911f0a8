import Foundation
import TestKit
import Testing

@testable import DevProgram

@Suite struct FileTests {
    static let words: [(word: String, because: Comment)] = [
        ("amqp://veredus:ab12@127.0.0.1:20001", "nothing to quote"), ("", "an empty word is one, too"),
        ("a b", "a blank"), ("it's", "the quote itself"), ("$HOME `id` \"x\" \\", "what a shell would look into"),
        ("one\ntwo", "a line end"), ("Zürich", "not ASCII"), ("postgresql://a@b/c?d=e&f=g", "a shell's own signs"),
    ]

    @Test(arguments: words)
    func `a shell reads back what was written for it`(row: (word: String, because: Comment)) async throws {
        let script = "export WORD=\(EnvironmentFile.quoted(row.word))\nprintf %s \"$WORD\""
        let outcome = try await ChildProcess.run(["/bin/sh"], input: script)
        #expect(outcome.output == row.word, row.because)
    }

    @Test func `settings are for us alone, and name each program's own role`() throws {
        let project = try TemporaryProject()
        let servers = ServerAddresses(
            postgres: 1,
            amqp: 2,
            amqps: 3,
            postgresPID: 4,
            rabbitmqPID: 5,
            rabbitmqctl: ["true"]
        )
        var settings = ProgramSettings(
            project: project.project,
            servers: servers,
            smtp: 25,
            state: "\(project.root)/state"
        )
        settings.web = 8_080
        settings.more[.worker] = [("VEREDUS_RETRY_FIRST", "2")]
        try settings.write(to: project.root, alsoForShells: [("VEREDUS_TEST_WORD", "two words")])

        for role in ProgramRole.allCases {
            let path = "\(project.root)/settings/\(role.rawValue).env"
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            let values = try EnvironmentFile.read(path)
            let url = try #require(values["VEREDUS_DATABASE_URL"])
            #expect(url.hasPrefix("postgresql://veredus_\(role.rawValue):"))
            #expect((values["VEREDUS_OWNER_URL"] != nil) == (role == .owner))
            #expect((values["VEREDUS_WEB_LISTEN"] != nil) == (role == .web))
            #expect((values["VEREDUS_RETRY_FIRST"] != nil) == (role == .worker))
        }
        let shell = try String(contentsOfFile: "\(project.root)/env", encoding: .utf8)
        #expect(shell.contains("export VEREDUS_TEST_WORD='two words'\n"))
        #expect(shell.contains("export VEREDUS_DATABASE_URL='postgresql://veredus_admin:"))
        #expect(!shell.contains("veredus_owner"))
    }

    @Test func `keys are made once`() throws {
        let project = try TemporaryProject()
        let keys = Keys(project.project)
        #expect(!keys.has("token-key"))
        let first = (try keys.tokenKey, try keys.rolePasswords(), try keys.postgresPassword)
        #expect(first.0.count == 64 && first.2.count == 32)
        #expect(Set(first.1.keys) == Set(ProgramRole.allCases.map(\.rawValue)))
        #expect(try (keys.tokenKey, keys.postgresPassword) == (first.0, first.2))
        #expect(try keys.rolePasswords() == first.1)
    }

    @Test func `a lock is free again once its holder is gone, and two may share one`() async throws {
        let project = try TemporaryProject()
        let path = "\(project.root)/lock"
        var holder: FileLock? = try FileLock.tryTake(path, .shared)
        let other = try FileLock.tryTake(path, .shared)
        #expect(holder != nil && other != nil)
        #expect(try FileLock.isHeld(path))
        #expect(other?.change(to: .exclusive) == false)
        holder = nil
        #expect(other?.change(to: .exclusive) == true)
        #expect(try await FileLock.take(path, .shared, within: .zero) == nil)
    }

    @Test func `a number that was given away again is not mistaken for the process`() async throws {
        let child = try ChildProcess(["/bin/sleep", "60"])
        let identity = try #require(ProcessIdentity(of: child.pid))
        #expect(identity.isRunning)
        #expect(ProcessIdentity(text: identity.text) == identity)
        #expect(ProcessIdentity(text: "\(child.pid) \(identity.started + 1)") == nil)
        #expect(ProcessIdentity.descendants(of: getpid()).contains(identity))
        child.kill()
        #expect(await identity.ends(within: .zero))
        #expect(ProcessIdentity(text: "words") == nil)
    }
}

/// A project in a folder of its own that goes with the last reference.
final class TemporaryProject {
    let root: String
    let project: Project

    init(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        root = FileManager.default.temporaryDirectory.appending(path: "veredus-dev-\(UUID().uuidString.prefix(8))").path
        project = Project(root: root, programs: Stage.products.path, environment: environment)
        try project.makeFolders()
        _ = FileManager.default.createFile(atPath: "\(root)/dev", contents: nil, attributes: [.posixPermissions: 0o755])
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }
}
