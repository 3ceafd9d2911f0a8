import Core
import SMTP
import Testing

@Suite(.enabled(if: TestServers.runsSink), .timeLimit(.minutes(1)))
struct SinkTests {
    @Test(arguments: [[], ["-p"], ["-e"]])
    func `many messages go over few connections, with PIPELINING, without it, and without ESMTP`(
        flags: [String]
    ) async throws {
        let sink = try await ServerProcess.sink(flags)
        let transport = try SMTPTransport(.plain(sink.port, connections: 4), fence: .open)
        transport.send(messages(1...500))
        transport.send(messages(501...1_000))
        let outcomes = await transport.outcomes(1_000)
        #expect(outcomes.filter { $0.judgement != .accepted || $0.code != 250 || $0.step != .dot } == [])
        #expect(Set(outcomes.map(\.id)) == Set(1...1_000))
        await transport.close()
        #expect(await transport.outcomes().isEmpty, "closed and drained")
    }

    @Test func `a dot without a reply is unknown`() async throws {
        let sink = try await ServerProcess.sink(["-q", "."])  // takes the message and hangs up
        let transport = try SMTPTransport(.plain(sink.port, connections: 2), fence: .open)
        transport.send(messages(1...4))
        let outcomes = await transport.outcomes(4)
        #expect(outcomes.allSatisfy { $0.judgement == .unknown && $0.step == .dot && $0.code == 0 })
        #expect(Set(outcomes.map(\.id)) == Set(1...4))
        await transport.close()
    }

    @Test(arguments: [
        ("-f", "MAIL", Judgement.notThisMessage, SMTPStep.mail), ("-r", "RCPT", .later, .rcpt),
        ("-f", "DATA", .notThisMessage, .data), ("-r", ".", .later, .dot), ("-q", "MAIL", .later, .mail),
        ("-q", "RCPT", .later, .rcpt), ("-q", "DATA", .later, .data),
    ])
    func `each step can refuse or hang up`(flag: String, command: String, judgement: Judgement, step: SMTPStep)
        async throws
    {
        for more in [[], ["-p"]] {
            let sink = try await ServerProcess.sink([flag, command] + more)
            let transport = try SMTPTransport(.plain(sink.port), fence: .open)
            let outcome = try await transport.outcome(of: message(1))
            #expect(outcome.judgement == judgement)
            // Where a group is cut, the replies before the cut are lost with it.
            if flag != "-q" { #expect(outcome.step == step) }
            await transport.close()
        }
    }
}
