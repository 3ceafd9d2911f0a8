import CLinux
import Core

/// One slot of a mapped log: 64 words of 8 bytes, each read and written atomically.
///
///     0    the step word, 0 while it is free; changed by compare-and-swap only
///     1    claim token
///     2    campaign, and seq in the lower half
///     3    attempt, policy
///     4    reply: code, judgement, SMTP step, bytes of text; 16 bits each, from the lowest
///     5…   the reply's text, 8 bytes a word, the rest of the last one 0
///
/// Words 1 to 3 are written while the slot is free, 4 and following while it is begun or allowed its dot. The step word
/// comes last, with release ordering; a reader loads it first, with acquire ordering, and then proves by the hash that
/// the fields are those that belong to it. A reader that comes while the owner writes sees fields that do not match.
struct FlightSlot {
    static let bytes = 512
    static let wordCount = bytes / 8
    static let mostTextBytes = (wordCount - 5) * 8

    private let words: UnsafeMutablePointer<UInt64>
    /// The log's seed, and the slot's number.
    private let seed: UInt64

    init(_ words: UnsafeMutablePointer<UInt64>, seed: UInt64) { (self.words, self.seed) = (words, seed) }

    var word: UInt64 { veredus_word_acquire(words) }

    func change(from: UInt64, to: UInt64) -> Bool { veredus_change_word(words, from, to) }

    /// The hash of the message that the slot is about.
    var identity: UInt64 {
        Self.identity(seed, veredus_word(words + 1), veredus_word(words + 2), veredus_word(words + 3))
    }

    func identify(key: DeliveryKey, token: ClaimToken, attempt: Int16, policy: DeliveryPolicy) {
        veredus_set_word(words + 1, UInt64(bitPattern: token))
        let (campaign, seq) = (UInt32(bitPattern: key.campaign), UInt32(bitPattern: key.seq))
        veredus_set_word(words + 2, UInt64(campaign) << 32 | UInt64(seq))
        veredus_set_word(words + 3, Self.bits(attempt) | Self.bits(policy.rawValue) << 16)
    }

    /// Writes the reply's fields; the text is cut, and what is not printable ASCII becomes `?`.
    ///
    /// - Returns: The step word that says so.
    func write(code: Int16, judgement: Judgement, step: SMTPStep, text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let count = min(text.count, Self.mostTextBytes)
        let (judgement, step) = (Self.bits(judgement.rawValue), Self.bits(step.rawValue))
        let head = Self.bits(code) | judgement << 16 | step << 32 | UInt64(count) << 48
        veredus_set_word(words + 4, head)
        var hash = FlightWord.mixed(identity, head)
        var start = 0
        while start < count {
            var packed: UInt64 = 0
            for offset in 0..<min(8, count - start) {
                let byte = text[start + offset]
                packed |= UInt64((0x20...0x7E).contains(byte) ? byte : UInt8(ascii: "?")) << (8 * UInt64(offset))
            }
            veredus_set_word(words + 5 + start / 8, packed)
            hash = FlightWord.mixed(hash, packed)
            start += 8
        }
        return FlightWord.of(.replied, hash)
    }

    /// What the slot proves; `nil` where it proves nothing.
    func record(slot: Int) -> FlightRecord? {
        let word = self.word
        guard word != FlightWord.free else { return nil }
        // Each word is loaded once: what is hashed is what is returned.
        let (token, key, attempt) = (veredus_word(words + 1), veredus_word(words + 2), veredus_word(words + 3))
        let identity = Self.identity(seed, token, key, attempt)
        guard let step = step(word, identity), let policy = DeliveryPolicy(rawValue: Self.field(attempt, 1)) else {
            return nil
        }
        return FlightRecord(
            slot: slot,
            key: DeliveryKey(
                campaign: CampaignID(truncatingIfNeeded: key >> 32),
                seq: Seq(truncatingIfNeeded: key)
            ),
            token: ClaimToken(bitPattern: token),
            attempt: Self.field(attempt, 0),
            policy: policy,
            step: step,
            word: word,
            identity: identity
        )
    }

    private func step(_ word: UInt64, _ identity: UInt64) -> FlightStep? {
        switch word {
        case FlightWord.of(.claimed, identity): .claimed
        case FlightWord.of(.begun, identity): .begun
        case FlightWord.of(.dotAllowed, identity): .dotAllowed
        case FlightWord.of(.takenAsClaimed, identity): .taken(begun: false)
        case FlightWord.of(.takenAsBegun, identity): .taken(begun: true)
        default: reply(word, identity).map { .replied($0) }
        }
    }

    private func reply(_ word: UInt64, _ identity: UInt64) -> FlightReply? {
        let head = veredus_word(words + 4)
        let count = Int(head >> 48)
        guard count <= Self.mostTextBytes else { return nil }
        var hash = FlightWord.mixed(identity, head)
        var text: [UInt8] = []
        for index in 0..<(count + 7) / 8 {
            let packed = veredus_word(words + 5 + index)
            hash = FlightWord.mixed(hash, packed)
            for offset in 0..<8 as Range<UInt64> { text.append(UInt8(truncatingIfNeeded: packed >> (8 * offset))) }
        }
        guard word == FlightWord.of(.replied, hash), let judgement = Judgement(rawValue: Self.field(head, 1)),
            let step = SMTPStep(rawValue: Self.field(head, 2))
        else { return nil }
        return FlightReply(
            code: Self.field(head, 0),
            judgement: judgement,
            step: step,
            text: String(decoding: text.prefix(count), as: UTF8.self)
        )
    }

    private static func identity(_ seed: UInt64, _ token: UInt64, _ key: UInt64, _ attempt: UInt64) -> UInt64 {
        FlightWord.mixed(FlightWord.mixed(FlightWord.mixed(seed, token), key), attempt)
    }

    private static func bits(_ value: Int16) -> UInt64 { UInt64(UInt16(bitPattern: value)) }

    /// 16 bits of a word, counted from the lowest.
    private static func field(_ word: UInt64, _ index: UInt64) -> Int16 {
        Int16(truncatingIfNeeded: word >> (16 * index))
    }
}
