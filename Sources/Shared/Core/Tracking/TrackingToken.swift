/// The purpose of a token; a token of one purpose never verifies for another.
package enum TokenUse: Sendable, CaseIterable {
    case open, click, unsubscribe, mailUnsubscribe, bounce

    /// Whether it is part of a mail address, in which only letters of one case and digits survive.
    package var isInAddress: Bool { self == .bounce || self == .mailUnsubscribe }
}

/// A 128-bit random number for one pixel or link of one message; it names no person.
package struct TokenNumber: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(from random: inout some RandomNumberGenerator) {
        self.init(high: random.next(), low: random.next())
    }

    /// 16 bytes, most significant first: what is stored.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: high)
        bytes.append(bigEndian: low)
        return bytes
    }
}

/// Whose open or click it is.
package enum TokenSubject: Hashable, Sendable {
    /// Unknown: tracking mode `aggregate`.
    case number(TokenNumber)
    /// A recipient: tracking mode `individual`.
    case recipient(Seq)
}

/// Whose a message was, for an opt-out of a message that a restored database does not know any more.
package struct RecipientMark: Hashable, Sendable {
    package let account: AccountID
    /// How the keyed hash of the address begins: 8 bytes in a link, 6 in an address, whose local part has room for no more.
    package let bytes: [UInt8]

    static let bytesInLink = 8
    static let bytesInAddress = 6

    package init(account: AccountID, addressHash: [UInt8]) {
        self.init(account: account, bytes: Array(addressHash.prefix(Self.bytesInLink)))
    }

    fileprivate init(account: AccountID, bytes: [UInt8]) {
        self.account = account
        self.bytes = bytes
    }

    /// As an address has it.
    package var short: Self { Self(account: account, bytes: Array(bytes.prefix(Self.bytesInAddress))) }

    /// Whether a message of that account and hash can be the one that was meant.
    package func matches(account: AccountID, addressHash: [UInt8]) -> Bool {
        self.account == account && addressHash.starts(with: bytes)
    }
}

/// The contents of a verified token.
package enum TrackingToken: Hashable, Sendable {
    case open(campaign: CampaignID, TokenSubject)
    case click(campaign: CampaignID, link: UInt16, TokenSubject)
    /// Without a mark in messages of older programs.
    case unsubscribe(DeliveryKey, RecipientMark? = nil)
    /// With a ``RecipientMark/short`` mark.
    case mailUnsubscribe(DeliveryKey, RecipientMark? = nil)
    case bounce(DeliveryKey, attempt: UInt16)

    package var use: TokenUse {
        switch self {
        case .open: .open
        case .click: .click
        case .unsubscribe: .unsubscribe
        case .mailUnsubscribe: .mailUnsubscribe
        case .bounce: .bounce
        }
    }
}

/// The third byte of a token; never given to another purpose.
enum TokenPurpose: UInt8, CaseIterable {
    case openNumber = 1
    case openRecipient = 2
    case clickNumber = 3
    case clickRecipient = 4
    case unsubscribe = 5
    case mailUnsubscribe = 6
    case bounce = 7
    case markedUnsubscribe = 8
    case markedMailUnsubscribe = 9

    var use: TokenUse {
        switch self {
        case .openNumber, .openRecipient: .open
        case .clickNumber, .clickRecipient: .click
        case .unsubscribe, .markedUnsubscribe: .unsubscribe
        case .mailUnsubscribe, .markedMailUnsubscribe: .mailUnsubscribe
        case .bounce: .bounce
        }
    }

    var payloadCount: Int {
        switch self {
        case .openNumber, .markedUnsubscribe: 20
        case .markedMailUnsubscribe: 18
        case .openRecipient, .unsubscribe, .mailUnsubscribe: 8
        case .clickNumber: 22
        case .clickRecipient, .bounce: 10
        }
    }
}

extension TrackingToken {
    /// version · key id · purpose; then the payload, then the code.
    static let headerCount = 3
    static let codeCount = 16
    static let version: UInt8 = 1

    private var purpose: TokenPurpose {
        switch self {
        case .open(_, .number): .openNumber
        case .open(_, .recipient): .openRecipient
        case .click(_, _, .number): .clickNumber
        case .click(_, _, .recipient): .clickRecipient
        case .unsubscribe(_, let mark): mark == nil ? .unsubscribe : .markedUnsubscribe
        case .mailUnsubscribe(_, let mark): mark == nil ? .mailUnsubscribe : .markedMailUnsubscribe
        case .bounce: .bounce
        }
    }

    /// Everything but the code. Numbers are big-endian; a link's number follows the subject.
    func unsigned(keyID: UInt8) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerCount + 22 + Self.codeCount)
        bytes.append(Self.version)
        bytes.append(keyID)
        bytes.append(purpose.rawValue)
        switch self {
        case .open(let campaign, let subject):
            bytes.append(bigEndian: campaign)
            bytes.append(subject)
        case .click(let campaign, let link, let subject):
            bytes.append(bigEndian: campaign)
            bytes.append(subject)
            bytes.append(bigEndian: link)
        case .unsubscribe(let key, let mark), .mailUnsubscribe(let key, let mark):
            bytes.append(bigEndian: key.campaign)
            bytes.append(bigEndian: key.seq)
            guard let mark else { break }
            bytes.append(bigEndian: mark.account)
            bytes += mark.bytes
        case .bounce(let key, let attempt):
            bytes.append(bigEndian: key.campaign)
            bytes.append(bigEndian: key.seq)
            bytes.append(bigEndian: attempt)
        }
        return bytes
    }

    /// Reads the payload of a token whose length fits its purpose.
    init(_ purpose: TokenPurpose, payload: ArraySlice<UInt8>) {
        var reader = BigEndianReader(bytes: payload)
        let campaign: CampaignID = reader.next()
        switch purpose {
        case .openNumber: self = .open(campaign: campaign, .number(reader.number()))
        case .openRecipient: self = .open(campaign: campaign, .recipient(reader.next()))
        case .clickNumber:
            let number = reader.number()
            self = .click(campaign: campaign, link: reader.next(), .number(number))
        case .clickRecipient:
            let seq: Seq = reader.next()
            self = .click(campaign: campaign, link: reader.next(), .recipient(seq))
        case .unsubscribe: self = .unsubscribe(DeliveryKey(campaign: campaign, seq: reader.next()))
        case .markedUnsubscribe:
            let key = DeliveryKey(campaign: campaign, seq: reader.next())
            let account: AccountID = reader.next()
            self = .unsubscribe(key, RecipientMark(account: account, bytes: Array(reader.bytes)))
        case .mailUnsubscribe: self = .mailUnsubscribe(DeliveryKey(campaign: campaign, seq: reader.next()))
        case .markedMailUnsubscribe:
            let key = DeliveryKey(campaign: campaign, seq: reader.next())
            let account: AccountID = reader.next()
            self = .mailUnsubscribe(key, RecipientMark(account: account, bytes: Array(reader.bytes)))
        case .bounce:
            let key = DeliveryKey(campaign: campaign, seq: reader.next())
            self = .bounce(key, attempt: reader.next())
        }
    }
}

private struct BigEndianReader {
    var bytes: ArraySlice<UInt8>

    mutating func next<Number: FixedWidthInteger>() -> Number {
        let count = Number.bitWidth / 8
        let value = bytes.prefix(count).reduce(Number(0)) { $0 << 8 | Number(truncatingIfNeeded: $1) }
        bytes = bytes.dropFirst(count)
        return value
    }

    mutating func number() -> TokenNumber {
        let high: UInt64 = next()
        return TokenNumber(high: high, low: next())
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ subject: TokenSubject) {
        switch subject {
        case .number(let number):
            append(bigEndian: number.high)
            append(bigEndian: number.low)
        case .recipient(let seq): append(bigEndian: seq)
        }
    }

    mutating func append<Number: FixedWidthInteger>(bigEndian number: Number) {
        var shift = Number.bitWidth
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
