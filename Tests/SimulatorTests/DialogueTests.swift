import MailSimulator
import Testing

@Suite(.timeLimit(.minutes(1))) struct DialogueTests {
    static let refusals: [(recipient: String, codes: [String], copies: Int)] = [
        ("anna@x", ["250", "250", "354", "250"], 1),
        ("accept@x", ["250", "250", "354", "250"], 1),
        ("reject-550-5.1.1@x", ["250", "550"], 0),
        ("defer-451-4.7.1@x", ["250", "451"], 0),
        ("data-451@x", ["250", "250", "451"], 0),
        ("dot-554-5.7.1@x", ["250", "250", "354", "554"], 0),
        ("dot-452@x", ["250", "250", "354", "452"], 0),
        ("dot-251@x", ["250", "250", "354", "251"], 1),
        ("421-rcpt@x", ["250", "421"], 0),
        ("421-dot@x", ["250", "250", "354", "421"], 0),
        ("mail-451@x", ["250", "553"], 0),
        ("multiline@x", ["250", "250", "354", "250"], 1),
        ("delay-dot-5@x", ["250", "250", "354", "250"], 1),
        ("split@x", ["250", "250", "354", "250"], 1),
    ]

    @Test(arguments: refusals)
    func `a recipient gets what its address asks for`(
        row: (recipient: String, codes: [String], copies: Int)
    ) async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            #expect(try await client.deliver(to: row.recipient) == row.codes)
            #expect(simulator.copies(of: row.recipient) == row.copies)
            #expect(simulator.summary.refused.values.reduce(0, +) == (row.copies == 0 ? 1 : 0))
            if row.codes.last == "421" {
                #expect(await client.rest() == "", "421 closes the connection")
            } else {
                #expect(try await client.ask("NOOP\r\n").hasPrefix("250"), "the connection goes on")
            }
        }
    }

    @Test func `the words of a refusal are on the wire as asked`() async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            _ = try await client.ask("MAIL FROM:<>\r\n")
            let bare = try await client.ask("RCPT TO:<reject-550@x>\r\n")
            #expect(bare == "550 as rcpt-550 was asked for")
            let enhanced = try await client.ask("RCPT TO:<defer-450-4.2.2+9@x>\r\n")
            #expect(enhanced == "450 4.2.2 as rcpt-450 was asked for")
            let lines = try await client.ask("RCPT TO:<multiline@x>\r\n").split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines.allSatisfy { $0.hasPrefix("250") })
        }
    }

    @Test func `a first attempt can fail and the second succeed`() async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            #expect(try await client.deliver(to: "defer-once-450@x") == ["250", "450"])
            _ = try await client.ask("RSET\r\n")
            #expect(try await client.deliver(to: "defer-once-450+other@x") == ["250", "450"])
            _ = try await client.ask("RSET\r\n")
            #expect(try await client.deliver(to: "defer-once-450@x").last == "250")
            #expect(simulator.accepted.map(\.attempt) == [2])
        }
    }

    @Test(arguments: ["rcpt", "data", "dot"])
    func `hangup closes without a reply and stores nothing`(step: String) async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            await #expect(throws: RawClient.Closed.self) { try await client.deliver(to: "hangup-\(step)@x") }
            #expect(simulator.copies(of: "hangup-\(step)@x") == 0)
        }
    }

    /// The content sent by `deliver` has 56 octets, the dot included.
    @Test(arguments: [(0, false), (1, false), (55, false), (56, true), (57, true), (1000, true)])
    func `hangup-byte closes at that octet, and never beyond the dot`(cut: (byte: Int, stored: Bool)) async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            let recipient = "hangup-byte-\(cut.byte)@x"
            let codes = try? await client.deliver(to: recipient)
            #expect((codes?.last == "250") == cut.stored)
            #expect(simulator.copies(of: recipient) == (cut.stored ? 1 : 0))
        }
    }

    @Test func `forget-dot stores the message and never says so`() async throws {
        try await withSimulator { simulator in
            for _ in 1...2 {
                let client = try await RawClient.greeted(port: simulator.port)
                await #expect(throws: RawClient.Closed.self) { try await client.deliver(to: "forget-dot@x") }
            }
            #expect(simulator.copies(of: "forget-dot@x") == 2)
            #expect(simulator.accepted.map(\.isAnswered) == [false, false])
            #expect(simulator.summary.repeated == 1)
            #expect(simulator.summary.unanswered == 2)
        }
    }

    @Test func `split sends a reply octet by octet`() async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            _ = try await client.ask("MAIL FROM:<>\r\n")
            var reply = ""
            let time = try await ContinuousClock().measure { reply = try await client.ask("RCPT TO:<split@x>\r\n") }
            // How many of its writes are read together is the system's choice; without `split` it is one piece.
            #expect(time >= .milliseconds(reply.utf8.count))
        }
    }

    @Test func `tarpit is as slow as it says`() async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            _ = try await client.ask("MAIL FROM:<>\r\n")
            let clock = ContinuousClock()
            var reply = ""
            let before = client.pieceCount
            let time = try await clock.measure { reply = try await client.ask("RCPT TO:<tarpit-20@x>\r\n") }
            #expect(time >= .milliseconds(20) * reply.utf8.count)
            #expect(client.pieceCount - before > 1)
        }
    }

    @Test func `delays add up, the server's and the recipient's`() async throws {
        try await withSimulator {
            $0.delay = .milliseconds(20)
        } _: { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            let time = try await ContinuousClock().measure { _ = try await client.deliver(to: "delay-dot-50@x") }
            #expect(time >= .milliseconds(4 * 20 + 50))
            #expect(simulator.copies(of: "delay-dot-50@x") == 1)
        }
    }

    @Test func `a delayed message counts from its dot, whoever waits for the reply`() async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            try await client.send("MAIL FROM:<>\r\nRCPT TO:<delay-dot-60000@x>\r\nDATA\r\n")
            for _ in 1...3 { _ = try await client.reply() }
            try await client.send(".\r\n")
            try await simulator.waitForAccepted(count: 1)
            try await client.close()
            #expect(simulator.copies(of: "delay-dot-60000@x") == 1)
        }
    }

    @Test func `extra says one reply too many`() async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            #expect(try await client.deliver(to: "extra@x").last == "250")
            #expect(try await client.reply() == "250 2.0.0 nobody asked for this")
        }
    }

    @Test func `flood never ends its reply`() async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            try await client.send("MAIL FROM:<>\r\nRCPT TO:<flood@x>\r\n")
            _ = try await client.reply()
            let flood = await client.rest()
            #expect(flood.utf8.count >= Behaviour.floodLimitBytes)
            #expect(!flood.contains("\n250 "))
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct ScriptedDialogueTests {
    static let banners: [(word: String, banner: String?)] = [
        ("banner-554", "554 as banner-554 was asked for"), ("hangup-banner", nil),
        ("421-banner", "421 4.3.2 closing, as 421-banner was asked for"), ("delay-banner-5", "220 sim ESMTP simulator"),
    ]

    @Test(arguments: banners)
    func `a script decides the banner, as often as it says`(row: (word: String, banner: String?)) async throws {
        let behaviour = try #require(Behaviour(word: row.word))
        try await withSimulator {
            $0.name = "sim"
            $0.script = Script(rules: [.init(.connection, behaviour, times: 1)])
        } _: { simulator in
            let first = try await RawClient(port: simulator.port)
            let banner = try? await first.reply()
            #expect(banner == row.banner)
            let second = try await RawClient(port: simulator.port)
            #expect(try await second.reply() == "220 sim ESMTP simulator")
        }
    }

    @Test(arguments: [
        ("ehlo-502", "EHLO c\r\n", "502"), ("421-ehlo", "EHLO c\r\n", "421"), ("quit-500", "QUIT\r\n", "500"),
        ("mail-452", "EHLO c\r\nMAIL FROM:<a@b>\r\n", "452"), ("421-mail", "EHLO c\r\nMAIL FROM:<a@b>\r\n", "421"),
    ])
    func `a script decides any step`(word: String, commands: String, code: String) async throws {
        let behaviour = try #require(Behaviour(word: word))
        try await withSimulator {
            $0.script = Script(rules: [.init(.connection, behaviour)])
        } _: { simulator in
            let client = try await RawClient(port: simulator.port)
            _ = try await client.reply()
            var last = ""
            for command in commands.split(separator: "\r\n") { last = try await client.ask("\(command)\r\n") }
            #expect(last.prefix(3) == code)
        }
    }

    @Test func `a sender can be deferred, by its address or by a rule`() async throws {
        let later = Behaviour(.answer(.mail, Reply(451, "4.3.0", "not now")))
        try await withSimulator {
            $0.script = Script(rules: [.init(.sender("slow@*"), later, times: 1)])
        } _: { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            #expect(try await client.ask("MAIL FROM:<ehlo-450@x>\r\n").hasPrefix("553"), "EHLO is over")
            #expect(try await client.ask("MAIL FROM:<mail-450@x>\r\n").hasPrefix("450"))
            #expect(try await client.ask("MAIL FROM:<once-mail-450@x>\r\n").hasPrefix("450"))
            #expect(try await client.ask("MAIL FROM:<once-mail-450@x>\r\n").hasPrefix("250"))
            _ = try await client.ask("RSET\r\n")
            #expect(try await client.ask("MAIL FROM:<slow@y>\r\n") == "451 4.3.0 not now")
            #expect(try await client.ask("MAIL FROM:<slow@y>\r\n").hasPrefix("250"), "once only")
        }
    }

    @Test func `354 after refused recipients, and a 250 that means nothing`() async throws {
        let taken = Behaviour(.answer(.dot, Reply(250, "for nobody")))
        try await withSimulator {
            $0.takesDataWithoutRecipients = true
            $0.script = Script(rules: [.init(.sender("odd@x"), taken)])
        } _: { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            for (sender, verdict) in [("plain@x", "554"), ("odd@x", "250")] {
                try await client.send("MAIL FROM:<\(sender)>\r\nRCPT TO:<reject-550@x>\r\nDATA\r\n")
                var codes: [Substring] = []
                for _ in 1...3 { codes.append(try await client.reply().prefix(3)) }
                #expect(codes == ["250", "550", "354"])
                #expect(try await client.ask(".\r\n").prefix(3) == verdict)
            }
            #expect(simulator.summary.accepted == 0)
        }
    }

    @Test func `rates hit the same recipients for the same seed, about as many as they say`() async throws {
        var hits: [[Bool]] = []
        for seed: UInt64 in [1, 1, 2] {
            try await withSimulator {
                $0.rejectRate = 0.25
                $0.seed = seed
            } _: { simulator in
                let client = try await RawClient.greeted(port: simulator.port)
                _ = try await client.ask("MAIL FROM:<>\r\n")
                var rejected: [Bool] = []
                for number in 1...400 {
                    if number % 50 == 0 { _ = try await client.ask("RSET\r\n") }
                    if number % 50 == 0 { _ = try await client.ask("MAIL FROM:<>\r\n") }
                    rejected.append(try await client.ask("RCPT TO:<user\(number)@x>\r\n").hasPrefix("550 5.1.1"))
                }
                hits.append(rejected)
            }
        }
        #expect(hits[0] == hits[1])
        #expect(hits[0] != hits[2])
        #expect((60...140).contains(hits[0].count { $0 }), "100 of 400")
    }

    @Test func `a deferral that was drawn does not last, a rejection does`() async throws {
        try await withSimulator {
            $0.deferRate = 0.5
            $0.rejectRate = 0.2
        } _: { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            var last: [Int: String] = [:]
            for _ in 1...12 {
                for number in 1...40 where last[number] != "250" {
                    let code = try await client.deliver(to: "user\(number)@x").last
                    #expect(last[number] != "550" || code == "550")
                    last[number] = code
                    _ = try await client.ask("RSET\r\n")
                }
            }
            #expect(last.values.contains("550"))
            #expect(!last.values.contains("451"))
        }
    }
}
