import Logging
import SMTP
import Synchronization
import Testing

@testable import Worker

@Suite struct RouteLogTests {
    @Test func `lanes share the relay, and its standing is written once for all of them`() {
        let lines = Lines()
        let log = RouteLog(route: "smtp://relay.example:587", log: Logger(label: "test") { _ in lines.handler })
        for change in [
            RouteChange.rests(why: "no answer"), .rests(why: "no answer"), .worksAgain, .worksAgain,
            .refuses(why: "451 busy"), .rests(why: "gone"), .worksAgain,
        ] { log.note(change) }
        #expect(
            lines.all == [
                "warning the route rests: the relay cannot be reached (no answer)", "notice the route works again",
                "warning the route refuses one message after the other (451 busy)",
                "warning the route rests: the relay cannot be reached (gone)", "notice the route works again",
            ]
        )
    }
}

/// What a logger wrote: level, message, why.
private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    var handler: any LogHandler { Handler(lines: self) }

    fileprivate func add(_ line: String) { lines.withLock { $0.append(line) } }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let why = event.metadata?["why"].map { " (\($0))" } ?? ""
            lines.add("\(event.level.rawValue) \(event.message)\(why)")
        }
    }
}
