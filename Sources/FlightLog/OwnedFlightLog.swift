import Core

/// The flight log of this worker run: one slot a message in flight, in a file that survives the process.
///
/// Each operation is a few stores to shared memory and one compare-and-swap: no system call, no allocation. What a kill
/// interrupts stays as far as it had come. All changes of a slot's step:
///
///     from                           to          by       operation
///     free                           claimed     owner    write, before the claim is sent to the database
///     claimed                        begun       owner    begin, before a connection gets the message
///     begun                          dotAllowed  owner    allowDot, before any byte of the final dot is sent
///     begun, dotAllowed              replied     owner    replied; from begun never as accepted
///     claimed, begun                 taken       settler  take, before it puts the row back
///     claimed, begun, dotAllowed,    free        owner    free, when what became of it is durable
///     replied
///
/// Nothing leads out of taken: the settler removes the file. Owner and settler meet only in claimed and begun, and the
/// compare-and-swap decides; each operation's result is `false` when the slot is not the owner's any more, and then the
/// message must not be sent, nor recorded. After `allowDot` has succeeded nobody takes the slot.
///
/// Calls about one slot follow each other, from whatever thread. The file is unmapped and unlocked with the last
/// reference, so that no thread can store into memory that is gone.
package final class OwnedFlightLog: Sendable {
    package let workerRun: WorkerRun
    package let slots: Int
    private let file: FlightLogFile
    private let seed: UInt64

    init(_ file: FlightLogFile, header: FlightHeader) {
        (self.file, workerRun, slots, seed) = (file, header.workerRun, header.slots, header.seed)
    }

    package var name: String { file.name }

    /// Notes a message that is about to be claimed.
    ///
    /// - Returns: `false` when the slot is not free.
    package func write(
        _ slot: Int,
        key: DeliveryKey,
        token: ClaimToken,
        attempt: Int16,
        policy: DeliveryPolicy
    ) -> Bool {
        let slot = file.slot(slot, seed: seed)
        guard slot.word == FlightWord.free else { return false }
        slot.identify(key: key, token: token, attempt: attempt, policy: policy)
        return slot.change(from: FlightWord.free, to: FlightWord.of(.claimed, slot.identity))
    }

    /// Notes that a connection gets the message; once more for another connection.
    package func begin(_ slot: Int) -> Bool { advance(slot, from: .claimed, to: .begun) }

    /// Asks for leave to send the final dot; again for each write that holds it.
    ///
    /// - Returns: `false` when a settler has taken the message: not a byte of the dot may be sent.
    package func allowDot(_ slot: Int) -> Bool { advance(slot, from: .begun, to: .dotAllowed) }

    /// Notes how the message ended.
    ///
    /// `text`: What may be stored, without the recipient's address; see ``presentableText(_:hiding:)``. Cut after 472
    /// bytes.
    package func replied(_ slot: Int, code: Int16, judgement: Judgement, step: SMTPStep, text: String) -> Bool {
        let slot = file.slot(slot, seed: seed)
        let identity = slot.identity
        let now = slot.word
        // Before any field: those of a reply that is there stay as they are.
        guard
            now == FlightWord.of(.dotAllowed, identity)
                || now == FlightWord.of(.begun, identity) && judgement != .accepted
        else { return false }
        // A String of Swift's own has contiguous storage.
        let word = text.utf8.withContiguousStorageIfAvailable {
            slot.write(code: code, judgement: judgement, step: step, text: $0)
        }
        guard let word else { return false }
        return slot.change(from: now, to: word)
    }

    /// Frees the slot, when the database is known to keep what became of the message.
    ///
    /// - Returns: `false` when a settler has taken it: it stays taken.
    package func free(_ slot: Int) -> Bool {
        let slot = file.slot(slot, seed: seed)
        let identity = slot.identity
        let now = slot.word
        guard now != FlightWord.of(.takenAsClaimed, identity), now != FlightWord.of(.takenAsBegun, identity) else {
            return false
        }
        return slot.change(from: now, to: FlightWord.free)
    }

    /// Removes the file: nothing is in flight any more, and nothing will be.
    ///
    /// - Returns: Whether it was there.
    @discardableResult
    package func remove() -> Bool { file.remove() }

    private func advance(_ slot: Int, from: FlightWord.Kind, to: FlightWord.Kind) -> Bool {
        let slot = file.slot(slot, seed: seed)
        let identity = slot.identity
        let next = FlightWord.of(to, identity)
        return slot.change(from: FlightWord.of(from, identity), to: next) || slot.word == next
    }
}

extension OwnedFlightLog: FlightNotes {
    /// What a server has said, or that the connection was lost before the dot. Of a message that was lost past it, and
    /// of one that was never begun, the step says all that is known.
    package func ended(_ slot: Int, _ outcome: MessageOutcome) {
        switch outcome.judgement {
        case .unknown, .notStarted: return
        case .accepted, .later, .never, .notThisMessage:
            // Lost to a settler only before the dot; then the row is put back, and takes no result.
            _ = replied(
                slot,
                code: outcome.code,
                judgement: outcome.judgement,
                step: outcome.step,
                text: outcome.judgement == .accepted ? "" : outcome.text
            )
        }
    }
}
