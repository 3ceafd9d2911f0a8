import CLinux
import Glibc
import Synchronization

/// A serial executor on one POSIX thread, for actors that own a blocking C handle.
///
/// The cooperative pool has as many threads as the machine has cores, so a C call that blocks there stops
/// everything else. An actor with one of these as its `unownedExecutor` may block freely. The thread ends when the
/// executor is freed, after the jobs already enqueued.
package final class ThreadExecutor: SerialExecutor {
    private let queue: JobQueue

    /// Starts the thread.
    ///
    /// - Parameter name: What `ps -L` and `perf` show, at most 15 bytes are kept (pthread_setname_np(3)).
    package init(name: String) {
        queue = JobQueue()
        startThread(name: name) { [queue] in queue.runUntilClosed() }
    }

    deinit { queue.close() }

    package func enqueue(_ job: consuming ExecutorJob) {
        queue.append(UnownedJob(job), for: asUnownedSerialExecutor())
    }

    package func checkIsolated() {
        precondition(queue.isCurrentThread, "not on the thread of this executor")
    }

    /// Whether the caller runs on this executor's thread; tests use it to see where a handle was freed.
    package var isCurrentThread: Bool { queue.isCurrentThread }
}

/// Starts a detached POSIX thread that runs `body` once.
///
/// - Parameters:
///   - name: What `ps -L` and `perf` show, at most 15 bytes are kept.
///   - body: The thread's work; the thread ends with it.
package func startThread(name: String, _ body: @escaping @Sendable () -> Void) {
    final class Body {
        let name: String
        let run: @Sendable () -> Void
        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }
    let box = Unmanaged.passRetained(Body(name: name, run: body))
    var thread = pthread_t()
    let status = pthread_create(
        &thread,
        nil,
        { argument in
            guard let argument else { return nil }
            let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
            veredus_set_thread_name(body.name)
            body.run()
            return nil
        },
        box.toOpaque()
    )
    precondition(status == 0, "pthread_create: \(String(cString: strerror(status)))")
    pthread_detach(thread)
}

/// The jobs of one executor, and the condition its thread waits on.
///
/// Apart from the executor, so that the thread holds no reference to it and the executor can be freed.
private final class JobQueue: Sendable {
    private struct State {
        var jobs: [(job: UnownedJob, executor: UnownedSerialExecutor)] = []
        var closed = false
    }

    private let state = Mutex(State())
    private let wakeups = Semaphore()
    private let thread = Atomic<UInt>(0)

    var isCurrentThread: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    func append(_ job: UnownedJob, for executor: UnownedSerialExecutor) {
        let wasEmpty = state.withLock { state in
            state.jobs.append((job, executor))
            return state.jobs.count == 1
        }
        if wasEmpty { wakeups.signal() }
    }

    func close() {
        state.withLock { $0.closed = true }
        wakeups.signal()
    }

    func runUntilClosed() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        var batch: [(job: UnownedJob, executor: UnownedSerialExecutor)] = []
        while true {
            wakeups.wait()
            let closed = state.withLock { state in
                swap(&batch, &state.jobs)
                return state.closed
            }
            for entry in batch { entry.job.runSynchronously(on: entry.executor) }
            if closed && batch.isEmpty { return }
            if closed { wakeups.signal() }
            batch.removeAll(keepingCapacity: true)
        }
    }
}

/// A counting semaphore of its own storage: sem_init(3), sem_wait(3), sem_post(3).
final class Semaphore: @unchecked Sendable {
    // Unchecked: the semaphore is only touched through sem_post and sem_wait, which POSIX makes safe across threads,
    // and its address never changes between init and deinit.
    private let raw: UnsafeMutablePointer<sem_t>

    init() {
        raw = .allocate(capacity: 1)
        sem_init(raw, 0, 0)
    }

    deinit {
        sem_destroy(raw)
        raw.deallocate()
    }

    func signal() { sem_post(raw) }

    func wait() {
        while sem_wait(raw) != 0 {}
    }
}
