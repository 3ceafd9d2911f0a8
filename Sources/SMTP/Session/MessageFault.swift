import Core

/// Why a message is not offered to a server.
package enum MessageFault: Error, Equatable, Sendable {
    case noContent
    case bareLineFeed
    case bareCarriageReturn
    case containsNUL
    case lineTooLong
    case unendedLine
    case badSender
    case badRecipient
    case senderNeedsSMTPUTF8
    case recipientNeedsSMTPUTF8
    case needs8BitMIME
    case tooLarge(limit: Int)

    /// What it means for the recipient: only an address that this route can never reach is the recipient's fault.
    package var judgement: Judgement { self == .recipientNeedsSMTPUTF8 ? .never : .notThisMessage }

    /// In Veredus's words; without an address.
    package var reason: String {
        switch self {
        case .noContent: "not sent: the message is empty"
        case .bareLineFeed: "not sent: the message has a line feed without a carriage return"
        case .bareCarriageReturn: "not sent: the message has a carriage return without a line feed"
        case .containsNUL: "not sent: the message has a NUL"
        case .lineTooLong: "not sent: the message has a line of more than 998 bytes"
        case .unendedLine: "not sent: the message does not end with a line end"
        case .badSender: "not sent: the sender's address is not one that SMTP can carry"
        case .badRecipient: "not sent: the recipient's address is not one that SMTP can carry"
        case .senderNeedsSMTPUTF8: "not sent: the sender's address is not ASCII and the server does not offer SMTPUTF8"
        case .recipientNeedsSMTPUTF8: "not sent: the address is not ASCII and the server does not offer SMTPUTF8"
        case .needs8BitMIME: "not sent: the message has octets above 127 and the server does not offer 8BITMIME"
        case .tooLarge(let limit): "not sent: the message is larger than the \(limit) bytes that the server takes"
        }
    }
}
