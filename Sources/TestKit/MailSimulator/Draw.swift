/// Random choices that depend only on seed, address and attempt, whatever the order of connections.
struct Draw {
    private let state: UInt64
    private let address: String

    init(seed: UInt64, address: String) {
        state = seed
        self.address = address
    }

    /// - Returns: Whether this one is within the share `rate`.
    func hits(_ rate: Double, for purpose: String, attempt: Int = 0) -> Bool {
        guard rate > 0 else { return false }
        // FNV-1a, then the finish of SplitMix64: neighbours such as user1 and user2 get very different values.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ state
        for octet in "\(purpose) \(attempt) \(address)".utf8 { hash = (hash ^ UInt64(octet)) &* 0x100_0000_01B3 }
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        hash ^= hash >> 31
        return Double(hash >> 11) / Double(1 << 53) < rate
    }
}
