/// The body of a message of the queue `events`: opens and clicks of one hour, sorted by their random ids.
///
/// Readable in the broker's own tools: `v1 <hour>` in ASCII, then a line each:
/// `<id> <o|c|O|C> <campaign> <link> <subject>`. Large messages are machines'; the subject is `-`, `n<number>` or
/// `r<seq>.<second>`; ids and numbers are 32 hexadecimal digits. The hour, counted from 1970, is the one that the
/// counts are kept by; it also gives the day in which to look for a repeated event.
package struct EventMessage: Equatable, Sendable {
    /// The version this program writes.
    package static let version = 1
    /// The maximum per message.
    package static let maximumEvents = 1_000
    /// The queue.
    package static let queue = "events"

    /// Hours since 1970.
    package let hour: Int32
    package let events: [TrackedEvent]

    package init(hour: Int32, events: [TrackedEvent]) {
        self.hour = hour
        self.events = events.sorted { $0.id < $1.id }
    }

    /// Why this program cannot read a body.
    package enum Unreadable: Error, Equatable, Sendable {
        /// Written by a newer program: return it to the queue, for a newer recorder.
        case tooNew(version: Int)
        /// Not a message of events.
        case malformed(line: Int)
    }

    /// The body of the message.
    package func encoded() -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(16 + events.count * 88)
        body.append(UInt8(ascii: "v"))
        body.append(decimal: Self.version)
        body.append(UInt8(ascii: " "))
        body.append(decimal: Int(hour))
        for event in events { Self.append(event, to: &body) }
        return body
    }

    private static func append(_ event: TrackedEvent, to body: inout [UInt8]) {
        body.append(UInt8(ascii: "\n"))
        body.append(hexadecimal: event.id.high)
        body.append(hexadecimal: event.id.low)
        body.append(UInt8(ascii: " "))
        let message = event.kind == .open ? UInt8(ascii: "o") : UInt8(ascii: "c")
        body.append(event.isMachine ? message & 0xDF : message)
        body.append(UInt8(ascii: " "))
        body.append(decimal: Int(event.campaign))
        body.append(UInt8(ascii: " "))
        body.append(decimal: Int(event.link))
        body.append(UInt8(ascii: " "))
        switch event.subject {
        case .nobody: body.append(UInt8(ascii: "-"))
        case .number(let number):
            body.append(UInt8(ascii: "n"))
            body.append(hexadecimal: number.high)
            body.append(hexadecimal: number.low)
        case .recipient(let seq, let second):
            body.append(UInt8(ascii: "r"))
            body.append(decimal: Int(seq))
            body.append(UInt8(ascii: "."))
            body.append(decimal: Int(second))
        }
    }

    /// Reads a body.
    ///
    /// - Throws: ``Unreadable``; every number must fit, and nothing may be left over.
    package init(decoding body: [UInt8]) throws(Unreadable) {
        let lines = body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let head = (lines.first ?? []).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard let mark = head.first, mark.first == UInt8(ascii: "v"),
            let version = Self.number(mark.dropFirst(), upTo: Int(Int32.max)), version > 0
        else { throw .malformed(line: 1) }
        guard version == Self.version else { throw .tooNew(version: version) }
        guard head.count == 2, let hour = Self.number(head[1], upTo: Int(Int32.max)),
            lines.count - 1 <= Self.maximumEvents
        else { throw .malformed(line: 1) }
        self.hour = Int32(hour)
        var events: [TrackedEvent] = []
        events.reserveCapacity(lines.count - 1)
        for (index, line) in lines.enumerated().dropFirst() {
            guard let event = Self.event(line) else { throw .malformed(line: index + 1) }
            events.append(event)
        }
        self.events = events
    }

    private static func event(_ line: ArraySlice<UInt8>) -> TrackedEvent? {
        let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard fields.count == 5, fields[1].count == 1, let message = fields[1].first,
            let kind: EventKind = [UInt8(ascii: "o"): .open, UInt8(ascii: "c"): .click][message | 0x20],
            let id = wide(fields[0]),
            let campaign = number(fields[2], upTo: Int(CampaignID.max)), campaign > 0,
            let link = number(fields[3], upTo: Int(UInt16.max)), (link == 0) == (kind == .open),
            let subject = subject(fields[4])
        else { return nil }
        return TrackedEvent(
            id: EventID(high: id.high, low: id.low),
            kind: kind,
            campaign: CampaignID(campaign),
            link: UInt16(link),
            subject: subject,
            isMachine: message & 0x20 == 0
        )
    }

    private static func subject(_ field: ArraySlice<UInt8>) -> TrackedEvent.Subject? {
        switch field.first {
        case UInt8(ascii: "-") where field.count == 1: return .nobody
        case UInt8(ascii: "n"): return wide(field.dropFirst()).map { .number($0) }
        case UInt8(ascii: "r"):
            let parts = field.dropFirst().split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            guard parts.count == 2, let seq = number(parts[0], upTo: Int(Seq.max)), seq > 0,
                let second = number(parts[1], upTo: 3_599)
            else { return nil }
            return .recipient(Seq(seq), second: UInt16(second))
        default: return nil
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>, upTo most: Int) -> Int? {
        guard !digits.isEmpty, digits.count <= 10 else { return nil }
        var value = 0
        for byte in digits {
            guard ASCII.isDigit(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value <= most ? value : nil
    }

    /// 32 hexadecimal digits in lower case.
    private static func wide(_ digits: ArraySlice<UInt8>) -> TokenNumber? {
        guard digits.count == 32 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for byte in digits {
            let digit: UInt64
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
            halves = (halves.0 << 4 | halves.1 >> 60, halves.1 << 4 | digit)
        }
        return TokenNumber(high: halves.0, low: halves.1)
    }
}

extension [UInt8] {
    fileprivate mutating func append(hexadecimal number: UInt64) {
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 15
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
