/// The enhanced status code at the start of a reply's text, RFC 3463: `5.1.1` is class 5, subject 1, detail 1.
package struct EnhancedStatus: Equatable, Sendable {
    /// 2 success, 4 transient, 5 permanent.
    package let statusClass: Int
    /// What it is about, 0 to 999: 1 the address, 2 the mailbox, 7 policy.
    package let subject: Int
    /// 0 to 999.
    package let detail: Int

    package init(_ statusClass: Int, _ subject: Int, _ detail: Int) {
        self.statusClass = statusClass
        self.subject = subject
        self.detail = detail
    }

    /// Reads the code that `text` begins with, up to a space or the end.
    ///
    /// - Returns: `nil` when it begins with anything else, an address such as `5.1.1.9` included.
    package init?(startOf text: some Collection<UInt8>) {
        var numbers = [0, 0, 0]
        var field = 0
        var digits = 0
        scan: for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                guard digits <= 3 else { return nil }
                numbers[field] = numbers[field] * 10 + Int(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "."):
                guard digits > 0, field < 2 else { return nil }
                field += 1
                digits = 0
            case UInt8(ascii: " "):
                break scan
            default:
                return nil
            }
        }
        guard field == 2, digits > 0, [2, 4, 5].contains(numbers[0]) else { return nil }
        self.init(numbers[0], numbers[1], numbers[2])
    }
}
