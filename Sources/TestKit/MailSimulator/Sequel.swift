import Glibc

/// A mail that the recipient's side sends back for an accepted message.
package enum Sequel: Sendable, Equatable {
    /// RFC 3464; the status is "5.1.1". A later one comes after some seconds, after a notice of delay if one is
    /// requested.
    case bounce(status: String, isLater: Bool)
    /// RFC 5965: a spam complaint; only the signed addresses identify the recipient.
    case complaint
    /// RFC 3834.
    case autoReply
    /// To the address of List-Unsubscribe.
    case unsubscribe

    /// The first of the words in force that sends something back.
    init?(of behaviours: [Behaviour]) {
        for behaviour in behaviours {
            if case .sequel(let sequel) = behaviour.deed {
                self = sequel
                return
            }
        }
        return nil
    }
}

/// A mail on its way back.
struct ReturnMail: Sendable, Equatable {
    /// MAIL FROM; empty for the null return path.
    let sender: String
    let recipient: String
    /// Octets of the message: CRLF, dots not stuffed.
    let content: [UInt8]
    var isLater = false
}

/// The facts about an accepted message for which a mail is sent back.
struct TakenMessage: Sendable {
    let sender: String
    let recipient: String
    let mailParameters: String
    let recipientParameters: String
    /// The fields as received, each with its CRLF.
    let header: [UInt8]
    let server: String
    /// Seconds since 1970.
    let time: Double

    /// A message's fields.
    static func header(of content: [UInt8]) -> [UInt8] {
        var end = 0
        while end < content.count {
            let line = content[end...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? content.count
            if line - end <= 2 { break }
            end = line
        }
        return Array(content[..<end])
    }

    /// A parameter of MAIL or RCPT.
    func parameter(_ name: String) -> String? {
        for part in (mailParameters + " " + recipientParameters).split(separator: " ") {
            guard part.uppercased().hasPrefix(name + "=") else { continue }
            return String(part.dropFirst(name.count + 1))
        }
        return nil
    }

    /// The value of the first field of that name, unfolded.
    func field(_ name: String) -> String? {
        var value: String?
        for line in String(decoding: header, as: UTF8.self).split(separator: "\r\n") {
            if let found = value {
                guard line.first == " " || line.first == "\t" else { return found }
                value = found + line
            } else if line.lowercased().hasPrefix(name.lowercased() + ":") {
                value = String(line.dropFirst(name.count + 1).drop { $0 == " " })
            }
        }
        return value
    }

    /// RFC 5322.
    var date: String {
        var seconds = time_t(time)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 64)
        strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S +0000", &parts)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A new Message-ID.
    func messageID(_ what: String) -> String { "<\(what).\(UInt64.random(in: 0...(.max)))@\(server)>" }
}
