import Core

/// A pattern for codes in a rule: `5.1.1`, `*.1.1`, `5.7.*`, `550`, `5xx`.
enum CodePattern: Sendable, Equatable {
    /// `nil` stands for any number.
    case enhanced(Int?, Int?, Int?)
    case reply(ClosedRange<Int>)

    init?(_ text: some StringProtocol) {
        let fields = text.split(separator: ".", omittingEmptySubsequences: false)
        if fields.count == 3 {
            var numbers: [Int?] = []
            for field in fields {
                if field == "*" {
                    numbers.append(nil)
                } else if field.utf8.count <= 3, field.utf8.allSatisfy({ ASCII.isDigit($0) }), let number = Int(field) {
                    numbers.append(number)
                } else {
                    return nil
                }
            }
            self = .enhanced(numbers[0], numbers[1], numbers[2])
            return
        }
        guard fields.count == 1, text.utf8.count == 3, let first = text.utf8.first, "245".utf8.contains(first) else {
            return nil
        }
        if text.hasSuffix("xx") {
            let hundreds = Int(first - UInt8(ascii: "0")) * 100
            self = .reply(hundreds...hundreds + 99)
        } else if text.utf8.allSatisfy({ ASCII.isDigit($0) }), let code = Int(text) {
            self = .reply(code...code)
        } else {
            return nil
        }
    }

    func matches(code: Int?, enhanced: EnhancedStatus?) -> Bool {
        switch self {
        case .reply(let range): return code.map { range.contains($0) } ?? false
        case .enhanced(let statusClass, let subject, let detail):
            guard let enhanced else { return false }
            return statusClass ?? enhanced.statusClass == enhanced.statusClass
                && subject ?? enhanced.subject == enhanced.subject && detail ?? enhanced.detail == enhanced.detail
        }
    }
}
