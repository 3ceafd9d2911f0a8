/// One copy of a message that the simulator took responsibility for, for one recipient.
package struct AcceptedMessage: Sendable, Equatable {
    /// When the final dot was accepted, in seconds since 1970.
    package let time: Double
    /// MAIL FROM without angle brackets; empty for the null return path.
    package let sender: String
    /// The parameters of MAIL: "SIZE=1000 BODY=8BITMIME".
    package let mailParameters: String
    /// RCPT TO without angle brackets, as received.
    package let recipient: String
    /// The parameters of RCPT.
    package let recipientParameters: String
    /// With its angle brackets; `nil` when the message has none.
    package let messageID: String?
    /// Octets of the message, dots unstuffed.
    package let sizeBytes: Int
    package let stuffedDots: Int
    /// The number of this RCPT among those of this recipient, from 1.
    package let attempt: Int
    /// The number of this copy among those of this recipient and Message-ID, from 1.
    package let copy: Int
    /// Numbered from 1 in order of arrival.
    package let connection: Int
    /// The message's number within its connection, from 1.
    package let ordinal: Int
    package let isEncrypted: Bool
    /// Who logged in; `nil` without AUTH.
    package let user: String?
    /// `false` when the connection was closed on purpose without the reply to the dot.
    package let isAnswered: Bool
    /// The message's octets, dots unstuffed, if they were to be kept.
    package let content: [UInt8]?
}

/// A client's violation of RFC 5321 or one of its extensions.
package enum Violation: String, CaseIterable, Sendable {
    case bareLF, bareCR, longLine
    /// A command before the banner, or after EHLO, DATA, AUTH or STARTTLS without waiting for the reply.
    case spokeTooEarly
    /// Several commands at once although PIPELINING was not offered.
    case pipelinedUnasked
    /// AUTH without TLS although it was not offered there.
    case authInClear
    /// An octet above 127 in content without BODY=8BITMIME.
    case undeclared8Bit
    /// A command that does not exist or cannot be read, or out of order.
    case badCommand
}

/// The simulator's totals so far.
package struct Summary: Sendable, Equatable {
    /// Copies accepted, one for each recipient of each message.
    package var accepted = 0
    /// Pairs of recipient and Message-ID among them.
    package var distinct = 0
    /// Pairs that were accepted more than once.
    package var repeated = 0
    /// Accepted copies whose reply was withheld.
    package var unanswered = 0
    /// Messages, whatever the number of their recipients.
    package var messages = 0
    package var bytes = 0
    /// Replies of 400 and more, by the step that got them.
    package var refused: [Behaviour.Step: Int] = [:]
    package var violations: [Violation: Int] = [:]
    package var connections = 0
    /// Connections that are open now.
    package var open = 0
    /// The maximum open at once.
    package var mostOpen = 0
    /// Reports, complaints and answers that the inbound server has accepted.
    package var sentBack = 0

    /// One JSON object without line breaks, its keys always in the same order.
    package var json: String {
        let refusals = Behaviour.Step.allCases.map { "\"\($0.rawValue)\":\(refused[$0] ?? 0)" }
        let wrongs = Violation.allCases.map { "\"\($0.rawValue)\":\(violations[$0] ?? 0)" }
        return "{\"accepted\":\(accepted),\"distinct\":\(distinct),\"repeated\":\(repeated),"
            + "\"unanswered\":\(unanswered),\"messages\":\(messages),\"bytes\":\(bytes),"
            + "\"refused\":{\(refusals.joined(separator: ","))},"
            + "\"violations\":{\(wrongs.joined(separator: ","))},"
            + "\"connections\":\(connections),\"open\":\(open),\"mostOpen\":\(mostOpen),\"sentBack\":\(sentBack)}"
    }
}
