/// The time limits of each step; the defaults are the minima of RFC 5321 §4.5.3.2.
package struct SMTPTimeouts: Equatable, Sendable {
    /// DNS, TCP, and TLS where it comes first.
    package var connect: Duration = .seconds(30)
    /// Each reply of the log-in: greeting, EHLO, STARTTLS, AUTH.
    package var greeting: Duration = .seconds(300)
    package var mail: Duration = .seconds(300)
    package var rcpt: Duration = .seconds(300)
    /// The reply to DATA.
    package var data: Duration = .seconds(120)
    /// While content goes out: the wait for the other side to take any more.
    package var block: Duration = .seconds(180)
    /// The reply to the final dot. A shorter wait means mail that is delivered twice, or `unknown`.
    package var dot: Duration = .seconds(600)
    /// From MAIL to the final dot in total: the limit for a tarpit.
    package var transaction: Duration = .seconds(900)
    /// The reply to QUIT, after which the connection is cut.
    package var quit: Duration = .seconds(2)

    package init() {}
}
