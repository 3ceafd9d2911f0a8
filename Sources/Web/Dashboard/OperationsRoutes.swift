import Core
import Database
import Hummingbird
import Synchronization
import Templates

/// Workers and queues of the whole service, for staff; no account data.
extension Dashboard {
    func addOperations(to router: Router<WebContext>) {
        page(router, "operations", needs: .seeOperations) { _, _, visit in
            let lanes = try await visit.database.laneOverviews()
            let workers = try await visit.database.workers()
            let depths = await depths(of: lanes.map { "jobs.\($0.lane)" } + ["dead-letters"])
            let rows: [MergeValue] = lanes.map { lane in
                [
                    "lane": .of(lane.lane), "depth": depths["jobs.\(lane.lane)"] ?? .of("unknown"),
                    "pending": .of(lane.pending), "sending": .of(lane.sending), "deferred": .of(lane.deferred),
                    "campaigns": .of(lane.campaigns), "oldest": .moment(lane.oldestStart),
                ]
            }
            return try Views.respond(
                Views.operations,
                title: "Operations",
                visit: visit,
                section: "Operations",
                [
                    "lanes": .list(rows), "dead": depths["dead-letters"] ?? .of("unknown"),
                    "has_workers": .bool(!workers.isEmpty),
                    "alive": .of(workers.filter { $0.aliveSeconds > 0 }.count),
                    "workers": .list(workers.map { Self.fields($0) }),
                ],
                isRefreshed: true
            )
        }
    }

    /// Ready messages in each queue; waits at most a second for the broker.
    private func depths(of queues: [String]) async -> [String: MergeValue] {
        let publisher = parts.publisher
        return await withTaskGroup(of: (String, Int?).self) { group in
            for queue in queues { group.addTask { (queue, await Self.depth(of: queue, publisher)) } }
            return await group.reduce(into: [:]) { depths, answer in
                depths[answer.0] = answer.1.map { .of($0) } ?? .of("unknown")
            }
        }
    }

    private static func depth(of queue: String, _ publisher: any JobPublisher) async -> Int? {
        await withCheckedContinuation { continuation in
            let answer = FirstAnswer(continuation)
            // Not structured: the publisher's own wait is longer and cannot be cancelled. It ends on its own.
            Task { answer.give(try? await publisher.depth(of: queue)) }
            Task {
                try? await Task.sleep(for: .seconds(1))
                answer.give(nil)
            }
        }
    }

    private static func fields(_ worker: WorkerFacts) -> MergeValue {
        [
            "name": .of(worker.name), "worker_run": .of(String(UInt64(bitPattern: worker.workerRun), radix: 16)),
            "slots": .of(worker.slots), "lanes": .of(worker.lanes.joined(separator: ", ")),
            "started": .moment(worker.startedAt), "in_hand": .of(worker.inFlight),
            "is_alive": .bool(worker.aliveSeconds > 0),
            "lease": .of(
                worker.aliveSeconds > 0
                    ? "for \(spoken(seconds: worker.aliveSeconds))" : "since \(spoken(seconds: -worker.aliveSeconds))"
            ),
        ]
    }
}

/// Takes the first of several answers.
private final class FirstAnswer: Sendable {
    private let waiting: Mutex<CheckedContinuation<Int?, Never>?>

    init(_ continuation: CheckedContinuation<Int?, Never>) { waiting = Mutex(continuation) }

    func give(_ answer: Int?) {
        let continuation = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        continuation?.resume(returning: answer)
    }
}
