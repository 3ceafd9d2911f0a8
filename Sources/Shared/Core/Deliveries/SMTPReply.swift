/// One complete reply of an SMTP server, its lines joined.
package struct SMTPReply: Equatable, Sendable {
    /// 200 to 599; the first digit decides (RFC 5321 §4.2.1), an unknown second or third one does not matter.
    package let code: Int
    /// What stood behind the codes, the lines joined by a space; whatever bytes the server sent, at most
    /// ``SMTPReplyParser/textLimit``.
    package let text: [UInt8]

    package init(code: Int, text: [UInt8]) {
        self.code = code
        self.text = text
    }

    /// 2xx.
    package var isPositive: Bool { code / 100 == 2 }
    /// 354 and its kin: go on with the message.
    package var isIntermediate: Bool { code / 100 == 3 }
    /// 4xx or 5xx.
    package var isRefusal: Bool { code >= 400 }
    /// RFC 5321 §3.8: the server closes the connection, whatever was asked.
    package var isFarewell: Bool { code == 421 }

    /// The enhanced status code, when the text begins with one of the same class as the code (RFC 2034 §4).
    package var enhanced: EnhancedStatus? {
        guard let status = EnhancedStatus(startOf: text), status.statusClass == code / 100 else { return nil }
        return status
    }

    /// Whether the text begins with an enhanced code of another class than the reply's.
    package var contradictsItself: Bool {
        guard let status = EnhancedStatus(startOf: text) else { return false }
        return status.statusClass != code / 100
    }
}
