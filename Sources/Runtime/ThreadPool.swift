import CLinux
import Synchronization

/// A task executor over a fixed number of POSIX threads, apart from the cooperative pool.
///
/// Work started on it with ``withTaskExecutorPreference(_:isolation:operation:)`` uses no thread of the cooperative
/// pool, whatever its amount and duration. The threads end when the executor is freed, after the jobs already enqueued.
package final class ThreadPool: TaskExecutor {
    private let queue = PoolQueue()
    private let count: Int

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - name: What `ps -L` shows, at most 15 bytes are kept.
    ///   - count: How many threads, at least 1.
    ///   - niceness: 0, or up to 19 to let other threads go first.
    package init(name: String, count: Int, niceness: Int32 = 0) {
        self.count = max(1, count)
        for _ in 0..<self.count {
            startThread(name: name) { [queue] in
                if niceness > 0 { veredus_set_thread_niceness(niceness) }
                queue.runUntilClosed()
            }
        }
    }

    deinit { queue.close(threads: count) }

    package func enqueue(_ job: consuming ExecutorJob) {
        queue.append(UnownedJob(job), for: asUnownedTaskExecutor())
    }
}

/// The jobs of one pool in order of arrival, and the semaphore its threads wait on: one signal per job, and one per
/// thread at the end.
///
/// Apart from the executor, so that the threads hold no reference to it and the executor can be freed.
private final class PoolQueue: Sendable {
    private struct State {
        var jobs: [(job: UnownedJob, executor: UnownedTaskExecutor)] = []
        /// The first job that has not been taken.
        var head = 0
    }

    private let state = Mutex(State())
    private let wakeups = Semaphore()

    func append(_ job: UnownedJob, for executor: UnownedTaskExecutor) {
        state.withLock { $0.jobs.append((job, executor)) }
        wakeups.signal()
    }

    func close(threads: Int) {
        for _ in 0..<threads { wakeups.signal() }
    }

    func runUntilClosed() {
        while true {
            wakeups.wait()
            let next = state.withLock { state -> (job: UnownedJob, executor: UnownedTaskExecutor)? in
                guard state.head < state.jobs.count else { return nil }
                let next = state.jobs[state.head]
                state.head += 1
                if state.head == state.jobs.count {
                    state.jobs.removeAll(keepingCapacity: state.head <= 1_024)
                    state.head = 0
                }
                return next
            }
            // More signals than jobs: the pool is closed.
            guard let next else { return }
            next.job.runSynchronously(on: next.executor)
        }
    }
}
