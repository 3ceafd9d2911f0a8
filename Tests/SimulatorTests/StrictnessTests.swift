import MailSimulator
import Testing

@Suite(.timeLimit(.minutes(1))) struct StrictnessTests {
    @Test(arguments: ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r.\r\n", "\n.\r", "\r\r\n.\r\r\n"])
    func `a smuggled message is never one of its own`(ending: String) async throws {
        for isStrict in [true, false] {
            try await withSimulator {
                $0.refusesBareLineEnds = isStrict
            } _: { simulator in
                let client = try await RawClient.greeted(port: simulator.port)
                try await client.send("MAIL FROM:<a@x>\r\nRCPT TO:<victim@x>\r\nDATA\r\n")
                for _ in 1...3 { _ = try await client.reply() }
                let smuggled = "MAIL FROM:<b@x>\r\nRCPT TO:<smuggled@x>\r\nDATA\r\nSubject: y\r\n\r\ny"
                let code = try await client.ask("Subject: x\r\n\r\nx\(ending)\(smuggled)\r\n.\r\n").prefix(3)
                #expect(code == (isStrict ? "550" : "250"))
                #expect(try await client.ask("NOOP\r\n").hasPrefix("250"), "no further reply came before this one")
                #expect(simulator.copies(of: "smuggled@x") == 0)
                #expect(simulator.copies(of: "victim@x") == (isStrict ? 0 : 1))
                let violations = simulator.summary.violations
                #expect((violations[.bareLF] ?? 0) + (violations[.bareCR] ?? 0) > 0)
            }
        }
    }

    @Test(arguments: ["NOOP\n", "NO\rOP\r\n", "MAIL FROM:<a@x>\nRCPT TO:<b@x>\r\n", "MAIL FROM:<a\r@x>\r\n"])
    func `a bare CR or LF in a command ends the connection`(line: String) async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            #expect(try await client.ask(line).hasPrefix("521 5.5.2"))
            #expect(await client.rest() == "")
        }
    }

    @Test func `bare line ends are only counted when asked`() async throws {
        try await withSimulator {
            $0.refusesBareLineEnds = false
        } _: { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            #expect(try await client.ask("NOOP\n").hasPrefix("250"))
            #expect(simulator.summary.violations[.bareLF] == 1)
        }
    }

    @Test func `a line of more than 1000 octets is refused, in a command and in content`() async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            let long = String(repeating: "a", count: 999)
            #expect(try await client.ask("NOOP \(long)\r\n").hasPrefix("500 5.5.6"))
            try await client.send("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n")
            for _ in 1...3 { _ = try await client.reply() }
            #expect(try await client.ask("\(long)\r\n.\r\n").hasPrefix("550 5.6.0"))
            #expect(simulator.summary.violations[.longLine] == 2)
            #expect(simulator.summary.accepted == 0)
        }
    }

    @Test func `a command without an end does not fill the memory`() async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            #expect(try await client.ask(String(repeating: "a", count: 20_000)).hasPrefix("421"))
        }
    }

    static let refused: [(commands: [String], code: String, because: Comment)] = [
        (["MAIL FROM: <a@x>"], "501", "no space after the colon"),
        (["MAIL FROM:a@x"], "501", "angle brackets"),
        (["MAIL FROM:<a@x>SIZE=1"], "501", "a space before parameters"),
        (["MAIL FROM:<a@x> FOO=1"], "555", "not offered"),
        (["MAIL FROM:<a@x> SIZE=99999999999"], "552", "larger than SIZE"),
        (["MAIL FROM:<a@x> SIZE=many"], "501", "no number"),
        (["MAIL FROM:<ä@x>"], "553", "SMTPUTF8 was not asked for"),
        (["MAIL FROM:<a>"], "501", "no domain"),
        (["MAIL FROM:<a@x>", "MAIL FROM:<a@x>"], "503", "nested"),
        (["RCPT TO:<a@x>"], "503", "MAIL comes first"),
        (["MAIL FROM:<>", "RCPT TO:<>"], "501", "nobody"),
        (["MAIL FROM:<>", "RCPT TO:<a b@x>"], "501", "a space without quotes"),
        (["MAIL FROM:<>", "RCPT TO:<a@b@x>"], "501", "two signs"),
        (["MAIL FROM:<>", "RCPT TO:<@relay:a@x>"], "501", "a source route"),
        (
            ["MAIL FROM:<>", "RCPT TO:<\(String(repeating: "l", count: 65))@x>"], "501",
            "RFC 5321 §4.5.3.1.1: 64 octets"
        ),
        (
            ["MAIL FROM:<>", "RCPT TO:<l@\(String(repeating: "d", count: 256))>"], "501",
            "RFC 5321 §4.5.3.1.2: 255 octets"
        ),
        (["MAIL FROM:<>", "RCPT TO:<a@x> NOTIFY=NEVER FOO"], "555", "FOO is not offered"),
        (["MAIL FROM:<>", "DATA"], "554", "no recipient"),
        (["DATA"], "503", "MAIL comes first"),
        (["BDAT 5 LAST"], "500", "not offered"),
        (["EHLO"], "501", "no domain"),
        (["STARTTLS"], "503", "not offered"),
        (["AUTH PLAIN"], "502", "not offered"),
    ]

    @Test(arguments: refused)
    func `what RFC 5321 does not allow is refused`(
        row: (commands: [String], code: String, because: Comment)
    ) async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            var last = ""
            for command in row.commands { last = try await client.ask(command + "\r\n") }
            #expect(last.prefix(3) == row.code, row.because)
        }
    }

    @Test(arguments: [
        #"RCPT TO:<"a b@c"@x>"#, #"RCPT TO:<"a>b"@x>"#, "rcpt to:<POSTMASTER>",
        "RCPT TO:<a@x> NOTIFY=NEVER ORCPT=rfc822;a@x",
        "RCPT TO:<a@[127.0.0.1]>",
    ])
    func `what RFC 5321 allows is taken`(command: String) async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            _ = try await client.ask("MAIL FROM:<ä@x> SMTPUTF8 BODY=8BITMIME SIZE=10 RET=HDRS ENVID=1\r\n")
            #expect(try await client.ask(command + "\r\n").hasPrefix("250"))
        }
    }

    @Test(arguments: MailSimulator.Configuration.Extension.allCases)
    func `an extension that is switched off is neither offered nor taken`(
        off: MailSimulator.Configuration.Extension
    ) async throws {
        let use: [MailSimulator.Configuration.Extension: String] = [
            .size: "SIZE=1", .eightBitMIME: "BODY=8BITMIME", .smtpUTF8: "SMTPUTF8", .dsn: "RET=FULL",
        ]
        for isOff in [false, true] {
            try await withSimulator {
                if isOff { $0.extensions.remove(off) }
            } _: { simulator in
                let client = try await RawClient(port: simulator.port)
                _ = try await client.reply()
                let ehlo = try await client.ask("EHLO c\r\n").uppercased()
                #expect(ehlo.contains(off.rawValue.uppercased()) == !isOff)
                let reply = try await client.ask("MAIL FROM:<a@x> \(use[off] ?? "")\r\n")
                #expect(reply.prefix(3) == (isOff && use[off] != nil ? "555" : "250"))
                #expect(reply.contains("2.1.0") == !(isOff && off == .enhancedStatusCodes) || reply.hasPrefix("555"))
            }
        }
    }

    @Test func `content that is larger than SIZE is refused at the dot and not kept`() async throws {
        try await withSimulator {
            $0.maxSizeBytes = 1000
            $0.keepsContentOfFirst = .max
        } _: { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            for (lines, code) in [(50, "250"), (51, "552")] {
                try await client.send("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n")
                for _ in 1...3 { _ = try await client.reply() }
                let content = String(repeating: "123456789 12345678\r\n", count: lines)
                #expect(try await client.ask(content + ".\r\n").prefix(3) == code)
            }
            #expect(simulator.accepted.map(\.sizeBytes) == [1000])
        }
    }

    @Test func `8-bit content without BODY=8BITMIME is counted`() async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            for parameter in ["", " BODY=8BITMIME"] {
                try await client.send("MAIL FROM:<a@x>\(parameter)\r\nRCPT TO:<b@x>\r\nDATA\r\n")
                for _ in 1...3 { _ = try await client.reply() }
                #expect(try await client.ask("Grüße\r\n.\r\n").hasPrefix("250"))
            }
            #expect(simulator.summary.violations[.undeclared8Bit] == 1)
        }
    }

    @Test func `commands in one write are a violation only where PIPELINING is not offered`() async throws {
        for isOffered in [true, false] {
            try await withSimulator {
                if !isOffered { $0.extensions.remove(.pipelining) }
            } _: { simulator in
                let client = try await RawClient.greeted(port: simulator.port)
                try await client.send("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\n")
                for _ in 1...2 { #expect(try await client.reply().hasPrefix("250")) }
                #expect(simulator.summary.violations[.pipelinedUnasked] == (isOffered ? nil : 1))
                #expect(simulator.summary.violations[.spokeTooEarly] == nil)
                try await client.send("DATA\r\nearly\r\n.\r\n")
                for _ in 1...2 { _ = try await client.reply() }
                #expect(simulator.summary.violations[.spokeTooEarly] == 1, "content before 354")
            }
        }
    }

    @Test func `a client that speaks before a late banner is noticed`() async throws {
        try await withSimulator {
            $0.script = Script(rules: [.init(.connection, Behaviour(.delay(.banner, milliseconds: 1000)))])
        } _: { simulator in
            let client = try await RawClient(port: simulator.port)
            try await client.send("EHLO hasty\r\n")
            #expect(try await client.reply().hasPrefix("220"))
            #expect(try await client.reply().hasPrefix("250"))
            #expect(simulator.summary.violations[.spokeTooEarly] == 1)
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct LimitTests {
    @Test func `one connection too many is greeted with 421`() async throws {
        try await withSimulator {
            $0.maxConnections = 2
        } _: { simulator in
            let first = try await RawClient.greeted(port: simulator.port)
            let second = try await RawClient.greeted(port: simulator.port)
            let third = try await RawClient(port: simulator.port)
            #expect(try await third.reply().hasPrefix("421 4.3.2"))
            #expect(await third.rest() == "")
            #expect(try await first.ask("QUIT\r\n").hasPrefix("221"))
            #expect(await first.rest() == "")
            let fourth = try await RawClient(port: simulator.port)
            #expect(try await fourth.reply().hasPrefix("220"))
            #expect(try await second.ask("NOOP\r\n").hasPrefix("250"))
            #expect(simulator.connections == 4)
            #expect(simulator.summary.mostOpen == 3)
        }
    }

    @Test func `a connection takes so many messages and no more`() async throws {
        try await withSimulator {
            $0.maxMessagesPerConnection = 2
        } _: { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            for _ in 1...2 { #expect(try await client.deliver(to: "a@x").last == "250") }
            #expect(try await client.ask("MAIL FROM:<a@x>\r\n").hasPrefix("421 4.7.0"))
            #expect(await client.rest() == "")
        }
    }

    @Test func `mail beyond the rate is deferred`() async throws {
        try await withSimulator {
            $0.maxMailsPerSecond = 5
        } _: { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            var codes: [Substring] = []
            let time = try await ContinuousClock().measure {
                for _ in 1...20 {
                    codes.append(try await client.ask("MAIL FROM:<a@x>\r\n").prefix(3))
                    _ = try await client.ask("RSET\r\n")
                }
            }
            let allowed = 5 + Int(time / .seconds(1) * 5) + 1
            #expect(codes.prefix(5).allSatisfy { $0 == "250" })
            #expect(codes.count { $0 == "250" } <= allowed)
            #expect(codes.contains("451"))
        }
    }

    @Test func `a silent connection is closed without a word`() async throws {
        try await withSimulator {
            $0.idleLimit = .milliseconds(50)
        } _: { simulator in
            let client = try await RawClient(port: simulator.port)
            #expect(await client.rest() == "220 simulator.invalid ESMTP simulator\r\n")
        }
    }

    @Test func `too many recipients are deferred one by one`() async throws {
        try await withSimulator {
            $0.maxRecipients = 2
        } _: { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            _ = try await client.ask("MAIL FROM:<a@x>\r\n")
            var codes: [Substring] = []
            for number in 1...3 { codes.append(try await client.ask("RCPT TO:<\(number)@x>\r\n").prefix(3)) }
            #expect(codes == ["250", "250", "452"])
        }
    }

    @Test(arguments: [-0.1, 1.5, .nan])
    func `a rate that is no part of one is refused`(rate: Double) async {
        var configuration = MailSimulator.Configuration()
        configuration.deferRate = rate
        await #expect(throws: MailSimulator.Problem.self) { try await MailSimulator.start(configuration) }
    }

    @Test func `a port that is taken is said so`() async throws {
        try await withSimulator { simulator in
            var configuration = MailSimulator.Configuration()
            configuration.port = simulator.port
            let error = await #expect(throws: MailSimulator.Problem.self) {
                try await MailSimulator.start(configuration)
            }
            #expect(error?.description.contains("127.0.0.1:\(simulator.port)") == true)
        }
    }
}
