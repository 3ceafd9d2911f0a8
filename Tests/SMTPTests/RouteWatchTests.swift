import Core
import Testing

@testable import SMTP

@Suite struct RouteWatchTests {
    /// What happens to a route.
    enum Event {
        case fails
        case ends(Judgement, Int16, SMTPStep, times: Int)
    }

    static let rows: [(events: [Event], says: [String], because: Comment)] = [
        ([.ends(.accepted, 250, .dot, times: 50)], [], "all is well"),
        ([.fails, .fails, .fails], ["rests"], "more of the same is no news"),
        ([.fails, .ends(.accepted, 250, .dot, times: 3), .fails], ["rests", "works", "rests"], "each change is"),
        ([.fails, .ends(.later, 451, .rcpt, times: 1)], ["rests", "works"], "any answer shows that it is there"),
        ([.ends(.later, 451, .mail, times: 19)], [], "a few refusals tell nothing"),
        ([.ends(.later, 451, .mail, times: 200)], ["refuses"], "a relay that takes nothing is told once"),
        ([.ends(.notThisMessage, 554, .dot, times: 20)], ["refuses"], "a refusal for good of every message"),
        (
            [.ends(.later, 530, .mail, times: 30), .ends(.accepted, 250, .dot, times: 1)], ["refuses", "works"],
            "it takes messages again"
        ),
        (
            [.ends(.later, 530, .mail, times: 30), .ends(.never, 550, .rcpt, times: 5)], ["refuses"],
            "a dead mailbox does not show that messages are taken"
        ),
        ([.ends(.never, 550, .rcpt, times: 200)], [], "dead mailboxes are no fault of the route"),
        (
            [.ends(.later, 451, .mail, times: 30), .fails, .ends(.later, 451, .mail, times: 1)],
            ["refuses", "rests", "refuses"], "back, it still refuses"
        ),
        ([.fails, .ends(.notStarted, 0, .connect, times: 50)], ["rests"], "what was never tried tells nothing"),
    ]

    @Test(arguments: rows)
    func `a change of a route's standing is told once`(row: (events: [Event], says: [String], because: Comment)) {
        var watch = RouteWatch()
        var said: [String] = []
        for event in row.events {
            switch event {
            case .fails: note(watch.rested(nil), &said)
            case .ends(let judgement, let code, let step, let times):
                for _ in 0..<times {
                    let outcome = MessageOutcome(
                        id: 1,
                        judgement: judgement,
                        code: code,
                        text: "5.7.1 not for ann@example.org",
                        step: step
                    )
                    note(watch.ended(outcome), &said)
                }
            }
        }
        #expect(said == row.says, row.because)
    }

    @Test func `the words name no recipient`() {
        var watch = RouteWatch()
        let outcome = MessageOutcome(id: 1, judgement: .later, code: 451, text: "no ann@example.org", step: .rcpt)
        var change: RouteChange?
        for _ in 0..<20 { change = watch.ended(outcome) }
        #expect(change == .refuses(why: "451 no [address] (rcpt)"))
    }

    @Test func `a route that nobody answers on is told once, with its words`() async throws {
        let port = try freePort()
        let (changes, tell) = AsyncStream.makeStream(of: RouteChange.self)
        let transport = try SMTPTransport(.plain(port), fence: .open, onChange: { tell.yield($0) })
        for id in UInt64(1)...3 { _ = try await transport.outcome(of: message(id)) }
        await transport.close()
        tell.finish()
        var said: [RouteChange] = []
        for await change in changes { said.append(change) }
        #expect(said.count == 1)
        guard case .rests(let why) = said.first else { return #expect(Bool(false), "\(said)") }
        #expect(why.contains("127.0.0.1:\(port)"), "\(why)")
        #expect(why.contains("Check that a mail server listens there"), "\(why)")
    }

    private func note(_ change: RouteChange?, _ said: inout [String]) {
        switch change {
        case .rests: said.append("rests")
        case .refuses: said.append("refuses")
        case .worksAgain: said.append("works")
        case nil: break
        }
    }
}
