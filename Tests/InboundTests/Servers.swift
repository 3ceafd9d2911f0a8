import Database
import Foundation
import Glibc
import TestKit
import Testing

/// Dovecot and Postfix, as Debian has them, started privately: nothing of the machine's own mail is touched.
enum Servers {
    static let areRequired = ProcessInfo.processInfo.environment["REQUIRE_SERVERS"] == "1"
    static var runsDovecot: Bool { areRequired || access("/usr/sbin/dovecot", X_OK) == 0 }
    /// Postfix's master wants to be root.
    static var runsPostfix: Bool {
        geteuid() == 0 && (areRequired || access("\(postfix)/usr/sbin/postconf", X_OK) == 0)
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    static let postfix = "\(root)/.local/postfix"

    /// Without rights of its own: who runs a server that refuses root.
    struct User {
        let id: uid_t
        let group: gid_t
        let name: String
        let groupName: String

        static func unprivileged() throws -> User {
            let name = getuid() == 0 ? "nobody" : nil
            let entry = try #require(name.map { getpwnam($0) } ?? getpwuid(getuid()))
            let group = try #require(getgrgid(entry.pointee.pw_gid))
            return User(
                id: entry.pointee.pw_uid,
                group: entry.pointee.pw_gid,
                name: String(cString: entry.pointee.pw_name),
                groupName: String(cString: group.pointee.gr_name)
            )
        }

        func running(_ command: [String]) -> [String] {
            guard getuid() == 0 else { return command }
            return ["/usr/bin/setpriv", "--reuid=\(id)", "--regid=\(group)", "--clear-groups"] + command
        }
    }

    /// A folder directly below /tmp, for sockets have short names; everybody may enter it.
    static func folder(_ name: String) throws -> String {
        let path = "/tmp/veredus-\(name)-\(UInt32.random(in: 0...(.max)))"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        return path
    }
}

/// A Dovecot of a test's own: one user `test` with the password `secret`, a Maildir, TLS by a certificate for localhost.
struct Dovecot {
    let folder: String
    let port: UInt16
    let tlsPort: UInt16
    let authority: String
    /// Where the user's mail is; mails put into its `new` are there.
    var inbox: String { "\(folder)/mail/test" }
    let process: ChildProcess
    private let person: Servers.User
    private let guardian: ProcessGuardian

    static func with(_ body: (Dovecot) async throws -> Void) async throws {
        let dovecot = try await start()
        defer {
            dovecot.process.send(SIGTERM)
            dovecot.process.waitUntilExit()
            dovecot.guardian.forget(dovecot.process.pid)
        }
        try await body(dovecot)
    }

    private static func start() async throws -> Dovecot {
        let folder = try Servers.folder("dovecot")
        let guardian = try ProcessGuardian(folder: folder)
        let person = try Servers.User.unprivileged()
        for name in ["run", "state", "mail"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        let made = try await ChildProcess.run([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", "\(folder)/key.pem", "-out", "\(folder)/cert.pem", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost",
        ])
        try #require(made.succeeded, "\(made.errors)")
        let ports = try LoopbackPorts.free(2)
        let configuration = """
            base_dir = \(folder)/run
            state_dir = \(folder)/state
            protocols = imap
            listen = 127.0.0.1
            log_path = \(folder)/log
            default_internal_user = \(person.name)
            default_internal_group = \(person.groupName)
            default_login_user = \(person.name)
            ssl = yes
            ssl_cert = <\(folder)/cert.pem
            ssl_key = <\(folder)/key.pem
            mail_location = maildir:\(folder)/mail/%u
            first_valid_uid = 1
            mail_fsync = never
            passdb {
              driver = static
              args = password=secret
            }
            userdb {
              driver = static
              args = uid=\(person.id) gid=\(person.group) home=\(folder)/mail/%u
            }
            service imap-login {
              chroot =
              inet_listener imap {
                port = \(ports[0])
              }
              inet_listener imaps {
                port = \(ports[1])
                ssl = yes
              }
            }
            service anvil {
              chroot =
            }

            """
        try configuration.write(toFile: "\(folder)/dovecot.conf", atomically: false, encoding: .utf8)
        for name in ["", "run", "state", "mail", "key.pem", "cert.pem"] {
            _ = chown("\(folder)/\(name)", person.id, person.group)
        }
        let process = try ChildProcess(
            person.running(["/usr/sbin/dovecot", "-F", "-c", "\(folder)/dovecot.conf"]),
            folder: "/",
            output: .file("\(folder)/out")
        )
        guardian.watch(process.pid)
        try await process.listens(on: ports[0], log: "\(folder)/log")
        return Dovecot(
            folder: folder,
            port: ports[0],
            tlsPort: ports[1],
            authority: "\(folder)/cert.pem",
            process: process,
            person: person,
            guardian: guardian
        )
    }

    /// Puts a mail into a folder of the user, as a delivery program would.
    func deliver(_ mail: [UInt8], _ name: String, to subfolder: String = "") throws {
        var path = inbox
        for part in ["", subfolder, "\(subfolder)/tmp", "\(subfolder)/new", "\(subfolder)/cur"] {
            path = part.isEmpty ? inbox : "\(inbox)/\(part)"
            if access(path, F_OK) != 0 { try #require(mkdir(path, 0o700) == 0) }
            _ = chown(path, person.id, person.group)
        }
        let temporary = "\(inbox)/\(subfolder)/tmp/\(name)"
        try Data(mail).write(to: URL(filePath: temporary))
        _ = chown(temporary, person.id, person.group)
        try #require(rename(temporary, "\(inbox)/\(subfolder)/new/\(name)") == 0)
    }

    /// How many mails are in a folder.
    func count(_ subfolder: String = "") -> Int {
        ["new", "cur"].reduce(0) { sum, part in
            let names = try? FileManager.default.contentsOfDirectory(atPath: "\(inbox)/\(subfolder)/\(part)")
            return sum + (names?.count ?? 0)
        }
    }
}
