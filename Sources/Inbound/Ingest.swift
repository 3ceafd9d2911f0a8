import Core
import Database
import Logging
import ReturnedMail

/// Where every way in brings its mails: sorted, cut, and stored before anybody says that they have arrived.
struct Ingest: Sendable {
    let sorter: MailSorter
    let store: InboundStore
    let log: Logger
    /// Called when something waits for its judgement.
    let onStored: @Sendable () -> Void

    /// Sorts and stores one mail.
    ///
    /// - Parameters:
    ///   - bytes: As it was received.
    ///   - sentTo: Local part of the envelope's recipient; `nil` where the way in does not know it.
    ///   - mailbox: The way in.
    /// - Returns: Once it has committed; in every case the mail need not come again.
    /// - Throws: When it must come again.
    func take(_ bytes: [UInt8], sentTo: [UInt8]?, mailbox: String) async throws -> InboundOutcome {
        let outcome = try await store.store(sorter.sort(bytes, sentTo: sentTo), mailbox: mailbox)
        if outcome == .stored { onStored() }
        log.debug("mail came", metadata: ["mailbox": "\(mailbox)", "outcome": "\(outcome)"])
        return outcome
    }

    /// A database that is away is no news for each mail.
    func complain(_ what: String, _ error: any Error) {
        log.log(level: error.isTransientFailure ? .warning : .error, "\(what)", metadata: ["why": "\(error)"])
    }
}
