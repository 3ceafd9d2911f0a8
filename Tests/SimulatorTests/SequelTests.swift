import MailSimulator
import Testing

/// What comes back for an accepted message goes to the server of `inbound`.
@Suite(.timeLimit(.minutes(1))) struct SequelTests {
    private static let message = """
        Message-ID: <1@x>\r
        Subject: News\r
        List-Unsubscribe: <https://t.example/u/abc>,\r
         <mailto:u+token@bounces.example?subject=unsubscribe>\r
        \r
        hello\r

        """

    /// Sends one message to a recipient, and returns what came back.
    private static func comesBack(
        for recipient: String,
        sender: String = "b+abc@bounces.example",
        options: String = "",
        count: Int = 1
    ) async throws -> [AcceptedMessage] {
        var sink = MailSimulator.Configuration()
        sink.keepsContentOfFirst = 10
        let inbound = try await MailSimulator.start(sink)
        var configuration = MailSimulator.Configuration()
        configuration.inbound = ("127.0.0.1", inbound.port)
        configuration.laterAfter = .milliseconds(1)
        let simulator = try await MailSimulator.start(configuration)
        let client = try await RawClient.greeted(port: simulator.port)
        _ = try await client.ask("MAIL FROM:<\(sender)> RET=HDRS ENVID=b+2Babc\r\n")
        #expect(try await client.ask("RCPT TO:<\(recipient)>\(options)\r\n").hasPrefix("250"))
        _ = try await client.ask("DATA\r\n")
        #expect(try await client.ask("\(message).\r\n").hasPrefix("250"))
        try await inbound.waitForAccepted(count: count)
        let came = inbound.accepted
        try await simulator.stop()
        try await inbound.stop()
        #expect(inbound.summary.violations.isEmpty)
        return came
    }

    static let table: [(recipient: String, to: String, from: String, says: [String], because: Comment)] = [
        (
            "bounce-5.1.1@x.example", "b+abc@bounces.example", "",
            ["report-type=delivery-status", "Status: 5.1.1", "Action: failed", "Original-Envelope-Id: b+2Babc"],
            "RFC 3464, from the null return path"
        ),
        (
            "bounce-later-4.2.2@x.example", "b+abc@bounces.example", "",
            ["Status: 4.2.2", "450 4.2.2", "mailbox full"],
            "given up after a while"
        ),
        (
            "complain@x.example", "b+abc@bounces.example", "",
            ["report-type=feedback-report", "Feedback-Type: abuse", "Subject: News"], "RFC 5965"
        ),
        (
            "autoreply+3@x.example", "b+abc@bounces.example", "",
            ["Auto-Submitted: auto-replied", "In-Reply-To: <1@x>"],
            "RFC 3834"
        ),
        (
            "unsubscribe@x.example", "u+token@bounces.example", "unsubscribe@x.example", ["Subject: unsubscribe"],
            "RFC 2369: to the address of the field, folded as it is"
        ),
    ]

    @Test(arguments: table)
    func `an address makes something come back`(
        row: (recipient: String, to: String, from: String, says: [String], because: Comment)
    ) async throws {
        let came = try await Self.comesBack(for: row.recipient, options: " NOTIFY=FAILURE")
        #expect(came.map(\.recipient) == [row.to], row.because)
        #expect(came.map(\.sender) == [row.from], row.because)
        let content = String(decoding: came.first?.content ?? [], as: UTF8.self)
        for words in row.says { #expect(content.contains(words), row.because) }
    }

    @Test func `a delay is told to whom did not ask for failures alone`() async throws {
        let came = try await Self.comesBack(for: "bounce-later-5.1.1@x.example", count: 2)
        let contents = came.map { String(decoding: $0.content ?? [], as: UTF8.self) }
        #expect(contents.map { $0.contains("Action: delayed") } == [true, false])
        #expect(contents.map { $0.contains("Action: failed") } == [false, true])
    }

    @Test func `without a server for it nothing is kept and nothing comes back`() async throws {
        let simulator = try await MailSimulator.start()
        let client = try await RawClient.greeted(port: simulator.port)
        #expect(try await client.deliver(to: "bounce-5.1.1@x.example").last == "250")
        #expect(simulator.summary.sentBack == 0)
        try await simulator.stop()
    }
}
