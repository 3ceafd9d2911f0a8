import Foundation

/// Passwords and keys of the private servers and of the programs that use them: made once and then read.
struct Keys: Sendable {
    private let folder: String

    init(_ project: Project) { folder = project.keys }

    /// Whether the data that a key opens can be used.
    func has(_ name: String) -> Bool { (try? read(name)) != nil }

    var postgresPassword: String { get throws { try make("postgres-password", bytes: 16) } }
    var rabbitmqPassword: String { get throws { try make("rabbitmq-password", bytes: 16) } }
    var tokenKey: String { get throws { try make("token-key", bytes: 32) } }
    var addressKey: String { get throws { try make("address-key", bytes: 32) } }

    /// The file that `veredus migrate --bootstrap` reads: a line `ROLE=PASSWORD` for each.
    var rolePasswordsPath: String { "\(folder)/role-passwords" }

    /// The passwords of the database roles, by the roles' names without `veredus_`.
    func rolePasswords() throws -> [String: String] {
        let text = try make("role-passwords") {
            ProgramRole.allCases.map { "veredus_\($0.rawValue)=\(Self.randomHex(16))\n" }.joined()
        }
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: "=", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0].dropFirst("veredus_".count)), String(parts[1])) : nil
        }
        return Dictionary(pairs) { $1 }
    }

    private func make(_ name: String, bytes: Int) throws -> String { try make(name) { Self.randomHex(bytes) } }

    /// Written under another name first, so that a key is complete or absent.
    private func make(_ name: String, _ text: () -> String) throws -> String {
        if let text = try? read(name) { return text }
        let (path, draft) = ("\(folder)/\(name)", "\(folder)/\(name).new")
        try? FileManager.default.removeItem(atPath: draft)
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard FileManager.default.createFile(atPath: draft, contents: Data(text().utf8), attributes: attributes),
            rename(draft, path) == 0
        else {
            throw Failure("\(path): \(String(cString: strerror(errno)))", "Check who owns \(folder)")
        }
        return try read(name)
    }

    private func read(_ name: String) throws -> String {
        let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        guard !text.isEmpty else { throw CocoaError(.fileReadCorruptFile) }
        return text
    }

    private static func randomHex(_ bytes: Int) -> String {
        (0..<bytes).map { _ in
            let digits = String(UInt8.random(in: 0...255), radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}
