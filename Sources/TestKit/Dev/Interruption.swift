import Dispatch
import Foundation

/// Waits for SIGINT, SIGTERM and SIGHUP, so that the command can stop what it started.
///
/// A second one changes nothing: stopping continues.
struct Interruption {
    private let sources: [any DispatchSourceSignal]
    private let signals: AsyncStream<Int32>

    init() {
        let (signals, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.signals = signals
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
    }

    /// Runs a command until its end; a signal cancels it and waits until it has cleaned up.
    ///
    /// - Returns: The signal, if one came.
    /// - Throws: What the command throws.
    func cancelling(_ command: @escaping @Sendable () async throws -> Void) async throws -> Int32? {
        try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask {
                try await command()
                return nil
            }
            group.addTask { [signals] in
                let signal = await signals.first { _ in true }
                if signal != nil { Console.tell("Interrupted: stopping what was started") }
                return signal
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
