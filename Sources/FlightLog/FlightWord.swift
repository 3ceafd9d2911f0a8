/// The step word of a slot: a 64-bit hash that says which step, of which message, and with which reply.
///
/// It covers all that a reader takes from the slot, and where the slot is: the log's seed (boot, worker run, size) and
/// the slot's number. So a slot is what its owner wrote, or proves nothing, whatever was torn, copied or overwritten.
///
/// Each round is a bijection of the running hash, and of the word that it takes in: slots that differ in one word, or in
/// the step alone, never have the same hash. Otherwise two agree with a probability of 2⁻⁶⁴, and a slot of random bits
/// proves one of six steps with 6 × 2⁻⁶⁴. There is no key: whoever can write to the file can also compute the hash, and
/// is this worker's own user.
enum FlightWord {
    /// What a new file consists of; it proves nothing.
    static let free: UInt64 = 0

    /// What a word can say; the number goes into the hash.
    enum Kind: UInt64, CaseIterable {
        case claimed = 1
        case begun = 2
        case dotAllowed = 3
        case replied = 4
        case takenAsClaimed = 5
        case takenAsBegun = 6
    }

    /// One round: the finalizer of SplitMix64.
    static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        var value = (hash ^ word) &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// The word of a step, after all else that it covers. Never 0.
    static func of(_ kind: Kind, _ hash: UInt64) -> UInt64 { max(1, mixed(hash, kind.rawValue)) }
}
