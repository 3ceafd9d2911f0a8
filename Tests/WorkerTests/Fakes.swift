import Core
import Synchronization

/// A transport in memory: what becomes of a letter is decided by its recipient.
final class FakeTransport: MailTransport {
    private struct State {
        var sent: [Letter] = []
        var outcomes: [LetterOutcome] = []
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let judge: @Sendable (Letter) -> Judgement?

    /// - Parameter judge: `nil` for a letter that is never answered until the transport is closed.
    init(_ judge: @escaping @Sendable (Letter) -> Judgement? = { _ in .accepted }) { self.judge = judge }

    var sent: [Letter] { state.withLock { $0.sent } }

    func send(_ letters: [Letter]) {
        let waiter = state.withLock { state in
            state.sent += letters
            for letter in letters {
                if let judgement = judge(letter) { state.outcomes.append(.fixture(letter.id, judgement)) }
            }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func outcomes() async -> [LetterOutcome] {
        while true {
            let taken: [LetterOutcome]? = state.withLock { state in
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
            for letter in state.sent where judge(letter) == nil { state.outcomes.append(.fixture(letter.id, .unknown)) }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}

extension LetterOutcome {
    static func fixture(_ id: UInt64, _ judgement: Judgement, at step: SMTPStep = .dot) -> LetterOutcome {
        LetterOutcome(id: id, judgement: judgement, code: judgement == .accepted ? 250 : 0, text: "as told", step: step)
    }
}

extension LetterSettings {
    static func fixture() throws -> LetterSettings {
        var reader = SettingsReader(
            values: [
                .trackingURL: SettingText(text: "https://t.example.net", origin: "test"),
                .bounceDomain: SettingText(text: "bounces.example.net", origin: "test"),
            ]
        ) { _ throws(SettingsReader.UnreadableFile) in "" }
        let settings = LetterSettings(reading: &reader)
        try reader.finish()
        return settings
    }
}

extension KeyRing {
    static func fixture() throws -> KeyRing {
        try KeyRing(
            keys: [TokenKey(id: 1, secret: [UInt8](repeating: 1, count: 32))],
            signing: 1,
            identity: IdentityKey(secret: [UInt8](repeating: 2, count: 32))
        )
    }
}
