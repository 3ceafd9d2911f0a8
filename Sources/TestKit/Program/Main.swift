import ArgumentParser
import Foundation
import MailSimulator

/// The mail simulator as a program: prints where it listens, then, when it is stopped, what it saw.
@main struct SimulatorProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "veredus-simulator",
        abstract: "A simulated mail server for tests that accepts, refuses, delays or disconnects on demand.",
        discussion: """
            Prints {"port":N} once it listens and a summary as one JSON line on SIGTERM or SIGINT.

            A recipient's local part, or a rule in a script, selects the behaviour:

            \(Behaviour.grammar)

            A script is JSON; rules match a recipient's domain, a sender, or every connection:

            {"rules": [{"domain": "*.slow.example", "behaviour": "delay-dot-500"},
                       {"sender": "news@*", "behaviour": "mail-451", "times": 3},
                       {"behaviour": "banner-421", "times": 1}]}
            """
    )

    @OptionGroup(title: "The server") var server: ServerOptions
    @OptionGroup(title: "What goes wrong") var trouble: TroubleOptions
    @OptionGroup(title: "What recipients do") var reading: ReaderOptions
    @OptionGroup(title: "What is kept") var keeping: KeepingOptions

    func run() async throws {
        var configuration = MailSimulator.Configuration()
        try server.apply(to: &configuration)
        try trouble.apply(to: &configuration)
        reading.apply(to: &configuration)
        keeping.apply(to: &configuration)
        // Before the port is printed: whoever reads it may stop us at once.
        let stop = StopSignals()
        let simulator = try await MailSimulator.start(configuration)
        print("{\"port\":\(simulator.port)}")
        fflush(nil)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await keeping.report(simulator) }
            await stop.wait()
            group.cancelAll()
        }
        try await simulator.stop()
        keeping.writeStatus(simulator)
        print(simulator.summary.json)
    }
}

/// SIGTERM and SIGINT as something to wait for.
struct StopSignals {
    private let sources: [any DispatchSourceSignal]
    private let stream: AsyncStream<Void>

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        self.stream = stream
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
    }

    func wait() async {
        for await _ in stream { break }
        for source in sources { source.cancel() }
    }
}
