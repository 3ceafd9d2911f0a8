import Core
import Synchronization

/// A source that hands out what it is given.
final class FakeSource: JobSource {
    private let state = Mutex<(messages: [QueueMessage], acknowledged: [JobTag], givenBack: [JobTag])>(([], [], []))

    var acknowledged: [JobTag] { state.withLock { $0.acknowledged } }
    var givenBack: [JobTag] { state.withLock { $0.givenBack } }

    func put(_ message: QueueMessage) { state.withLock { $0.messages.append(message) } }

    func next(limit: Int) async throws -> [QueueMessage] {
        state.withLock { state in
            defer { state.messages = [] }
            return state.messages
        }
    }

    func acknowledge(_ tags: [JobTag]) { state.withLock { $0.acknowledged += tags } }
    func giveBack(_ tags: [JobTag]) { state.withLock { $0.givenBack += tags } }
    func stopTaking() {}
    func suspend() {}
    func resume() {}
}

/// A publisher that confirms everything.
struct FakePublisher: JobPublisher {
    func publish(_ bodies: [[UInt8]], to queue: String) async throws -> [PublishOutcome] {
        bodies.map { _ in .confirmed }
    }
    func depth(of queue: String) async throws -> Int { 0 }
    func declare(_ queues: [String]) async throws {}
}

/// Totals of one campaign in which everybody is pending.
final class FakeDeliveryStore: DeliveryStore {
    /// Stands for a crash in the middle of a render.
    struct Crash: Error {}

    private struct State {
        var suspicions: [DeliveryKey: Int16] = [:]
        var deadLettered: [DeliveryKey: DeadLetter.Reason] = [:]
        var unreadable: [DeadLetter] = []
        var poison: Set<DeliveryKey> = []
    }

    private let state = Mutex(State())

    var deadLettered: [DeliveryKey: DeadLetter.Reason] { state.withLock { $0.deadLettered } }

    /// Dead letters of no row.
    var unreadable: [DeadLetter] { state.withLock { $0.unreadable } }

    /// Makes every attempt to prepare this one end in a crash.
    func poison(_ key: DeliveryKey) { state.withLock { _ = $0.poison.insert(key) } }

    func fetch(_ keys: [DeliveryKey]) async throws -> [FetchedRecipient] {
        try state.withLock { state in
            guard state.poison.isDisjoint(with: keys) else { throw Crash() }
        }
        return keys.map { key in
            FetchedRecipient(
                key: key,
                attempt: 0,
                redeliveries: 0,
                contactVersion: 1,
                address: Array("user\(key.seq)@example.net".utf8),
                attributes: Array("{}".utf8)
            )
        }
    }

    func claim(
        _ requests: [ClaimRequest],
        token: ClaimToken,
        workerRun: WorkerRun
    ) async throws -> [Verdict] { requests.map { _ in .claimed } }

    func record(_ results: [DeliveryResult], finished: [ClaimToken]) async throws {}

    func markFirstRedelivery(_ keys: [DeliveryKey]) async throws -> Set<DeliveryKey> {
        state.withLock { state in
            let first = keys.filter { state.deadLettered[$0] == nil && state.suspicions[$0, default: 0] == 0 }
            for key in first { state.suspicions[key] = 1 }
            return Set(first)
        }
    }

    func markRedelivered(_ key: DeliveryKey) async throws -> Int16? {
        state.withLock { state in
            guard state.deadLettered[key] == nil else { return nil }
            state.suspicions[key, default: 0] += 1
            return state.suspicions[key]
        }
    }

    func clearRedelivered(_ keys: [DeliveryKey]) async throws {
        state.withLock { state in for key in keys { state.suspicions[key] = 0 } }
    }

    func deadLetter(_ message: DeadLetter, worker: String) async throws {
        guard let key = message.key else { return state.withLock { $0.unreadable.append(message) } }
        state.withLock { $0.deadLettered[key] = message.reason }
    }

    func check() async throws {}

    func message(of campaign: CampaignID) async throws -> CampaignVersion? {
        CampaignVersion(
            campaign: campaign,
            account: 1,
            version: 1,
            name: "Test",
            kind: .marketing,
            tracking: .none,
            policy: .atMostOnce,
            list: 1,
            listName: "List",
            accountName: "Account",
            subject: "Hello",
            html: "<p>Hello</p>",
            plain: nil,
            settings: Array(#"{"from": {"address": "news@example.org"}}"#.utf8)
        )
    }
}
