import Core
import Database
import Logging
import ReturnedMail

/// The one entry for every source of mail: sorts, shortens and stores a mail before it is acknowledged.
struct Ingest: Sendable {
    let sorter: MailSorter
    let store: InboundStore
    let log: Logger
    /// Called when a mail is ready to be judged.
    let onStored: @Sendable () -> Void

    /// Sorts and stores one mail.
    ///
    /// - Parameters:
    ///   - bytes: The mail as received.
    ///   - sentTo: Local part of the envelope's recipient; `nil` if the source does not know it.
    ///   - mailbox: The source.
    /// - Returns: After the commit; the mail need not come again.
    /// - Throws: When the mail must come again.
    func take(_ bytes: [UInt8], sentTo: [UInt8]?, mailbox: String) async throws -> InboundOutcome {
        let outcome = try await store.store(sorter.sort(bytes, sentTo: sentTo), mailbox: mailbox)
        if outcome == .stored { onStored() }
        log.debug("mail came", metadata: ["mailbox": "\(mailbox)", "outcome": "\(outcome)"])
        return outcome
    }

    /// An unavailable database is reported once, not for each mail.
    func complain(_ what: String, _ error: any Error) {
        log.log(level: error.isTransientFailure ? .warning : .error, "\(what)", metadata: ["why": "\(error)"])
    }
}
