import Core
import Synchronization

/// A transport in memory: what becomes of a message is decided by its recipient.
final class FakeTransport: MailTransport {
    private struct State {
        var sent: [OutgoingMessage] = []
        var outcomes: [MessageOutcome] = []
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let judge: @Sendable (OutgoingMessage) -> Judgement?

    /// - Parameter judge: `nil` for a message that is never answered until the transport is closed.
    init(_ judge: @escaping @Sendable (OutgoingMessage) -> Judgement? = { _ in .accepted }) { self.judge = judge }

    var sent: [OutgoingMessage] { state.withLock { $0.sent } }

    func send(_ messages: [OutgoingMessage]) {
        let waiter = state.withLock { state in
            state.sent += messages
            for message in messages {
                if let judgement = judge(message) { state.outcomes.append(.fixture(message.id, judgement)) }
            }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func outcomes() async -> [MessageOutcome] {
        while true {
            let taken: [MessageOutcome]? = state.withLock { state in
                guard !state.outcomes.isEmpty else { return state.isClosed ? [] : nil }
                defer { state.outcomes = [] }
                return state.outcomes
            }
            if let taken { return taken }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.outcomes.isEmpty, !state.isClosed else { return true }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    func close(grace: Duration) async {
        let waiter = state.withLock { state in
            state.isClosed = true
            for message in state.sent where judge(message) == nil {
                state.outcomes.append(.fixture(message.id, .unknown))
            }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}

extension MessageOutcome {
    static func fixture(_ id: UInt64, _ judgement: Judgement, at step: SMTPStep = .dot) -> MessageOutcome {
        MessageOutcome(
            id: id,
            judgement: judgement,
            code: judgement == .accepted ? 250 : 0,
            text: "as told",
            step: step
        )
    }
}

extension MessageSettings {
    static func fixture() throws -> MessageSettings {
        var reader = SettingsReader(
            values: [
                .trackingURL: SettingText(text: "https://t.example.net", origin: "test"),
                .bounceDomain: SettingText(text: "bounces.example.net", origin: "test"),
            ]
        ) { _ throws(SettingsReader.UnreadableFile) in "" }
        let settings = MessageSettings(reading: &reader)
        try reader.finish()
        return settings
    }
}

extension KeyRing {
    static func fixture() throws -> KeyRing {
        try KeyRing(
            keys: [TokenKey(id: 1, secret: [UInt8](repeating: 1, count: 32))],
            signing: 1,
            identity: AddressHashKey(secret: [UInt8](repeating: 2, count: 32))
        )
    }
}
