import Foundation
import Synchronization
import TestKit

/// Programs that a command has started, with logs in .local/run: they end with it, however it ends, unless it keeps
/// them.
final class ProgramGroup: Sendable {
    /// In the order that loses least.
    static let stopOrder = ["producer", "worker", "web", "recorder", "inbound", "simulator", "sink", "hello"]
    private static let stopLimit = Duration.seconds(40)

    let name: String
    let project: Project
    private let guardian: ProcessGuardian
    private let running = Mutex<[String: ChildProcess]>([:])

    /// `name` precedes each program's name in its log's name.
    init(_ name: String, of project: Project) throws {
        self.name = name
        self.project = project
        // Of its own: the shell of an earlier group may be about to remove its folder.
        let folder = "\(project.run)/\(name).guard-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guardian = try ProcessGuardian(folder: folder)
    }

    func log(of program: String) -> String { "\(project.run)/\(name)-\(program).log" }

    /// Starts a program, in a session of its own, with an empty log. Its settings come from the settings file only.
    func start(_ program: String, _ command: [String], settings: String? = nil) throws {
        let child = try ChildProcess(
            command,
            environment: try project.environment(with: settings),
            folder: project.root,
            output: .file(log(of: program)),
            session: true
        )
        guardian.watch(child.pid)
        let replaced = running.withLock { $0.updateValue(child, forKey: program) }
        if let replaced { guardian.forget(replaced.pid) }
    }

    func isRunning(_ program: String) -> Bool { running.withLock { $0[program] }?.isRunning ?? false }

    func pid(of program: String) throws -> pid_t {
        guard let child = running.withLock({ $0[program] }), child.isRunning else { throw failure(of: program) }
        return child.pid
    }

    /// Waits until a program accepts connections.
    func await(_ program: String, on port: UInt16, within limit: Duration = .seconds(20)) async throws {
        do {
            try await eventually("\(program) listens on \(port)", within: limit, every: .milliseconds(50)) {
                guard isRunning(program) else { throw failure(of: program) }
                return LoopbackPorts.accept(port)
            }
        } catch is NeverSo {
            throw failure(of: program)
        }
    }

    /// The error that a program is not running, with its last output.
    func failure(of program: String) -> Failure {
        let words = ((try? ChildProcess.text(of: log(of: program))) ?? "").split(separator: "\n").suffix(15)
        Console.tell("\nThe last output of \(name)-\(program):\n\(words.joined(separator: "\n"))")
        return Failure("\(name)-\(program) is not running", "Read \(log(of: program))")
    }

    /// Asks each to end, waits, and then kills it; a signal does not cut this short.
    func stop() async {
        let programs = running.withLock { running in
            defer { running = [:] }
            return running
        }
        await shielded { [guardian, name] in
            for (program, child) in Self.sorted(programs) {
                child.send(SIGTERM)
                if (try? await child.exit(within: Self.stopLimit)) == nil {
                    Console.warn("'\(name)-\(program)' (process \(child.pid)) did not stop within 40 s and was killed")
                    child.kill()
                }
                guardian.forget(child.pid)
            }
        }
    }

    /// Lets them outlive the command; ``KeptPrograms`` stops them.
    func letGo() throws {
        for (program, child) in running.withLock({ $0 }) where child.isRunning {
            guard let identity = ProcessIdentity(of: child.pid) else { continue }
            try identity.text.write(toFile: "\(project.run)/\(name)-\(program).pid", atomically: true, encoding: .utf8)
            child.letGo()
            guardian.forget(child.pid)
        }
    }

    static func sorted<Value>(_ programs: [String: Value]) -> [(String, Value)] {
        func place(_ program: String) -> Int {
            stopOrder.firstIndex { program.hasPrefix($0) } ?? stopOrder.count
        }
        return programs.sorted { (place($0.key), $0.key) < (place($1.key), $1.key) }.map { ($0.key, $0.value) }
    }
}

/// Programs that outlived their command, by the files that it left.
enum KeptPrograms {
    /// Whether a command has left some running.
    static func exist(of name: String, _ project: Project) -> Bool { !files(name, project).isEmpty }

    static func stop(of name: String, _ project: Project) async {
        let found = files(name, project)
        for (program, file) in ProgramGroup.sorted(found) {
            if let identity = ProcessIdentity(file: file) {
                identity.send(SIGTERM)
                if await !identity.ends(within: .seconds(40)) {
                    Console.warn(
                        "'\(name)-\(program)' (process \(identity.pid)) did not stop within 40 s and was killed"
                    )
                    identity.send(SIGKILL)
                    _ = await identity.ends(within: .seconds(10))
                }
            }
            try? FileManager.default.removeItem(atPath: file)
        }
    }

    /// Programs, and the file of each.
    private static func files(_ name: String, _ project: Project) -> [String: String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: project.run)) ?? []
        let programs = names.filter { $0.hasPrefix("\(name)-") && $0.hasSuffix(".pid") }
            .map { String($0.dropFirst(name.count + 1).dropLast(4)) }
        return Dictionary(programs.map { ($0, "\(project.run)/\(name)-\($0).pid") }) { $1 }
    }
}

extension Project {
    /// This process's environment, with a settings file's lines and no other VEREDUS_ setting.
    func environment(with settings: String?) throws -> [String: String] {
        guard let settings else { return environment }
        return environment.filter { !$0.key.hasPrefix("VEREDUS_") }.merging(try EnvironmentFile.read(settings)) { $1 }
    }
}
