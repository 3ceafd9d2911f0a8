import Foundation
import RuntimeSupport

/// `veredus-dev`: what `./dev` does once everything is installed and built: servers, tests, demo, soak, benchmarks.
///
/// A usage error ends it with 64, another failure with 1, a signal with 128 and the signal's number; whatever it started
/// has ended then.
@main
enum DevProgram {
    static func main() async {
        // One that reads our output and goes away ends the write, not the clearing away.
        signal(SIGPIPE, SIG_IGN)
        let interruption = Interruption()
        do {
            let command = try command(Array(CommandLine.arguments.dropFirst()))
            let signal = try await interruption.cancelling(command)
            endProcess(signal.map { 128 + $0 } ?? 0)
        } catch let failure as Failure {
            Console.tell(failure.description)
            endProcess(failure.status)
        } catch {
            Console.tell("error: \(error)")
            endProcess(1)
        }
    }

    /// Reads the command line, all of it before anything is done.
    static func command(_ arguments: [String]) throws -> @Sendable () async throws -> Void {
        let (name, arguments) = (arguments.first ?? "", Array(arguments.dropFirst()))
        let project = try Project.ofCurrentFolder()
        switch name {
        case "services-up":
            try refuse(arguments)
            return { try await Services.up(project) }
        case "services-down":
            try refuse(arguments)
            return { try await Services.down(project) }
        case "serve":
            guard let set = arguments.first.flatMap({ ServerSet(rawValue: $0) }), arguments.count == 1 else {
                throw Failure.usage("'serve' needs the name of a set of servers", "Run: ./dev services-up")
            }
            return { try await ServerHost(set: set, project: project, folder: ServerFolder(set, of: project)).run() }
        case "server-folder":
            // For .ci/run: where root's servers keep their data when that is not below .local.
            guard let set = arguments.first.flatMap({ ServerSet(rawValue: $0) }), arguments.count == 1 else {
                throw Failure.usage(
                    "'server-folder' needs the name of a set of servers",
                    "Run: ./dev server-folder dev"
                )
            }
            return { Console.say(try await ServerFolder(set, of: project).path) }
        case "test": return try TestRun(project, arguments).run
        case "demo": return try Demo(project, arguments).run
        case "soak":
            let soak = try SoakCommand(arguments, environment: project.environment)
            return { try await soak.run(project) }
        case "restores": return try RestoresCommand(arguments, environment: project.environment).run
        case "bench": return try Bench.command(project, arguments)
        case "fuzz": return try Fuzz(project, arguments).run
        default: throw Failure.usage("there is no command '\(name)'", "Run './dev help' for the list")
        }
    }

    private static func refuse(_ arguments: [String]) throws { _ = try Options([], arguments, environment: [:]) }
}
