import Core
import SMTP
import Testing

@Suite(.enabled(if: TestServers.runsPython), .timeLimit(.minutes(1)))
struct TLSTests {
    /// A server in Python, its certificates, and a route to it.
    private final class Server {
        private let process: ServerProcess
        private let certificates: [Certificates]
        let events: LineReader
        let route: SMTPRouteSettings

        // The arguments are the script's own, certificate and key apart; the route trusts `authority` if there is one,
        // else the server's own.
        init(
            _ script: String,
            _ arguments: [String],
            isTLSFirst: Bool,
            _ certificates: Certificates,
            trusting authority: Certificates? = nil
        ) throws {
            var all = arguments
            all.insert(contentsOf: [certificates.certificate, certificates.key], at: 1)
            (process, events) = try ServerProcess.python(script, all)
            self.certificates = [certificates] + (authority.map { [$0] } ?? [])
            var route = SMTPRouteSettings.plain(process.port)
            route.host = "localhost"
            route.isTLSFirst = isTLSFirst
            route.startTLS = .required
            route.authorityFile = (authority ?? certificates).authority
            self.route = route
        }

        func say(_ line: String) { process.say(line) }

        /// Ends the server; everything it noted.
        func notes() -> [String] {
            process.stop()
            var notes: [String] = []
            while let line = events.next() { notes.append(line) }
            return notes
        }
    }

    private func start(
        _ mode: String,
        _ certificates: Certificates,
        trusting authority: Certificates? = nil,
        mechanisms: String = ""
    ) throws -> Server {
        let script = PythonServers.aiosmtpd
        let isTLSFirst = mode == "smtps"
        return try Server(script, [mode, mechanisms], isTLSFirst: isTLSFirst, certificates, trusting: authority)
    }

    @Test(arguments: ["starttls", "smtps"])
    func `messages travel encrypted, with the certificate verified`(mode: String) async throws {
        let certificates = try Certificates()
        let server = try start(mode, certificates)
        let transport = try SMTPTransport(server.route, fence: .open)
        transport.send(messages(1...20))
        let outcomes = await transport.outcomes(20)
        #expect(outcomes.allSatisfy { $0.judgement == .accepted && $0.text == "2.0.0 taken" })
        await transport.close()
        let heard = server.notes()
        #expect(heard.filter { $0 == "mail encrypted" }.count == 20)
        #expect(!heard.contains("mail plain"))
    }

    enum Trouble: String, CaseIterable { case unknownAuthority, otherName, noTLSOffered, notTLSAtAll }

    @Test(arguments: Trouble.allCases)
    func `without good TLS nothing is said`(trouble: Trouble) async throws {
        let certificates = try Certificates(for: trouble == .otherName ? "other.test" : "localhost")
        let authority = trouble == .unknownAuthority ? try Certificates() : certificates
        for mode in ["starttls", "smtps"] {
            if trouble == .noTLSOffered, mode == "smtps" { continue }
            let isPlain = trouble == .noTLSOffered || trouble == .notTLSAtAll
            let server = try start(
                isPlain ? "plain" : mode,
                certificates,
                trusting: authority,
                mechanisms: "PLAIN,LOGIN"
            )
            var route = server.route
            route.isTLSFirst = mode == "smtps" || trouble == .notTLSAtAll
            route.credentials = .init(user: "ada", secret: "secret word")
            let transport = try SMTPTransport(route, fence: .open)
            let outcome = try await transport.outcome(of: message(1))
            #expect(outcome.judgement == .later)
            #expect(outcome.step == (route.isTLSFirst ? .connect : .startTLS), "\(outcome.text)")
            #expect(!outcome.text.contains("secret"))
            await transport.close()
            let heard = server.notes()
            #expect(!heard.contains { $0.hasPrefix("mail") || $0.hasPrefix("auth") }, "no fallback to plain text")
        }
    }

    @Test func `opportunistic TLS is used when it is offered, whoever signed`() async throws {
        for mode in ["starttls", "plain"] {
            let server = try start(mode, try Certificates(), trusting: try Certificates())
            var route = server.route
            route.startTLS = .opportunistic
            let transport = try SMTPTransport(route, fence: .open)
            #expect(try await transport.outcome(of: message(1)).judgement == .accepted)
            await transport.close()
            #expect(server.notes().contains(mode == "plain" ? "mail plain" : "mail encrypted"))
        }
    }

    // MARK: Log-in

    @Test(arguments: [("PLAIN", nil), ("LOGIN", nil), ("PLAIN,LOGIN", SMTPRouteSettings.Mechanism.login)])
    func `a log-in opens the door`(offered: String, asked: SMTPRouteSettings.Mechanism?) async throws {
        let server = try start("starttls", try Certificates(), mechanisms: offered)
        var route = server.route
        route.credentials = .init(user: "ada", secret: "secret word", mechanism: asked)
        let transport = try SMTPTransport(route, fence: .open)
        #expect(try await transport.outcome(of: message(1)).judgement == .accepted)
        await transport.close()
        #expect(server.notes().contains("auth \(asked?.rawValue ?? offered) encrypted"))
    }

    @Test func `a bearer token opens the door`() async throws {
        let server = try start("smtps", try Certificates(), mechanisms: "XOAUTH2")
        var route = server.route
        route.credentials = .init(user: "ada", secret: "good", mechanism: .xoauth2)
        let transport = try SMTPTransport(route, fence: .open)
        #expect(try await transport.outcome(of: message(1)).judgement == .accepted)
        await transport.close()
        #expect(server.notes().contains("auth XOAUTH2 user=ada|auth=Bearer good||"))
    }

    @Test func `a wrong password is the route's fault, and is not shown`() async throws {
        let server = try start("starttls", try Certificates(), mechanisms: "PLAIN")
        var route = server.route
        route.credentials = .init(user: "ada", secret: "wr0ng")
        let transport = try SMTPTransport(route, fence: .open)
        let outcome = try await transport.outcome(of: message(1))
        #expect(outcome.judgement == .later)
        #expect(outcome.step == .auth)
        #expect(outcome.code == 535)
        #expect(!outcome.text.contains("wr0ng") && !outcome.text.contains("ada"))
        await transport.close()
        #expect(!server.notes().contains { $0.hasPrefix("mail") })
    }

    // MARK: Records

    private func startBlocking(_ mode: String) throws -> (Server, SMTPRouteSettings) {
        let server = try Server(PythonServers.blocking, [mode], isTLSFirst: true, try Certificates())
        var route = server.route
        route.timeouts.block = .seconds(3)
        route.timeouts.mail = .seconds(3)
        route.timeouts.rcpt = .seconds(3)
        return (server, route)
    }

    @Test func `a large message waits for a slow reader over TLS`() async throws {
        let (server, route) = try startBlocking("slow")
        let transport = try SMTPTransport(route, fence: .open)
        let text = content(bytes: 12 << 20)
        transport.send([message(1, content: text)])
        #expect(server.events.next() == "stalled")
        server.say("go on")
        let outcome = try #require(await transport.outcomes(1).first)
        #expect(outcome.judgement == .accepted, "\(outcome.text)")
        #expect(server.events.next() == "message \(text.utf8.count)")
        await transport.close()
    }

    @Test func `what TLS has decrypted and epoll does not see is read`() async throws {
        let (server, route) = try startBlocking("long")
        let transport = try SMTPTransport(route, fence: .open)
        let outcome = try await transport.outcome(of: message(1))
        #expect(outcome.judgement == .accepted, "\(outcome.text)")
        await transport.close()
        withExtendedLifetime(server) {}
    }
}
