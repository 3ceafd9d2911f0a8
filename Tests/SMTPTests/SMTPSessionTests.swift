import Core
import Testing

@testable import SMTP

@Suite struct SMTPSessionTests {
    private static let content = "Subject: x\r\n\r\nhello\r\n.\r\n"

    @Test func `with PIPELINING a message is two writes`() {
        var server = SMTPDialogue("PIPELINING", "SIZE 10000")
        server.begin()
        let envelope = "MAIL FROM:<bounce@example.org> SIZE=21\r\nRCPT TO:<ada@example.com>\r\nDATA\r\n"
        #expect(server.takeWrites() == [envelope])
        server.say("250 ok", "250 ok")
        #expect(server.takeWrites().isEmpty)
        #expect(!server.session.isPastDot)
        server.say("354 go on")
        #expect(server.takeWrites() == [Self.content])
        #expect(server.session.isPastDot)
        server.say("250 2.0.0 queued as 1")
        #expect(
            server.outcomes == [
                MessageOutcome(id: 7, judgement: .accepted, code: 250, text: "2.0.0 queued as 1", step: .dot)
            ]
        )
        #expect(server.session.phase == .idle)
    }

    @Test func `without PIPELINING it goes step by step`() {
        var server = SMTPDialogue()
        server.begin()
        #expect(server.takeWrites() == ["MAIL FROM:<bounce@example.org>\r\n"])
        server.say("250 ok")
        #expect(server.takeWrites() == ["RCPT TO:<ada@example.com>\r\n"])
        server.say("250 ok")
        #expect(server.takeWrites() == ["DATA\r\n"])
        server.say("354 go on")
        #expect(server.takeWrites() == [Self.content])
        server.say("250 ok")
        #expect(server.outcomes.map(\.judgement) == [.accepted])
        server.begin(SMTPDialogue.message(id: 8, sender: ""))
        #expect(server.takeWrites() == ["MAIL FROM:<>\r\n"], "the connection is used again; a null sender is a sender")
    }

    @Test(arguments: 1...30)
    func `a message ends the same however the replies are cut`(size: Int) {
        var server = SMTPDialogue("PIPELINING")
        server.begin()
        for reply in ["250-2.1.0 a\r\n250 ok\r\n250 2.1.5 ok\r\n354-a\r\n354 b\r\n", "250-2.0.0 a\r\n250 2.0.0 b\r\n"] {
            var rest = Substring(reply)
            while !rest.isEmpty {
                server.receive(String(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
        }
        #expect(server.outcomes.map(\.text) == ["2.0.0 a 2.0.0 b"])
        #expect(server.session.phase == .idle)
    }

    // MARK: Refusals

    @Test func `a refused RCPT in a group keeps its judgement and the connection`() {
        var server = SMTPDialogue("PIPELINING")
        server.begin()
        server.say("250 ok", "550 5.1.1 <ada@example.com> unknown", "503 5.5.1 no recipients")
        #expect(server.outcomes.map(\.judgement) == [.never])
        #expect(server.outcomes.map(\.text) == ["5.1.1 <recipient> unknown"])
        #expect(server.outcomes.map(\.step) == [.rcpt])
        #expect(server.takeWrites().last == "RSET\r\n")
        #expect(server.session.phase == .reset)
        server.say("250 flushed")
        #expect(server.session.phase == .idle)
    }

    @Test func `a 354 after a refused RCPT gets a lone dot and no message`() {
        var server = SMTPDialogue("PIPELINING")
        server.begin()
        server.say("250 ok", "550 5.1.1 unknown", "354 go on")
        #expect(server.takeWrites().last == ".\r\n")
        server.say("554 5.5.1 no recipients")
        #expect(server.outcomes.map(\.judgement) == [.never])
        #expect(server.session.phase == .idle)
    }

    @Test func `a server that accepts the lone dot is left`() {
        var server = SMTPDialogue("PIPELINING")
        server.begin()
        server.say("250 ok", "550 5.1.1 unknown", "354 go on", "250 queued")
        #expect(server.outcomes.map(\.judgement) == [.never])
        #expect(server.session.phase == .closed)
    }

    @Test func `a RCPT accepted after a refused MAIL gets no message`() {
        var server = SMTPDialogue("PIPELINING")
        server.begin()
        server.say("550 5.7.1 no", "250 ok", "354 go on")
        #expect(server.outcomes.map(\.judgement) == [.notThisMessage])
        #expect(server.takeWrites().count == 1)
        #expect(server.session.phase == .closed)
    }

    @Test func `a refused MAIL in a group waits for the other two replies`() {
        var server = SMTPDialogue("PIPELINING")
        server.begin()
        server.say("451 4.3.0 later", "503 no", "503 no", "250 flushed")
        #expect(server.outcomes.map(\.judgement) == [.later])
        #expect(server.session.phase == .idle)
    }

    @Test(arguments: [
        (["451 later"], Judgement.later, SMTPStep.mail), (["250 ok", "450 later"], .later, .rcpt),
        (["250 ok", "250 ok", "554 no"], .notThisMessage, .data),
        (["250 ok", "250 ok", "354 go", "554 no"], .notThisMessage, .dot),
    ])
    func `step by step a refusal ends the message where it stands`(
        replies: [String],
        judgement: Judgement,
        step: SMTPStep
    ) {
        var server = SMTPDialogue()
        server.begin()
        for reply in replies { server.say(reply) }
        #expect(server.outcomes.map(\.judgement) == [judgement])
        #expect(server.outcomes.map(\.step) == [step])
        if server.session.phase == .reset { server.say("250 flushed") }
        #expect(server.session.phase == .idle)
    }

    // MARK: Limits

    @Test func `after its share of messages a connection says QUIT`() {
        var server = SMTPDialogue("PIPELINING", limit: 2)
        for _ in 0..<2 {
            server.begin()
            server.say("250 ok", "250 ok", "354 go", "250 ok")
        }
        #expect(server.takeWrites().last == "QUIT\r\n")
        #expect(server.session.phase == .quit)
        server.say("221 bye")
        #expect(server.session.phase == .closed)
    }

    @Test func `a large message leaves in pieces and its dot only with the last`() {
        var server = SMTPDialogue("PIPELINING")
        let line = String(repeating: "x", count: 62) + "\r\n"
        server.begin(SMTPDialogue.message(String(repeating: line, count: 2_048) + "\r\n"))  // 131,074 bytes
        server.holdsBack = true
        server.say("250 ok", "250 ok", "354 go")
        var pieces: [Int] = []
        while server.session.hasPending {
            let count = server.session.withPending { $0.count }
            let holdsDot = server.session.pendingHoldsDot
            #expect(holdsDot == server.session.withPending { $0.suffix(3).elementsEqual(".\r\n".utf8) })
            pieces.append(count)
            server.session.wrote(count, now: server.now)
        }
        #expect(pieces == [65_536, 65_536, 5])
    }
}
