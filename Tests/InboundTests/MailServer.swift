import Foundation
import Glibc
import TestKit
import Testing

/// A mail server as Debian packs it: unpacked below `.local`, run where nothing of the machine's own mail is touched.
///
/// They conflict as packages, and have their paths and users built in. So each gets namespaces of its own, in which its
/// programs stand in /usr, its users are known, and /var and /run are empty; all of it ends with one process.
enum MailServer: String, CaseIterable, CustomTestStringConvertible {
    case postfix = "postfix"
    case exim = "exim"
    case openSMTPD = "opensmtpd"
    case sendmail = "sendmail"
    case dovecot = "dovecot"

    var testDescription: String { rawValue }

    private var tree: String { "\(Servers.root)/.local/\(rawValue)" }

    private var program: String {
        switch self {
        case .postfix: "/usr/lib/postfix/sbin/master"
        case .exim: "/usr/sbin/exim4"
        case .openSMTPD: "/usr/sbin/smtpd"
        case .sendmail: "/usr/libexec/sendmail/sendmail"
        case .dovecot: "/usr/lib/dovecot/dovecot-lda"
        }
    }

    static let hostname = "relay.example.org"

    /// Puts a tree over the machine, as the new namespaces see it, and runs a command there.
    private static let enter = """
        set -e
        tree=$1 place=$2
        shift 2
        mount -t overlay -o "lowerdir=$tree/usr:/usr" overlay /usr
        for name in passwd group hosts resolv.conf; do mount --bind "$place/$name" "/etc/$name"; done
        for name in /var /run; do mount -t tmpfs -o mode=755 tmpfs "$name"; done
        mkdir /var/spool /var/lib /var/log /var/mail /var/run
        hostname \(hostname)
        "$@"
        """

    /// A new folder with the files that such a namespace needs.
    func place() throws -> String {
        let place = try Servers.folder(rawValue)
        let names = ["postfix", "postdrop", "Debian-exim", "opensmtpd", "opensmtpq", "smmta", "smmsp"]
        var users = try String(contentsOfFile: "/etc/passwd", encoding: .utf8)
        var groups = try String(contentsOfFile: "/etc/group", encoding: .utf8)
        for (index, name) in names.enumerated() {
            // OpenSMTPD locks itself into the first one's home.
            users += "\(name):x:\(64_900 + index):\(64_900 + index)::/var/lib/opensmtpd/empty:/usr/sbin/nologin\n"
            groups += "\(name):x:\(64_900 + index):\n"
        }
        for (name, text) in [
            ("passwd", users), ("group", groups), ("hosts", "127.0.0.1 localhost \(Self.hostname)\n"),
            ("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"),
        ] {
            try text.write(toFile: "\(place)/\(name)", atomically: false, encoding: .utf8)
        }
        return place
    }

    /// What runs a command beside the server's programs; the end of its first process is the end of all.
    func command(_ words: [String], at place: String) -> [String] {
        [
            "/usr/bin/unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation",
            "private", "/bin/sh", "-c", Self.enter, "sh", tree, place,
        ] + words
    }

    static let environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"]

    /// Skips the test where the server is not to be had: not root, no namespaces, or no package.
    func require(at place: String) async throws {
        let found = try await ChildProcess.run(
            command(["/usr/bin/test", "-x", program], at: place),
            environment: Self.environment,
            folder: "/"
        )
        guard found.succeeded else {
            try Test.cancel("\(rawValue) cannot be run here as root in namespaces: \(found.errors.prefix(300))")
        }
    }

    /// Starts it, and stops it when the body is over.
    ///
    /// - Parameters:
    ///   - far: The port to which it hands all mail, but for what goes to `bounces.example`.
    ///   - back: The port to which it hands that.
    ///   - body: Is given the port that it listens on.
    /// - Throws: What starting the server or the body throws.
    func with(far: Int, back: Int, _ body: (Int) async throws -> Void) async throws {
        let place = try place()
        let guardian = try ProcessGuardian(folder: place)
        try await require(at: place)
        let port = try LoopbackPorts.free(1)[0]
        let ports = Ports(own: Int(port), far: far, back: back)
        for (name, text) in files(ports) {
            try text.write(toFile: "\(place)/\(name)", atomically: false, encoding: .utf8)
        }
        let process = try ChildProcess(
            command(["/bin/sh", "-c", script, place], at: place),
            environment: Self.environment,
            folder: "/",
            output: .file("\(place)/out")
        )
        guardian.watch(process.pid)
        defer {
            process.kill()
            guardian.forget(process.pid)
        }
        try await process.listens(on: port, log: "\(place)/out")
        try await body(Int(port))
    }

    struct Ports {
        let own: Int
        let far: Int
        let back: Int
    }
}
