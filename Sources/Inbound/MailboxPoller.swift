import Core
import Database
import DatabaseClient
import IMAP
import Logging
import RuntimeSupport
import ServiceLifecycle

/// Fetches mails from an IMAP folder and removes them once stored.
///
/// After a crash in between it fetches a mail again, and recognises it. Failures are retried at intervals that grow to
/// five minutes; other sources continue.
struct MailboxPoller: Service {
    let mailbox: IMAPMailbox
    /// Its name in the counts.
    let name: String
    let mostBytes: Int
    let interval: Duration
    let ingest: Ingest

    /// Mails fetched before they are removed together.
    private static let batch = 50
    private static let longestWait = Duration.seconds(300)

    func run() async throws {
        await withGracefulShutdownHandler {
            var backoff = Backoff(first: interval * 2, longest: max(interval, Self.longestWait))
            var trouble = Trouble()
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                var wait = interval
                do {
                    try await pollOnce()
                    backoff.reset()
                    if trouble.isOver() {
                        ingest.log.notice("the mailbox is read again", metadata: ["mailbox": "\(name)"])
                    }
                } catch {
                    if !Task.isShuttingDownGracefully, trouble.isNews("\(error)") {
                        ingest.complain("the mailbox \(name) could not be read", error)
                    }
                    wait = backoff.next()
                }
                try? await cancelWhenGracefulShutdown { [wait] in try await Task.sleep(for: wait) }
            }
            await mailbox.close()
        } onGracefulShutdown: {
            mailbox.interrupt()
        }
    }

    /// Processes the whole folder.
    func pollOnce() async throws {
        let listing = try await mailbox.list()
        var rest = listing.entries[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.batch)
            rest = rest.dropFirst(batch.count)
            var taken: [UInt32] = []
            var failure: (any Error)?
            for entry in batch {
                do {
                    if try await take(entry, validity: listing.validity) { taken.append(entry.uid) }
                } catch {
                    failure = error
                    break
                }
            }
            // Mails before the failure are stored.
            try await mailbox.remove(taken, validity: listing.validity)
            if let failure { throw failure }
        }
    }

    /// - Returns: Whether the mail may be removed.
    private func take(_ entry: IMAPMailbox.Listing.Entry, validity: UInt32) async throws -> Bool {
        do {
            guard entry.sizeBytes <= mostBytes else { return try await refuse(entry) }
            let bytes = try await mailbox.fetch(entry.uid, validity: validity)
            _ = try await ingest.take(bytes, sentTo: nil, mailbox: name)
            return true
        } catch let error as IMAPError where error.kind == .gone {
            return false
        } catch let error as IMAPError where error.kind == .tooLarge {
            return try await refuse(entry)
        } catch let error as PostgresError where !error.isTransient {
            // This mail stays in place; the others need not wait for it.
            ingest.complain("the mail \(entry.uid) of \(name) could not be stored", error)
            return false
        }
    }

    private func refuse(_ entry: IMAPMailbox.Listing.Entry) async throws -> Bool {
        _ = try await ingest.store.store(.beyondLimits, mailbox: name)
        ingest.log.warning("a mail is too large", metadata: ["mailbox": "\(name)", "bytes": "\(entry.sizeBytes)"])
        return true
    }
}
