import Crypto
import Foundation
import TestKit
import Testing

@testable import Core

@Suite struct TokenTests {
    static let key = DeliveryKey(campaign: 70_001, seq: 5_000_000)
    static let number = TokenNumber(high: 0x0123_4567_89AB_CDEF, low: .max)
    static let mark = RecipientMark(account: .max, addressHash: [UInt8](repeating: 0xFE, count: 32))
    static let tokens: [TrackingToken] = [
        .open(campaign: 1, .number(number)), .open(campaign: .max, .recipient(.max)),
        .click(campaign: 3, link: 1, .number(number)), .click(campaign: 3, link: .max, .recipient(9)),
        .unsubscribe(key), .mailUnsubscribe(key), .bounce(key, attempt: 12),
        .unsubscribe(key, mark), .mailUnsubscribe(key, mark.short),
    ]

    @Test(arguments: tokens)
    func `a token says what was signed`(token: TrackingToken) throws {
        let keys = try TestKeys.ring()
        let text = keys.sign(token)
        #expect(try keys.verify(text, as: token.use) == token)
    }

    @Test func `keys are told apart by what they make of a fixed text, and by nothing of themselves`() throws {
        let ring = try TestKeys.ring([
            TokenKey(id: 7, secret: TestKeys.first), TokenKey(id: 8, secret: TestKeys.second),
        ])
        let same = try TestKeys.ring([TokenKey(id: 7, secret: TestKeys.first)])
        #expect(ring.checks.map(\.number) == [7, 8])
        #expect(ring.checks[0] == same.checks[0])
        #expect(ring.checks[0].value != ring.checks[1].value)
        #expect(ring.checks[0].value.count == 32)
        #expect(ring.checks[0].value != ring.identity.checkValue)
        #expect(ring.checks[0].value != TestKeys.first)
    }

    @Test(arguments: tokens)
    func `a token of another key is known for one, and what is no token is not`(token: TrackingToken) throws {
        let keys = try TestKeys.ring()
        let strange = try TestKeys.ring([TokenKey(id: 7, secret: TestKeys.second)]).sign(token)
        #expect(keys.claimedKey(of: strange, as: token.use) == 7)
        let unknown = try TestKeys.ring([TokenKey(id: 9, secret: TestKeys.second)], signing: 9).sign(token)
        #expect(keys.claimedKey(of: unknown, as: token.use) == 9)
        #expect(keys.has(key: 7))
        #expect(!keys.has(key: 9))
        #expect(keys.claimedKey(of: strange.dropLast(), as: token.use) == nil)
        #expect(keys.claimedKey(of: "favicon.ico".utf8, as: token.use) == nil)
        for use in TokenUse.allCases where use != token.use {
            #expect(keys.claimedKey(of: strange, as: use) == nil, "a token of one use is none of another")
        }
    }

    @Test(arguments: tokens)
    func `a token is of one use only`(token: TrackingToken) throws {
        let keys = try TestKeys.ring()
        let text = keys.sign(token)
        for use in TokenUse.allCases where use != token.use {
            #expect(throws: KeyRing.NotOurs.self) { try keys.verify(text, as: use) }
        }
    }

    @Test(arguments: tokens)
    func `a token with one bit changed is not ours`(token: TrackingToken) throws {
        let keys = try TestKeys.ring()
        let text = keys.sign(token)
        for index in text.indices {
            for bit in 0..<8 {
                var changed = text
                changed[index] ^= 1 << bit
                // In addresses, the other case is the same token.
                if token.use.isInAddress, ASCII.lowercased(changed) == text { continue }
                #expect(throws: KeyRing.NotOurs.self) { try keys.verify(changed, as: token.use) }
            }
        }
    }

    @Test(arguments: tokens)
    func `no second spelling of a token verifies`(token: TrackingToken) throws {
        let keys = try TestKeys.ring()
        let text = keys.sign(token)
        for other in [
            text + [UInt8(ascii: "=")], text + [UInt8(ascii: "A")], text + [UInt8(ascii: "a")], text.dropLast(),
            [UInt8(ascii: " ")] + text, text + [0x0A],
        ] {
            #expect(throws: KeyRing.NotOurs.self) { try keys.verify(other, as: token.use) }
        }
        // All 64 or 32 last characters: those that differ in unused bits alone are refused, too.
        for last in UInt8(0x21)...0x7E where last != text.last && ASCII.lowercased(last) != text.last {
            #expect(throws: KeyRing.NotOurs.self) { try keys.verify(text.dropLast() + [last], as: token.use) }
        }
    }

    /// A fifth of a million in every run; `VEREDUS_TOKEN_MUTATIONS=1000000` is the whole of it, a minute in debug.
    static let mutations = Int(ProcessInfo.processInfo.environment["VEREDUS_TOKEN_MUTATIONS"] ?? "") ?? 200_000

    @Test(arguments: 0..<4)
    func `of very many changed tokens none is ours`(part: Int) throws {
        let keys = try TestKeys.ring([
            TokenKey(id: 7, secret: TestKeys.first), TokenKey(id: 8, secret: TestKeys.second),
        ])
        let stranger = try TestKeys.ring([TokenKey(id: 7, secret: [UInt8](repeating: 3, count: 32))])
        var dice = SeededGenerator(seed: UInt64(part))
        let tokens = Self.tokens.filter { !$0.use.isInAddress }
        let genuine = tokens.map { keys.sign($0) }
        let known = Set(genuine)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var accepted = 0
        for _ in 0..<Self.mutations / 4 {
            let choice = Int(truncatingIfNeeded: dice.next() % UInt64(tokens.count))
            var text = genuine[choice]
            switch dice.next() % 5 {
            case 0:  // one to four characters
                for _ in 0...dice.next() % 4 {
                    text[Int(truncatingIfNeeded: dice.next() % UInt64(text.count))] =
                        alphabet[Int(truncatingIfNeeded: dice.next() & 63)]
                }
            case 1:  // the head: version, key id, purpose
                text[Int(truncatingIfNeeded: dice.next() % 4)] = alphabet[Int(truncatingIfNeeded: dice.next() & 63)]
            case 2:  // the payload of one, the code of another
                let other = genuine[Int(truncatingIfNeeded: dice.next() % UInt64(tokens.count))]
                text = Array(text.dropLast(22)) + other.suffix(22)
            case 3:  // signed by somebody else
                text = stranger.sign(tokens[choice])
            default:  // shorter or longer
                let count = Int(truncatingIfNeeded: dice.next() % 64)
                text = Array((text + genuine[0]).prefix(count))
            }
            guard !known.contains(text) else { continue }
            for use in [TokenUse.open, .click] where (try? keys.verify(text, as: use)) != nil { accepted += 1 }
        }
        #expect(accepted == 0)
    }

    @Test func `stray bits at the end are refused before any signature is looked at`() {
        #expect(Base64URL.decode(Array("AA".utf8)) == [0])
        #expect(Base64URL.decode(Array("AB".utf8)) == nil)
        #expect(Base64URL.decode(Array("A".utf8)) == nil)
        #expect(Base64URL.decode(Array("+/".utf8)) == nil)
        #expect(Base32.decode(Array("aa".utf8)) == [0])
        #expect(Base32.decode(Array("AA".utf8)) == [0])
        #expect(Base32.decode(Array("ab".utf8)) == nil)
        #expect(Base32.decode(Array("a".utf8)) == nil)
        #expect(Base32.decode(Array("a1".utf8)) == nil)
    }

    @Test func `bytes of every length come back`() {
        for count in 0..<50 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
            var url: [UInt8] = []
            Base64URL.append(bytes, to: &url)
            #expect(Base64URL.decode(url) == bytes)
            var address: [UInt8] = []
            Base32.append(bytes, to: &address)
            #expect(Base32.decode(address) == bytes)
        }
    }

    @Test func `a token in an address survives a server that changes case, and fits a local part`() throws {
        let keys = try TestKeys.ring()
        for (prefix, token) in [
            ("b+", TrackingToken.bounce(Self.key, attempt: .max)), ("u+", .mailUnsubscribe(Self.key)),
            ("u+", .mailUnsubscribe(Self.key, Self.mark.short)),
        ] {
            let local = Array(prefix.utf8) + keys.sign(token)
            #expect(local.count <= 64)
            #expect(try keys.verify(localPart: local) == token)
            #expect(try keys.verify(localPart: local.map { ASCII.isLetter($0) ? $0 & 0xDF : $0 }) == token)
        }
        #expect(throws: KeyRing.NotOurs.self) { try keys.verify(localPart: Array("b+".utf8)) }
        #expect(throws: KeyRing.NotOurs.self) { try keys.verify(localPart: Array("postmaster".utf8)) }
        let swapped = Array("u+".utf8) + keys.sign(.bounce(Self.key, attempt: 1))
        #expect(throws: KeyRing.NotOurs.self, "a bounce is no unsubscribe") { try keys.verify(localPart: swapped) }
    }

    @Test func `an old key verifies while it is there, and only under its id`() throws {
        let old = try TestKeys.ring()
        let text = old.sign(.unsubscribe(Self.key))
        let both = [TokenKey(id: 7, secret: TestKeys.first), TokenKey(id: 8, secret: TestKeys.second)]
        let rotated = try TestKeys.ring(both, signing: 8)
        #expect(try rotated.verify(text, as: .unsubscribe) == .unsubscribe(Self.key))
        #expect(rotated.sign(.unsubscribe(Self.key)) != text)
        let gone = try TestKeys.ring([TokenKey(id: 8, secret: TestKeys.second)], signing: 8)
        #expect(throws: KeyRing.NotOurs.self) { try gone.verify(text, as: .unsubscribe) }
        let renamed = try TestKeys.ring([TokenKey(id: 8, secret: TestKeys.first)], signing: 8)
        #expect(throws: KeyRing.NotOurs.self) { try renamed.verify(text, as: .unsubscribe) }
    }

    @Test func `keys that cannot be used are refused`() {
        #expect(throws: KeyRing.Invalid.shortSecret(id: "7")) {
            try TestKeys.ring([TokenKey(id: 7, secret: [UInt8](repeating: 1, count: 31))])
        }
        #expect(throws: KeyRing.Invalid.idTwice(7)) {
            try TestKeys.ring([TokenKey(id: 7, secret: TestKeys.first), TokenKey(id: 7, secret: TestKeys.second)])
        }
        #expect(throws: KeyRing.Invalid.noSigningKey(8)) { try TestKeys.ring(signing: 8) }
        #expect(throws: KeyRing.Invalid.shortSecret(id: "identity")) { try AddressHashKey(secret: [1]) }
    }

    @Test func `a token is laid out as documented, whatever signs it`() throws {
        let keys = try TestKeys.ring()
        let bytes = try #require(Base64URL.decode(keys.sign(.unsubscribe(DeliveryKey(campaign: 258, seq: 3)))))
        let signed: [UInt8] = [1, 7, 5, 0, 0, 1, 2, 0, 0, 0, 3]
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: TestKeys.first))
        #expect(bytes == signed + Array(code).prefix(16))
    }

    @Test func `a keyed hash is HMAC-SHA-256, whatever the length of key and text`() {
        for count in [0, 1, 31, 32, 63, 64, 65, 200] {
            let secret = [UInt8](repeating: 0xA7, count: count)
            let text = [UInt8](repeating: 0x3C, count: 200 - count)
            let code = HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: secret))
            #expect(KeyedHash(key: secret).code(for: text) == Array(code))
        }
    }

    @Test func `address hashes and Message-IDs outlive a rotation and depend on the key`() throws {
        let identity = try AddressHashKey(secret: TestKeys.first)
        let other = try AddressHashKey(secret: TestKeys.second)
        let hash = identity.addressHash(try EmailAddress("Bob@EXAMPLE.com"))
        #expect(hash.count == 32)
        #expect(hash == identity.addressHash(try EmailAddress("bob@example.com")))
        #expect(hash != other.addressHash(try EmailAddress("bob@example.com")))
        #expect(hash != identity.addressHash(try EmailAddress("bo.b@example.com")))
        #expect(identity.checkValue != other.checkValue)
        #expect(identity.messageID(Self.key, domain: "x") == identity.messageID(Self.key, domain: "x"))
        #expect(
            identity.messageID(Self.key, domain: "x")
                != identity.messageID(DeliveryKey(campaign: 70_001, seq: 5_000_001), domain: "x")
        )
    }
}
