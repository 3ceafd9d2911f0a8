import Crypto
import CryptoExtras
import FoundationEssentials

/// A password as it is stored: `$scrypt$ln=17,r=8,p=1$salt$hash`, which does not reveal the password.
struct PasswordHash: Sendable {
    /// The cost of a hash: 128 · 2^ln · r bytes of memory, 128 MiB by default.
    struct Cost: Sendable, Equatable {
        var logRounds = 17
        var blockSize = 8
        var parallelism = 1

        static let usual = Cost()
    }

    /// Longer ones are refused before they are hashed.
    static let longestPasswordBytes = 1_024
    private static let hashBytes = 32

    let cost: Cost
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// Hashes a password: blocks its thread for a third of a second at the usual cost.
    init(_ password: String, cost: Cost, salt: [UInt8]) throws {
        self.cost = cost
        self.salt = salt
        hash = try Self.derive(password, cost, salt)
    }

    /// - Returns: `nil` if the text is not such a hash, or costs more than the default.
    init?(stored text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt" else { return nil }
        let numbers = parts[2].split(separator: ",")
        guard numbers.count == 3, let logRounds = Self.number(numbers[0], "ln="), let r = Self.number(numbers[1], "r="),
            let p = Self.number(numbers[2], "p="), (1...Cost.usual.logRounds).contains(logRounds),
            r == Cost.usual.blockSize, p == Cost.usual.parallelism,
            let salt = Self.bytes(parts[3]), let hash = Self.bytes(parts[4]), hash.count == Self.hashBytes
        else { return nil }
        cost = Cost(logRounds: logRounds, blockSize: r, parallelism: p)
        self.salt = salt
        self.hash = hash
    }

    var stored: String {
        "$scrypt$ln=\(cost.logRounds),r=\(cost.blockSize),p=\(cost.parallelism)$\(Self.text(salt))$\(Self.text(hash))"
    }

    /// Whether it is that password; costs as much as hashing it.
    func matches(_ password: String) throws -> Bool {
        // CryptoKit's comparison takes the same time wherever two keys differ.
        SymmetricKey(data: try Self.derive(password, cost, salt)) == SymmetricKey(data: hash)
    }

    private static func derive(_ password: String, _ cost: Cost, _ salt: [UInt8]) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Array(password.utf8),
            salt: salt,
            outputByteCount: hashBytes,
            rounds: 1 << cost.logRounds,
            blockSize: cost.blockSize,
            parallelism: cost.parallelism
        )
        return key.withUnsafeBytes { Array($0) }
    }

    private static func number(_ text: Substring, _ prefix: String) -> Int? {
        text.hasPrefix(prefix) ? Int(text.dropFirst(prefix.count)) : nil
    }

    /// Base64 without padding, as usual in such hashes.
    private static func text(_ bytes: [UInt8]) -> String {
        String(Data(bytes).base64EncodedString().prefix { $0 != "=" })
    }

    private static func bytes(_ text: Substring) -> [UInt8]? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(base64Encoded: text + padding).map { Array($0) }
    }
}
