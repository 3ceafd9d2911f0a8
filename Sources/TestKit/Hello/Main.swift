import ArgumentParser
import Hummingbird
import Logging

/// `veredus-hello`: the server framework with one route and nothing of ours, for the benchmark to compare with.
@main
struct HelloProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "veredus-hello",
        abstract: "Answers GET / with \"Hello\"; what benchmarks of the web side are measured against."
    )

    @Option(name: .long, help: "Where to listen on 127.0.0.1.")
    var port: Int

    func run() async throws {
        let router = Router()
        router.get("/") { _, _ in "Hello" }
        var logger = Logger(label: "hello")
        logger.logLevel = .error
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port), backlog: 4_096),
            logger: logger
        )
        try await application.runService()
    }
}
