import Foundation

/// The programs, each with its own database role and settings file.
enum ProgramRole: String, CaseIterable, Sendable {
    case owner, admin, producer, worker, web, recorder, inbound
}

/// The programs' settings, written in one place.
struct ProgramSettings: Sendable {
    let project: Project
    let servers: ServerAddresses
    /// The port of the mail server that messages go to.
    let smtp: UInt16
    /// The programs' state folder.
    let state: String
    var database = "veredus"
    /// The web program's port; without one, messages name a host that does not exist.
    var web: UInt16?
    /// The port for returned mail.
    var inbound: UInt16?
    /// Whether messages name `web`, or only its own settings do.
    var messagesNameWeb = true
    /// Further settings of all programs of a role.
    var more: [ProgramRole: [(String, String)]] = [:]

    /// The web program's address.
    var siteURL: String {
        guard let web, messagesNameWeb else { return "https://t.example.test" }
        return "http://127.0.0.1:\(web)"
    }

    /// A settings file's lines for the program of a role.
    func pairs(for role: ProgramRole) throws -> [(String, String)] {
        let keys = Keys(project)
        var pairs = [
            ("VEREDUS_DATABASE_URL", try databaseURL(role, keys)),
            ("VEREDUS_AMQP_URL", try servers.amqpURL(keys)),
            ("VEREDUS_SMTP_URL", "smtp://127.0.0.1:\(smtp)"),
            ("VEREDUS_SMTP_STARTTLS", "off"),
            ("VEREDUS_TOKEN_KEYS", "1:\(try keys.tokenKey)"),
            ("VEREDUS_ADDRESS_KEY", "1:\(try keys.addressKey)"),
            ("VEREDUS_TRACKING_URL", siteURL),
            ("VEREDUS_DASHBOARD_URL", siteURL),
            ("VEREDUS_BOUNCE_DOMAIN", "bounces.example.test"),
            ("VEREDUS_EHLO_NAME", "sender.example.test"),
            ("VEREDUS_STATE_DIRECTORY", state),
        ]
        if role == .owner { pairs.append(("VEREDUS_OWNER_URL", try databaseURL(.owner, keys))) }
        if role == .web, let web {
            pairs += [("VEREDUS_WEB_LISTEN", "127.0.0.1:\(web)"), ("VEREDUS_WEB_TRUSTED_PROXIES", "127.0.0.1")]
        }
        if role == .inbound, let inbound {
            pairs += [("VEREDUS_INBOUND_LISTEN", "127.0.0.1:\(inbound)"), ("VEREDUS_INBOUND_PROTOCOL", "smtp")]
        }
        return pairs + (more[role] ?? [])
    }

    private func databaseURL(_ role: ProgramRole, _ keys: Keys) throws -> String {
        guard let password = try keys.rolePasswords()[role.rawValue] else {
            throw Failure(
                "\(keys.rolePasswordsPath) has no password for veredus_\(role.rawValue)",
                "Delete the file, and the folder .local/servers"
            )
        }
        return
            "postgresql://veredus_\(role.rawValue):\(password)@127.0.0.1:\(servers.postgres)/\(database)?sslmode=disable"
    }

    /// Writes `folder/settings/ROLE.env` for each program, and `folder/env` for shells, which get `pairs` besides the
    /// operator's settings.
    func write(to folder: String, alsoForShells pairs: [(String, String)] = []) throws {
        let files = FileManager.default
        try? files.removeItem(atPath: "\(folder)/settings")
        for path in ["\(folder)/settings", state] {
            try files.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }
        for role in ProgramRole.allCases {
            let lines = try self.pairs(for: role).map { "\($0)=\($1)\n" }
            try EnvironmentFile.write(lines.joined(), to: "\(folder)/settings/\(role.rawValue).env")
        }
        let comment =
            "# How to reach the private servers; written by ./dev, good until they are stopped. For: source \(folder)/env\n"
        let lines = (try self.pairs(for: .admin) + pairs).map { "export \($0)=\(EnvironmentFile.quoted($1))\n" }
        try EnvironmentFile.write(comment + lines.joined(), to: "\(folder)/env")
    }
}

/// The servers' addresses for the tests.
struct TestSettings {
    private let project: Project
    private let servers: ServerAddresses

    init(_ project: Project, _ servers: ServerAddresses) {
        self.project = project
        self.servers = servers
    }

    /// Names and values; the script that runs rabbitmqctl is written, too.
    func pairs() throws -> [(String, String)] {
        let keys = Keys(project)
        let tool = "\(project.run)/test-rabbitmqctl"
        let command = servers.rabbitmqctl.map(EnvironmentFile.quoted).joined(separator: " ")
        try EnvironmentFile.write(
            "#!/bin/sh\n# rabbitmqctl for the private broker.\nexec \(command) \"$@\"\n",
            to: tool,
            mode: 0o755
        )
        return [
            ("VEREDUS_TEST_POSTGRES_URL", try servers.superuserURL(keys)),
            ("VEREDUS_TEST_AMQP_URL", try servers.amqpURL(keys)),
            ("VEREDUS_TEST_AMQPS_URL", try servers.amqpsURL(keys)),
            ("VEREDUS_TEST_TLS_CA", "\(project.local)/tls/ca.pem"),
            ("VEREDUS_TEST_RABBITMQCTL", tool),
            ("VEREDUS_TEST_POSTFIX", project.postfix),
            ("VEREDUS_TEST_PYTHON", "\(project.local)/venv/bin/python"),
            ("VEREDUS_SMTP_SINK", "\(project.postfix)/bin/smtp-sink"),
        ]
    }
}

/// Files of `NAME=VALUE` lines.
enum EnvironmentFile {
    /// Writes a file atomically, readable by this user only.
    static func write(_ text: String, to path: String, mode: Int = 0o600) throws {
        let draft = "\(path).new"
        try? FileManager.default.removeItem(atPath: draft)
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: mode]
        guard FileManager.default.createFile(atPath: draft, contents: Data(text.utf8), attributes: attributes),
            rename(draft, path) == 0
        else {
            throw Failure("\(path) cannot be written: \(String(cString: strerror(errno)))", "Check who owns the folder")
        }
    }

    /// A word as a shell reads it back.
    static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "_-./:@=,+%".utf8.contains(byte)
                }
            }
        return isPlain ? word : "'\(word.replacing("'", with: #"'\''"#))'"
    }

    /// The lines of a settings file.
    static func read(_ path: String) throws -> [String: String] {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let pairs = lines.compactMap { line -> (String, String)? in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return parts.count == 2 && !line.hasPrefix("#") ? (parts[0], parts[1]) : nil
        }
        return Dictionary(pairs) { $1 }
    }
}
