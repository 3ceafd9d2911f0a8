import Core
import SMTP
import Synchronization
import Testing

extension LeaseFence {
    /// One that allows everything.
    static var open: LeaseFence {
        let fence = LeaseFence()
        fence.extend(until: .max)
        return fence
    }
}

extension SMTPRouteSettings {
    /// A route to a test's server, in plain text and with short waits.
    static func plain(_ port: Int, connections: Int = 1) -> SMTPRouteSettings {
        var route = SMTPRouteSettings(host: "127.0.0.1", port: port, ehloName: "client.test")
        route.startTLS = .off
        route.connections = connections
        route.timeouts.connect = .seconds(10)
        route.timeouts.quit = .milliseconds(200)
        return route
    }
}

func message(_ id: UInt64, to recipient: String? = nil, content: String = "Subject: x\r\n\r\nhello\r\n")
    -> OutgoingMessage
{
    OutgoingMessage(
        id: id,
        sender: Array("bounce@example.org".utf8),
        recipient: Array((recipient ?? "r\(id)@example.com").utf8),
        content: Array(content.utf8)
    )
}

func messages(_ ids: ClosedRange<UInt64>) -> [OutgoingMessage] { ids.map { message($0) } }

/// A message of that many bytes, in lines of 64.
func content(bytes: Int) -> String {
    String(repeating: String(repeating: "x", count: 62) + "\r\n", count: bytes / 64)
}

extension SMTPTransport {
    /// Waits until so many messages have come back.
    func outcomes(_ count: Int) async -> [MessageOutcome] {
        var all: [MessageOutcome] = []
        while all.count < count {
            let batch = await outcomes()
            if batch.isEmpty { break }
            all += batch
        }
        return all
    }

    /// Sends one message and waits for its outcome.
    func outcome(of message: OutgoingMessage) async throws -> MessageOutcome {
        send([message])
        return try #require(await outcomes(1).first)
    }

    func close() async { await close(grace: .seconds(5)) }
}

/// Something that a thread waits for and a test lets happen, or the other way round.
final class Gate: Sendable {
    private let state = Mutex((isOpen: false, waiters: [CheckedContinuation<Void, Never>]()))

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func opened() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// On a server's thread, which may block.
    func wait() {
        let thread = ThreadGate()
        Task {
            await opened()
            thread.signal()
        }
        thread.wait()
    }
}
