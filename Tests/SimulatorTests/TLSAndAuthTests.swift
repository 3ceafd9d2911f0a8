import MailSimulator
import NIOSSL
import TestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct AuthTests {
    static let exchanges: [(lines: [String], code: String, because: Comment)] = [
        (["AUTH PLAIN AGFubmEAc2VjcmV0"], "235", "anna, secret"),
        (["AUTH PLAIN", "AGFubmEAc2VjcmV0"], "235", "without an initial response"),
        (["AUTH PLAIN AGFubmEAd3Jvbmc="], "535", "anna, wrong"),
        (["AUTH PLAIN AGJlcnQAc2VjcmV0"], "535", "bert is unknown"),
        (["AUTH LOGIN", "YW5uYQ==", "c2VjcmV0"], "235", "anna, secret"),
        (["AUTH LOGIN YW5uYQ==", "c2VjcmV0"], "235", "with an initial response"),
        (["AUTH LOGIN", "YW5uYQ==", "d3Jvbmc="], "535", "anna, wrong"),
        (["AUTH LOGIN", "*"], "501", "cancelled"),
        (["AUTH PLAIN !"], "501", "not base64"),
        (["AUTH PLAIN YW5uYQ=="], "501", "not of three parts"),
        (["AUTH XOAUTH2 dXNlcj1hbm5hAWF1dGg9QmVhcmVyIHRva2VuAQE="], "235", "Bearer token"),
        (["AUTH XOAUTH2 dXNlcj1hbm5hAWF1dGg9QmVhcmVyIHN0YWxlAQE=", ""], "535", "Bearer stale"),
        (["AUTH CRAM-MD5"], "504", "not offered"),
        (["AUTH PLAIN AGFubmEAc2VjcmV0", "AUTH PLAIN AGFubmEAc2VjcmV0"], "503", "once only"),
    ]

    @Test(arguments: exchanges)
    func `a log-in is judged`(row: (lines: [String], code: String, because: Comment)) async throws {
        try await withSimulator {
            $0.users = ["anna": "secret"]
            $0.tokens = ["token"]
            $0.allowsPlaintextAuth = true
            $0.requiresAuth = true
        } _: { simulator in
            let client = try await RawClient(port: simulator.port)
            _ = try await client.reply()
            #expect(try await client.ask("EHLO c\r\n").contains("AUTH PLAIN LOGIN XOAUTH2"))
            var last = ""
            for (number, line) in row.lines.enumerated() {
                if number > 0, row.code != "503" { #expect(last.hasPrefix("334 ")) }
                last = try await client.ask(line + "\r\n")
            }
            #expect(last.prefix(3) == row.code, row.because)
            let mail = try await client.ask("MAIL FROM:<a@x>\r\n")
            #expect(mail.prefix(3) == (row.code == "235" || row.code == "503" ? "250" : "530"))
        }
    }

    @Test func `a log-in in clear is refused and counted`() async throws {
        try await withSimulator {
            $0.users = ["anna": "secret"]
        } _: { simulator in
            let client = try await RawClient(port: simulator.port)
            _ = try await client.reply()
            #expect(try await !client.ask("EHLO c\r\n").contains("AUTH"))
            #expect(try await client.ask("AUTH PLAIN AGFubmEAc2VjcmV0\r\n").hasPrefix("538"))
            #expect(simulator.summary.violations[.authInClear] == 1)
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    @Test(.enabled(if: Command.has("openssl")))
    func `what is sent in clear behind STARTTLS is not obeyed`() async throws {
        let certificate = try await Certificate()
        defer { certificate.remove() }
        let tls = try Self.configuration(certificate)
        try await withSimulator {
            $0.tls = .startTLS(tls)
            $0.requiresTLS = true
        } _: { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            #expect(try await client.ask("MAIL FROM:<a@x>\r\n").hasPrefix("530 5.7.0"))
            try await client.send("STARTTLS\r\nEHLO c\r\nMAIL FROM:<a@x>\r\nRCPT TO:<injected@x>\r\n")
            #expect(try await client.reply().hasPrefix("220"))
            // Nothing answers in clear any more; what is no TLS record ends the connection.
            try await client.send("NOOP\r\n")
            #expect(await !client.rest().contains("250"))
            #expect(simulator.attempts(of: "injected@x") == 0)
            #expect(simulator.summary.violations[.spokeTooEarly] == 1)
        }
    }

    /// Python's own client, so that not only our reading of the RFCs is tested.
    static let script = """
        import smtplib, ssl, sys
        mode, port, ca = sys.argv[1], int(sys.argv[2]), sys.argv[3]
        trust = ssl.create_default_context(cafile=ca)
        if mode == "implicit":
            client = smtplib.SMTP_SSL("localhost", port, context=trust)
        else:
            client = smtplib.SMTP("localhost", port)
            if mode == "starttls":
                client.starttls(context=trust)
        client.ehlo()
        if client.has_extn("auth"):
            try:
                client.login("anna", "wrong")
                sys.exit("a wrong password was taken")
            except smtplib.SMTPAuthenticationError:
                pass
            client.login("anna", "secret")
        body = "From: a@x\\r\\nMessage-ID: <py@x>\\r\\n\\r\\n.dot\\r\\n.\\r\\n..\\r\\nend\\r\\n"
        refused = client.sendmail("a@x", ["ok@x", "reject-550@x"], body)
        assert list(refused) == ["reject-550@x"] and refused["reject-550@x"][0] == 550, refused
        try:
            client.sendmail("a@x", ["dot-451-4.3.0@x"], body)
            sys.exit("the dot was not deferred")
        except smtplib.SMTPDataError as error:
            assert error.smtp_code == 451, error
        client.quit()
        print("done")
        """

    @Test(.enabled(if: Command.has("python3", "openssl")), arguments: ["plain", "starttls", "implicit"])
    func `Python's smtplib gets along with it`(mode: String) async throws {
        let certificate = try await Certificate()
        defer { certificate.remove() }
        let tls = try Self.configuration(certificate)
        try await withSimulator {
            $0.keepsContentOfFirst = .max
            if mode == "starttls" { $0.tls = .startTLS(tls) }
            if mode == "implicit" { $0.tls = .implicit(tls) }
            if mode != "plain" { $0.users = ["anna": "secret"] }
        } _: { simulator in
            let outcome = try await ChildProcess.run(
                ["python3", "-", mode, "\(simulator.port)", certificate.certificatePath],
                input: Self.script
            )
            #expect(outcome.output == "done\n", "\(outcome.errors)")
            let accepted = simulator.accepted
            #expect(accepted.map(\.recipient) == ["ok@x"])
            #expect(accepted.first?.isEncrypted == (mode != "plain"))
            #expect(accepted.first?.user == (mode == "plain" ? nil : "anna"))
            #expect(accepted.first?.messageID == "<py@x>")
            let content = "From: a@x\r\nMessage-ID: <py@x>\r\n\r\n.dot\r\n.\r\n..\r\nend\r\n"
            #expect(accepted.first?.content == Array(content.utf8), "dots are restored")
            #expect(simulator.summary.violations.isEmpty)
        }
    }

    static func configuration(_ certificate: Certificate) throws -> TLSConfiguration {
        .makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificate.certificatePath).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.keyPath, format: .pem))
        )
    }
}
