import Core
import Testing

@testable import SMTP

/// How a message ends when the connection does.
@Suite struct SMTPSessionEndsTests {
    typealias Row = (replies: [String], judgement: Judgement, step: SMTPStep, because: Comment)

    static let losses: [Row] = [
        ([], .later, .mail, "nothing was said"),
        (["250 ok"], .later, .rcpt, "RFC 5321 §4.1.1.5: no message yet"),
        (["250 ok", "250 ok"], .later, .data, "no message yet"),
        (["250 ok", "250 ok", "354 go"], .unknown, .dot, "the dot has left: it may have been accepted"),
    ]

    @Test(arguments: losses)
    func `a loss is later before the dot and unknown after it`(row: Row) {
        var server = SMTPDialogue("PIPELINING")
        server.begin()
        for reply in row.replies { server.say(reply) }
        server.lose()
        #expect(server.outcomes.map(\.judgement) == [row.judgement], row.because)
        #expect(server.outcomes.map(\.step) == [row.step])
        #expect(server.outcomes.map(\.code) == [0])
        #expect(server.session.phase == .closed)
        #expect(!server.mayTryAnotherConnection, "the connection was new")
    }

    @Test(arguments: losses)
    func `a stop, a timeout and a silence end like a loss`(row: Row) {
        var stopped = SMTPDialogue()
        stopped.begin()
        for reply in row.replies { stopped.say(reply) }
        var late = stopped
        stopped.session.stop()
        stopped.settle()
        #expect(stopped.outcomes.map(\.judgement) == [row.judgement], row.because)
        late.pass(119)
        #expect(late.outcomes.isEmpty)
        late.pass(600)
        #expect(late.outcomes.map(\.judgement) == [row.judgement], row.because)
        #expect(late.session.phase == .closed)
    }

    @Test func `the dot has ten minutes, and bytes that are no reply do not lengthen them`() {
        var server = SMTPDialogue("PIPELINING")
        server.begin()
        server.say("250 ok", "250 ok", "354 go")
        for _ in 0..<599 {
            server.pass(1)
            server.receive(server.now % 2 == 0 ? "" : "")
        }
        server.receive("250-")
        #expect(server.outcomes.isEmpty)
        server.pass(1)
        #expect(server.outcomes.map(\.judgement) == [.unknown])
    }

    @Test func `a server that takes its time at every step is left after 15 minutes`() {
        var server = SMTPDialogue()
        server.begin()
        server.pass(290)
        server.say("250 ok")
        server.pass(290)
        server.say("250 ok")
        server.pass(110)
        server.holdsBack = true
        server.say("354 go")
        server.pass(170)
        server.session.wrote(5, now: server.now)
        #expect(server.outcomes.isEmpty)
        server.pass(60)
        #expect(server.outcomes.map(\.judgement) == [.later])
    }

    @Test func `a warm connection that was closed unseen passes the message on`() {
        var server = SMTPDialogue("PIPELINING")
        server.begin()
        server.say("250 ok", "250 ok", "354 go", "250 ok")
        server.begin(SMTPDialogue.message(id: 8))
        var farewell = server
        server.lose()
        #expect(server.outcomes.last?.judgement == .later)
        #expect(server.mayTryAnotherConnection)
        farewell.say("421 4.4.2 idle for too long")
        #expect(farewell.outcomes.last?.code == 421)
        #expect(farewell.mayTryAnotherConnection)
    }

    @Test func `once the server has answered, the message is not passed on`() {
        var server = SMTPDialogue("PIPELINING")
        server.begin()
        server.say("250 ok", "250 ok", "354 go", "250 ok")
        server.begin(SMTPDialogue.message(id: 8))
        server.say("250 ok")
        server.lose()
        #expect(!server.mayTryAnotherConnection)
    }

    // MARK: Fence

    @Test func `a fenced message is not started`() {
        var server = SMTPDialogue("PIPELINING")
        server.begin()
        server.holdsBack = true
        server.say("250 ok", "250 ok", "354 go")
        #expect(server.session.pendingHoldsDot)
        server.session.fence()
        server.settle()
        #expect(server.outcomes.map(\.judgement) == [.notStarted])
        #expect(server.session.phase == .closed)
        #expect(!server.session.hasPending)
    }

    @Test func `a dot that was offered once is unknown when the fence falls`() {
        var server = SMTPDialogue("PIPELINING")
        server.begin()
        server.holdsBack = true
        server.say("250 ok", "250 ok", "354 go")
        server.session.passDot()  // and the socket was full
        server.session.fence()
        server.settle()
        #expect(server.outcomes.map(\.judgement) == [.unknown])
    }

    // MARK: Servers that do not keep the order

    static let odd: [Row] = [
        (["421 bye"], .later, .mail, "421 at MAIL"),
        (["250 ok", "421 bye"], .later, .rcpt, "421 at RCPT"),
        (["250 ok", "250 ok", "421 bye"], .later, .data, "421 at DATA"),
        (["250 ok", "250 ok", "354 go", "421 bye"], .later, .dot, "421 to the dot is an answer"),
        (["354 go"], .later, .mail, "an answer to something else"),
        (["250 ok", "354 go"], .later, .rcpt, "an answer to something else"),
        (["250 ok", "250 ok", "250 ok"], .later, .data, "no way to know what DATA did"),
        (["250 ok", "250 ok", "354 go", "354 go"], .unknown, .dot, "no answer to a dot"),
        (["hello"], .later, .mail, "not SMTP"),
        (["250 ok", "250 ok", "354 go", "hello"], .unknown, .dot, "not SMTP, but the dot is gone"),
        (["250 ok", "250 ok", "354 go", "099 x"], .unknown, .dot, "an unknown code is no acceptance"),
    ]

    @Test(arguments: odd)
    func `after an answer out of order the connection is closed`(row: Row) {
        for offer in ["PIPELINING", "HELP"] {
            var server = SMTPDialogue(offer)
            server.begin()
            for reply in row.replies { server.say(reply) }
            #expect(server.outcomes.map(\.judgement) == [row.judgement], row.because)
            #expect(server.outcomes.map(\.step) == [row.step], row.because)
            #expect(server.session.phase == .closed)
        }
    }

    @Test func `a reply too many while idle closes the connection`() {
        var server = SMTPDialogue("PIPELINING")
        server.say("250 hello?")
        #expect(server.session.phase == .closed)
        #expect(server.outcomes.isEmpty)
    }

    @Test func `an acceptance that comes with the 354 is not believed`() {
        var server = SMTPDialogue("PIPELINING")
        server.begin()
        server.receive("250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n")
        #expect(server.outcomes.map(\.judgement) == [.later])
        #expect(server.takeWrites().count == 1, "the message did not leave")
        #expect(server.session.phase == .closed)
    }

    @Test func `a refusal that comes before the end of the message counts`() {
        var server = SMTPDialogue("PIPELINING")
        server.begin()
        server.holdsBack = true
        server.receive("250 ok\r\n250 ok\r\n354 go\r\n552 5.3.4 too large\r\n")
        #expect(server.outcomes.map(\.judgement) == [.notThisMessage])
        #expect(server.outcomes.map(\.code) == [552])
        #expect(server.session.phase == .closed)
    }

    @Test func `an answer before the question is not taken for one`() {
        var server = SMTPDialogue()
        server.begin()
        server.receive("250 ok\r\n250 ok\r\n")
        #expect(server.outcomes.map(\.judgement) == [.later])
        #expect(server.session.phase == .closed)
    }
}
