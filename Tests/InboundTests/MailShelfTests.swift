import Core
import Database
import DatabaseClient
import Foundation
import ReturnedMail
import TestKit
import Testing

@testable import Inbound

/// How much is stored about one message.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct MailShelfTests {
    @Test func `nobody who holds one signed address fills the disk with it`() async throws {
        try await InboundFixture.with { fixture in
            let local = try Returned.local(7)
            for number in 0..<40 {
                let mail = Returned.bounce(to: local, note: "\(number)")
                let outcome = try await fixture.ingest.take(mail, sentTo: Array(local.utf8), mailbox: "a")
                #expect(outcome == (number < 32 ? .stored : .counted(.tooMany)))
            }
            #expect(try await fixture.sql("SELECT count(*)::text FROM inbound_mails") == ["32"])
        }
    }

    @Test func `a no is stored, whatever else came back about its message, and has a bound of its own`() async throws {
        try await InboundFixture.with { fixture in
            let local = try Returned.local(7)
            let unsubscribe = try Returned.unsubscribe(7)
            func answer(_ number: Int) -> [UInt8] {
                Array(
                    "From: a@b.example\r\nTo: \(local)@bounces.example\r\nSubject: away\r\nAuto-Submitted: auto-replied\r\n\r\n\(number)\r\n"
                        .utf8
                )
            }
            func no(_ number: Int) -> [UInt8] {
                Array("From: a@b.example\r\nTo: \(unsubscribe)@bounces.example\r\n\r\nno \(number)\r\n".utf8)
            }
            func complaint(_ number: Int, _ type: String = "abuse") -> [UInt8] {
                Array(
                    """
                    From: fbl@provider.example
                    To: \(local)@bounces.example
                    Content-Type: multipart/report; report-type=feedback-report; boundary=b

                    --b
                    Content-Type: message/feedback-report

                    Feedback-Type: \(type)
                    Incidents: \(number)

                    --b
                    Content-Type: text/rfc822-headers

                    Return-Path: <\(local)@bounces.example>
                    --b--

                    """.utf8
                )
            }
            func take(_ mail: [UInt8], to address: String) async throws -> InboundOutcome {
                try await fixture.ingest.take(mail, sentTo: Array(address.utf8), mailbox: "a")
            }
            for number in 0..<33 {
                let expected: InboundOutcome = number < 32 ? .stored : .counted(.tooMany)
                #expect(try await take(answer(number), to: local) == expected)
            }
            #expect(try await take(complaint(0, "not-spam"), to: local) == .counted(.tooMany), "asks for nothing")
            #expect(try await take(Returned.bounce(to: local), to: local) == .stored)
            for number in 0..<33 {
                let expected: InboundOutcome = number < 32 ? .stored : .counted(.tooMany)
                #expect(try await take(no(number), to: unsubscribe) == expected)
            }
            #expect(try await take(complaint(1), to: local) == .stored, "no number of opt-outs hides a complaint")
            // Who came back since, and opts out again, is no repetition of the old one.
            _ = try await fixture.sql(
                "UPDATE inbound_mails SET received_at = now() - interval '25 hours' RETURNING 'x'"
            )
            #expect(try await take(no(33), to: unsubscribe) == .stored)
            #expect(try await take(no(34), to: unsubscribe) == .counted(.tooMany))
            #expect(try await take(answer(33), to: local) == .counted(.tooMany))
        }
    }
}
