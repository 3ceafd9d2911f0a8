import Core
import Database
import Logging
import RuntimeSupport

/// Keeps the worker's right to send: renews its lease in the database, and advances the transport's fence.
///
/// The database's clock decides when a lease ends; the worker's own monotonic clock can only end it sooner.
struct Lease: Sendable {
    let register: WorkerRegister
    let fence: LeaseFence
    /// From the moment of renewal in the database, which is after the request.
    let length: Duration
    let log: Logger

    private var renewal: Duration { length / 6 }
    private var trusted: Duration { length - renewal }

    /// The lease expired: another worker may have taken over, so nothing in flight may be sent.
    struct Lost: Error, CustomStringConvertible {
        var description: String {
            "the worker's lease expired: the process was stopped, or the database unavailable, for longer than VEREDUS_LEASE. "
                + "A producer settles what was in flight"
        }
    }

    /// Registers the worker, which may then send.
    func begin(name: String, slots: Int, lanes: [String], keepsLog: Bool) async throws {
        let asked = monotonicNow()
        try await register.register(name: name, slots: slots, lanes: lanes, keepsLog: keepsLog)
        fence.extend(until: asked + trusted.nanoseconds)
    }

    /// Renews until cancelled.
    ///
    /// - Throws: ``Lost``.
    func keep() async throws {
        while !Task.isCancelled {
            guard (try? await Task.sleep(for: renewal)) != nil else { return }
            let asked = monotonicNow()
            do {
                guard try await register.renew() else { throw Lost() }
                fence.extend(until: asked + trusted.nanoseconds)
            } catch let error where error.isTransientFailure {
                log.warning("the lease could not be renewed", metadata: ["why": "\(error)"])
            }
        }
    }

    /// Ends the lease, if the database is available.
    func end() async {
        do {
            try await register.end()
        } catch {
            log.warning("the lease could not be released; it expires in \(length)", metadata: ["why": "\(error)"])
        }
    }
}
