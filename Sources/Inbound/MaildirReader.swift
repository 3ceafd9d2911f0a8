import Core
import Database
import DatabaseClient
import Logging
import RuntimeSupport
import ServiceLifecycle

/// Reads mails from a Maildir, and removes each file once stored.
///
/// After a crash in between it reads a file again, and recognises the mail.
struct MaildirReader: Service {
    let folder: MaildirFolder
    let ingest: Ingest
    var interval = Duration.seconds(2)

    static let mailbox = "maildir"
    private static let batch = 500
    private static let longestWait = Duration.seconds(60)

    func run() async throws {
        var backoff = Backoff(first: interval * 2, longest: max(interval, Self.longestWait))
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let wait: Duration
            do {
                wait = try await readOnce() == Self.batch ? .zero : interval
                backoff.reset()
            } catch {
                ingest.complain("the Maildir could not be read", error)
                wait = backoff.next()
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: wait) }
        }
    }

    /// - Returns: The number of files processed.
    @discardableResult
    func readOnce() async throws -> Int {
        var taken = 0
        for name in try await folder.names(limit: Self.batch) where !Task.isShuttingDownGracefully {
            switch try await folder.read(name) {
            case .nothing: continue
            case .tooLarge: _ = try await ingest.store.store(.beyondLimits, mailbox: Self.mailbox)
            case .mail(let bytes):
                do {
                    _ = try await ingest.take(bytes, sentTo: nil, mailbox: Self.mailbox)
                } catch let error as PostgresError where !error.isTransient {
                    // It stays; the others need not wait for it.
                    ingest.complain("a file of the Maildir could not be stored", error)
                    continue
                }
            }
            try await folder.putAway(name)
            taken += 1
        }
        return taken
    }
}
