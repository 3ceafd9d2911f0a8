/// Finds mail addresses in text of other programs.
package enum AddressScanner {
    package struct Found {
        package let range: Range<Int>
        package let bytes: [UInt8]
    }

    /// All addresses in a range, in order: what is on both sides of an `@`, with a dot in its domain.
    package static func addresses(in text: [UInt8], _ range: Range<Int>) -> [Found] {
        ranges(in: text, range).map { Found(range: $0, bytes: Array(text[$0])) }
    }

    /// Where they stand.
    package static func ranges(in text: [UInt8], _ range: Range<Int>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var floor = range.lowerBound
        while let address = next(in: text, from: &floor, before: range.upperBound) { found.append(address) }
        return found
    }

    /// The first address of a field's value.
    package static func first(in text: [UInt8]) -> [UInt8]? {
        var floor = 0
        return next(in: text, from: &floor, before: text.count).map { Array(text[$0]) }
    }

    /// `floor`: Where to look, and no address begins before it; it is moved behind what was looked at.
    private static func next(in text: [UInt8], from floor: inout Int, before limit: Int) -> Range<Int>? {
        while let at = text.firstIndex(of: UInt8(ascii: "@"), in: floor..<limit) {
            let start = localStart(text, floor, at)
            var end = at + 1
            while end < limit, end - at <= 255, isDomain(text[end]) { end += 1 }
            while end > at + 1, !isDomainEnd(text[end - 1]) { end -= 1 }
            floor = end
            let domain = text[at + 1..<end]
            if start < at, domain.contains(UInt8(ascii: ".")), domain.first != UInt8(ascii: ".") { return start..<end }
        }
        return nil
    }

    /// RFC 5321 §4.1.2: `"ada lovelace"@example.com`; 64 bytes at most, on one line.
    private static func quotedStart(_ text: [UInt8], _ floor: Int, _ at: Int) -> Int? {
        let quote = UInt8(ascii: "\"")
        guard at - floor >= 3, text[at - 1] == quote else { return nil }
        var start = at - 2
        while start >= floor, at - start <= 64, !ASCII.isControl(text[start]) {
            let isEscaped = start > floor && text[start - 1] == UInt8(ascii: "\\")
            if text[start] == quote, !isEscaped { return start < at - 2 ? start : nil }
            start -= 1
        }
        return nil
    }

    private static func localStart(_ text: [UInt8], _ floor: Int, _ at: Int) -> Int {
        if let quoted = quotedStart(text, floor, at) { return quoted }
        var start = at
        while start > floor, at - start < 128, isLocal(text[start - 1]) { start -= 1 }
        // "SMTP=ada@example.com" of X.400 gateways.
        if let equals = text[start..<at].lastIndex(of: UInt8(ascii: "=")),
            ASCII.lowercased(text[start..<equals]).elementsEqual("smtp".utf8)
        {
            start = equals + 1
        }
        // "550-'ada@example.com unknown'", as IronPort quotes a reply.
        if at - start > 5, text[start..<start + 3].allSatisfy({ ASCII.isDigit($0) }),
            text[start + 3] == UInt8(ascii: "-"),
            text[start + 4] == UInt8(ascii: "'")
        {
            start += 5
        }
        let isOpen = start == 0 || " \t<\n".utf8.contains(text[start - 1])
        if !isOpen || start < at && text[start] >= 0x80 && start > 0 && text[start - 1] != UInt8(ascii: "<") {
            // Letters of another script that touch an address are text before it.
            if let last = text[start..<at].lastIndex(where: { $0 >= 0x80 }) { start = last + 1 }
        }
        while start < at, "'*-=/#~`|?!&.".utf8.contains(text[start]) { start += 1 }
        return start
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: ".") || ASCII.isAtomText(byte)
    }

    private static func isDomain(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || ASCII.isAlphanumeric(byte)
    }

    private static func isDomainEnd(_ byte: UInt8) -> Bool { byte >= 0x80 || ASCII.isAlphanumeric(byte) }

    /// Whether an address is a mail system's or its staff's, which notices name although it has not failed.
    package static func isOfStaff(_ address: [UInt8]) -> Bool {
        let local = ASCII.lowercased(address.prefix { $0 != UInt8(ascii: "@") })
        return staff.contains(String(decoding: local, as: UTF8.self))
    }

    private static let staff: Set<String> = [
        "postmaster", "mailer-daemon", "mailerdaemon", "abuse", "hostmaster", "support", "helpdesk", "noc", "security",
        "mailadmin", "mailmaster", "webmaster",
    ]
}
