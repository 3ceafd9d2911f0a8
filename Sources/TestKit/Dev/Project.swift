import Foundation
import TestKit

/// The folders of this project.
struct Project: Sendable {
    /// Where `dev` lies.
    let root: String
    /// Where our programs lie: beside this one.
    let programs: String
    let environment: [String: String]

    /// All that is made stays below it.
    var local: String { "\(root)/.local" }
    /// Logs, locks, and what runs.
    var run: String { "\(local)/run" }
    /// Passwords and keys, made once; without them the data that they open is of no use.
    var keys: String { "\(local)/keys" }
    var postfix: String { "\(local)/postfix" }
    /// Other readers of mails that come back.
    var bounces: String { "\(local)/bounces" }

    init(root: String, programs: String, environment: [String: String]) {
        self.root = root
        self.programs = programs
        self.environment = environment
    }

    /// The project of the current folder.
    ///
    /// - Throws: ``Failure`` when there is none.
    static func ofCurrentFolder() throws -> Project {
        let root = FileManager.default.currentDirectoryPath
        guard FileManager.default.isExecutableFile(atPath: "\(root)/dev") else {
            throw Failure.usage(
                "\(root) is not the project's folder",
                "Start this program with ./dev, which does what it needs first"
            )
        }
        return Project(root: root, programs: Stage.products.path, environment: ProcessInfo.processInfo.environment)
    }

    /// One of our programs.
    func program(_ name: String) -> String { "\(programs)/\(name)" }

    /// A path as a person at the project's folder would type it.
    func short(_ path: String) -> String {
        path.hasPrefix("\(root)/") ? String(path.dropFirst(root.count + 1)) : path
    }

    /// A number from 0 to 299 that belongs to this folder: two clones begin with other ports.
    var number: Int { Int(hash % 300) }

    /// FNV-1a of the folder's path.
    var hash: UInt64 {
        root.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    /// Makes our folders; others may enter (the servers run as users of their own), nobody else may write.
    func makeFolders() throws {
        do {
            let files = FileManager.default
            try files.createDirectory(atPath: run, withIntermediateDirectories: true)
            try files.createDirectory(atPath: keys, withIntermediateDirectories: true)
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: local)
            try files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: keys)
        } catch {
            let owner = (try? FileManager.default.attributesOfItem(atPath: local)[.ownerAccountName]) as? String
            throw Failure(
                "cannot write in \(local), which belongs to \(owner ?? "nobody"): \(error.localizedDescription)",
                "Run ./dev as that user, or delete the folder"
            )
        }
    }

    /// Holds the place of a command of which only one may run here.
    func onlyOne(_ command: String) throws -> FileLock {
        try makeFolders()
        guard let lock = try FileLock.tryTake("\(run)/\(command).lock", .exclusive) else {
            throw Failure(
                "another './dev \(command)' runs in this folder",
                "Wait for it, or stop it with Ctrl-C in its terminal"
            )
        }
        return lock
    }
}
