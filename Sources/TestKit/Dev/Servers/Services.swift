import Foundation

/// `./dev services-up` and `services-down`: servers that stay.
enum Services {
    static func up(_ project: Project) async throws {
        Console.heading("Starting PostgreSQL and RabbitMQ (private, on 127.0.0.1)")
        let keys = Keys(project)
        let test = try await Servers(.test, of: project).keep()
        Console.say("For tests:      \(try test.superuserURL(keys))")
        Console.say("                \(try test.amqpURL(keys))")
        Console.say("                \(try test.amqpsURL(keys))  (authority: .local/tls/ca.pem)")
        let dev = try await Servers(.dev, of: project).keep()
        let settings = ProgramSettings(project: project, servers: dev, smtp: 2_525, state: "\(project.local)/state")
        try settings.write(to: project.local, alsoForShells: try TestSettings(project, test).pairs())
        Console.say("For the demo:   \(try dev.superuserURL(keys))")
        Console.say("                \(try dev.amqpURL(keys))")
        Console.say("")
        Console.say("They stay up. To use them from a shell: source .local/env    To stop them: ./dev services-down")
    }

    static func down(_ project: Project) async throws {
        try project.makeFolders()
        await KeptPrograms.stop(of: "demo", project)
        for set in ServerSet.allCases { try await Servers(set, of: project).down() }
        Console.say("Stopped.")
    }
}
