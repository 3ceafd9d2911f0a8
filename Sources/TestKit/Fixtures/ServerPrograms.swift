import Foundation

/// A server's own programs in one folder, and the user that they run as.
struct ServerPrograms: Sendable {
    struct Missing: Error, CustomStringConvertible {
        let name: String
        var description: String { "\(name) is not installed here. Install it, or leave REQUIRE_SERVERS unset." }
    }

    struct Failed: Error, CustomStringConvertible {
        let command: String
        let output: String
        var description: String { "\(command) failed: \(output)" }
    }

    private let folder: String
    /// Root is refused by the server: then this user is taken.
    private(set) var user: ServerPlace.Owner?

    /// The newest PostgreSQL on this machine.
    static let postgres: ServerPrograms? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let folders = versions.compactMap { Int($0) }.sorted(by: >).map { "\(root)/\($0)/bin" }
        let all = folders + ["/usr/local/bin", "/usr/bin"]
        guard let folder = all.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") }) else {
            return nil
        }
        return ServerPrograms(folder: folder, user: unprivilegedUser())
    }()

    private static func unprivilegedUser() -> ServerPlace.Owner? {
        guard getuid() == 0 else { return nil }
        return ["postgres", "nobody"].lazy.compactMap { ServerPlace.Owner(name: $0) }.first
    }

    /// The same programs for a folder that has an owner already.
    func running(as owner: ServerPlace.Owner?) -> ServerPrograms {
        var programs = self
        programs.user = owner
        return programs
    }

    func path(of program: String) -> String { "\(folder)/\(program)" }

    func run(_ command: String...) async throws { try await run(command) }

    /// Runs one of the programs, or the one at an absolute path, to its end.
    ///
    /// - Throws: ``Failed`` with what it wrote, when it does not end with 0.
    func run(_ command: [String]) async throws {
        let executable = command[0].hasPrefix("/") ? command[0] : path(of: command[0])
        let outcome = try await ChildProcess.run(
            asUser([executable] + command.dropFirst()),
            environment: Self.environment,
            folder: "/"
        )
        guard outcome.succeeded else {
            throw Failed(command: command.joined(separator: " "), output: outcome.output + outcome.errors)
        }
    }

    /// Starts a program as that user, in a folder that the user can read.
    func spawn(_ command: [String], input: ChildProcess.Stream, output: ChildProcess.Stream) throws -> ChildProcess {
        try ChildProcess(
            asUser(command),
            environment: Self.environment,
            folder: "/",
            input: input,
            output: output,
            errors: .null
        )
    }

    private static let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"]

    private func asUser(_ command: [String]) -> [String] {
        (user?.command ?? []) + command
    }

    /// A new folder that the user owns.
    func makeFolder(prefix: String) throws -> String {
        let unique = "\(prefix)-\(getpid())-\(UUID().uuidString.prefix(8))"
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(unique).path
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        try own(folder)
        return folder
    }

    /// Writes a file that the user owns, and that others cannot read.
    func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try own(path)
    }

    private func own(_ path: String) throws {
        guard let user, chown(path, user.id, user.group) != 0 else { return }
        throw POSIXError(.init(rawValue: errno) ?? .EPERM)
    }
}
