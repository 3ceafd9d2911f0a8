import Core
import Foundation
import TestKit
import Testing

@testable import ReturnedMail

/// Mails that nobody meant to write. A crash ends the run; a time that grows faster than the size fails it.
@Suite struct BounceFuzzTests {
    /// `BOUNCE_FUZZ` in the environment asks for more.
    static let rounds = ProcessInfo.processInfo.environment["BOUNCE_FUZZ"].flatMap { Int($0) } ?? 20_000

    static let seeds: [[UInt8]] =
        BounceSamples.servers.map { Array($0.message.utf8) }
        + BounceReportTests.rows.map { Array(BounceSamples.report($0.fields, text: $0.text).utf8) }
        + BounceKindTests.rows.map { Array($0.message.utf8) }

    /// Pieces that mean something to some part of the reader.
    static let pieces: [[UInt8]] =
        [
            "\r\n", "\n\n", "--b\n", "--b--\n", "--b/1\n", "=?utf-8?Q?", "?=", "=?utf-8?B?//8=?=", "<a@b.c>:\n", "@",
            "a@b",
            "Content-Type: multipart/mixed; boundary=b\n\n", "Content-Type: message/rfc822\n\n",
            "Content-Type: text/html\n\n",
            "Content-Transfer-Encoding: base64\n", "Final-Recipient: ", "Action: failed\n", "\\x{110000}", "\\x{F6",
            "5.1.1",
            "550", "Received: from", "could not be delivered to", "your message to ", "couldn't be delivered",
            "(generated from",
            "\u{1B}$B", "&#x110000;", "&#", "<script>", "<", "b+", "AQABB", "=\r\n", "\u{FEFF}", "\0", "Ж", ";", "\"",
            ":",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xF0, 0x9F]]

    static func mutated(_ seed: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let at = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes.insert(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &random)], at: at)
            case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 0...40, using: &random)))
            case 2 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 3: bytes.removeSubrange(at...)
            case 4:
                let end = min(bytes.count, at + Int.random(in: 0...200, using: &random))
                let copy = Array(bytes[at..<end])
                bytes.insert(contentsOf: copy, at: Int.random(in: 0...bytes.count, using: &random))
            default:
                let piece = pieces[Int.random(in: 0..<pieces.count, using: &random)]
                let many = Int.random(in: 1...20, using: &random)
                bytes.insert(contentsOf: Array(repeatElement(piece, count: many).joined()), at: at)
            }
        }
        return bytes
    }

    @Test(arguments: 0..<4)
    func `no mutated mail crashes the reader, and what is kept of it can be read and has no token`(part: Int) throws {
        var random = SeededGenerator(seed: UInt64(part + 1))
        let token = try BounceCutTests.text(BounceCutTests.secret[part])
        for round in 0..<Self.rounds / 4 {
            var mail = Self.mutated(Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &random)], &random)
            let hasToken = round % 10 == 0
            if hasToken {
                mail.insert(contentsOf: " \(token) ".utf8, at: Int.random(in: 0...mail.count, using: &random))
            }
            let report = readReport(mail, sentTo: round % 3 == 0 ? Array("b+x@bounces.example".utf8) : nil)
            #expect(report.kind == .delivery || report.recipients.allSatisfy { $0.consequence == .nothing })
            guard round % 5 == 0 else { continue }
            let cut = cutReport(mail)
            #expect(cut.count <= mail.count * 4 + 1_000)
            _ = readReport(cut)
            if hasToken { #expect(!BounceCutTests.leaks(token, in: String(decoding: cut, as: UTF8.self))) }
        }
    }

    /// Mails that would cost a careless reader the square of their size.
    static let bombs: [(name: String, make: @Sendable (Int) -> String)] = [
        (
            "nested parts",
            { size in
                (0..<size / 60).map { "Content-Type: multipart/mixed; boundary=b\($0)\n\n--b\($0)\n" }.joined()
            }
        ),
        ("nested messages", { String(repeating: "Content-Type: message/rfc822\n\n", count: $0 / 30) }),
        (
            "boundaries",
            { "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\n", count: $0 / 5) }
        ),
        (
            "near boundaries",
            { "Content-Type: multipart/mixed; boundary=b\n\n--b\n" + String(repeating: "--b\u{1}\n", count: $0 / 5) }
        ),
        ("addresses", { Self.head + String(repeating: "<a@b.c>:\n", count: $0 / 9) }),
        ("other addresses", { size in Self.head + (0..<size / 14).map { "<a\($0)@b.c>:\n" }.joined() }),
        ("at signs", { Self.head + String(repeating: "@", count: $0) }),
        ("no spaces", { Self.head + String(repeating: "a", count: $0) }),
        ("phrases", { Self.head + String(repeating: "could not be delivered to a@b.c ", count: $0 / 32) }),
        ("half phrases", { Self.head + String(repeating: "your message to ", count: $0 / 16) }),
        ("aliases", { Self.head + String(repeating: "(generated from a@b.c\n", count: $0 / 22) }),
        (
            "recipients",
            { size in
                Self.fields + "Content-Type: multipart/report; boundary=b\n\n--b\n\n"
                    + (0..<size / 60).map { "<a\($0)@b.c>: no\n" }.joined()
                    + "\n--b\nContent-Type: message/delivery-status\n\n"
                    + (0..<size / 90).map { "Final-Recipient: rfc822; a\($0)@b.c\nAction: failed\nStatus: 5.0.0\n\n" }
                    .joined()
            }
        ),
        ("open tags", { Self.fields + "Content-Type: text/html\n\n" + String(repeating: "<a", count: $0 / 2) }),
        ("open entities", { Self.fields + "Content-Type: text/html\n\n" + String(repeating: "&", count: $0) }),
        (
            "open words",
            { size in
                (0..<size / 8_000).map { _ in "X: " + String(repeating: "=?a?q?x", count: 1_000) + "\n" }.joined()
            }
        ),
        ("folded fields", { "X: a\n" + String(repeating: " y\n", count: $0 / 3) }),
        (
            "soft line ends",
            { Self.fields + "Content-Transfer-Encoding: quoted-printable\n\n" + String(repeating: "= ", count: $0 / 2) }
        ),
        (
            "encoded lines",
            { Self.head + String(repeating: String(repeating: "eHh4", count: 19) + "\n> ", count: $0 / 79) }
        ),
        ("half tokens", { Self.head + String(repeating: "AQABBBB", count: $0 / 7) }),
    ]

    static let fields = "From: mailer-daemon@x.example\nSubject: failure notice\n"
    static let head = fields + "\n"

    @Test(arguments: bombs.map(\.name))
    func `the time grows with the size and no faster`(name: String) throws {
        let make = try #require(Self.bombs.first { $0.name == name }).make
        // Reads within the limits: a wider message, but not one that is cut short at once.
        var limits = MIMELimits()
        limits.textBytes = 4 << 20
        limits.headerBytes = 4 << 20
        limits.depth = 100
        limits.parts = 2_000
        func time(_ size: Int, rounds: Int) -> Duration {
            let mail = Array(make(size).utf8)
            return (0..<rounds).map { _ in
                let start = Self.clock()
                _ = readReport(mail, limits: limits)
                _ = cutReport(mail, limits: limits)
                return Self.clock() - start
            }.min() ?? .zero
        }
        let small = time(20_000, rounds: 3)
        let large = time(320_000, rounds: 1)
        // 16 times the size; 256 times the time would be the square.
        #expect(large < small * 32 + .milliseconds(100), "\(name): \(small) and \(large)")
    }

    /// Of this thread: what else the machine does is not counted.
    static func clock() -> Duration {
        var now = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
        return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
    }

    /// Mails of about the same size with few and with many recipients.
    static let crowds: [(name: String, make: @Sendable (Int) -> String)] = [
        (
            "one subject for all of them",
            { count in
                let subject = String(repeating: "lorem spam ", count: 1_400)
                return "From: mailer-daemon@x.example\nSubject: failure notice \(subject)\n\n"
                    + (0..<count).map { "<a\($0)@b.example>: lorem\n" }.joined()
                    + String(repeating: "lorem ipsum dolor\n", count: (1_000 - count) * 22 / 18)
            }
        ),
        (
            "all of them on one line",
            { count in
                Self.head
                    + (0..<5).map { part in
                        "could not be delivered to "
                            + (part * count / 5..<(part + 1) * count / 5).map { "a\($0)@b.example " }.joined()
                    }.joined() + "\n" + String(repeating: "lorem ipsum dolor\n", count: 8_000)
            }
        ),
    ]

    @Test(arguments: crowds.map(\.name))
    func `a hundred times as many recipients cost no text over again`(name: String) throws {
        let make = try #require(Self.crowds.first { $0.name == name }).make
        func time(_ count: Int) -> Duration {
            let mail = Array(make(count).utf8)
            return (0..<3).map { _ in
                let start = Self.clock()
                #expect(readReport(mail).recipients.count == count)
                return Self.clock() - start
            }.min() ?? .zero
        }
        let (few, many) = (time(10), time(1_000))
        #expect(many < few * 6, "\(name): \(few) and \(many)")
    }
}
