import Core

/// A flight log of this boot whose worker has gone: what it proves, and the means to settle it.
///
/// It stays locked until the last reference goes. Nobody asks for the worker's process number: numbers are used again,
/// and differ between containers.
package final class FoundFlightLog: Sendable {
    /// All slots at one time.
    package struct Contents: Equatable, Sendable {
        package let records: [FlightRecord]
        /// Slots that are neither free nor proved by their step word.
        package let unproved: Int
    }

    package let workerRun: WorkerRun
    package let slots: Int
    /// Whether its worker still has it locked.
    package let isOwned: Bool
    private let file: FlightLogFile
    private let seed: UInt64

    init(_ file: FlightLogFile, header: FlightHeader, isOwned: Bool) {
        (self.file, workerRun, slots, seed) = (file, header.workerRun, header.slots, header.seed)
        self.isOwned = isOwned
    }

    package var name: String { file.name }

    /// What the slots prove. A message without a slot may be in flight all the same.
    package func contents() -> Contents {
        var records: [FlightRecord] = []
        var unproved = 0
        for index in 0..<slots {
            let slot = file.slot(index, seed: seed)
            if let record = slot.record(slot: index) {
                records.append(record)
            } else if slot.word != FlightWord.free {
                unproved += 1
            }
        }
        return Contents(records: records, unproved: unproved)
    }

    /// What one slot proves; `nil` where it proves nothing.
    package func record(_ slot: Int) -> FlightRecord? { file.slot(slot, seed: seed).record(slot: slot) }

    /// Takes a message that has not been allowed its final dot; call it before its row is put back.
    ///
    /// One that is taken already stays so, and the result is `true`: the settler who took it may have died before the
    /// put-back, which the claim token makes safe to repeat.
    ///
    /// - Returns: `false` when the slot has changed since `record` was read, or its dot was allowed: read it again.
    package func take(_ record: FlightRecord) -> Bool {
        let slot = file.slot(record.slot, seed: seed)
        switch record.step {
        case .claimed: return slot.change(from: record.word, to: FlightWord.of(.takenAsClaimed, record.identity))
        case .begun: return slot.change(from: record.word, to: FlightWord.of(.takenAsBegun, record.identity))
        case .taken: return slot.word == record.word
        case .dotAllowed, .replied: return false
        }
    }

    /// Removes the file: all that it proves is settled, and no row is left that its worker run had claimed.
    ///
    /// - Returns: Whether it was there.
    @discardableResult
    package func remove() -> Bool { file.remove() }
}
