import Core
import DatabaseClient
import Foundation
import Glibc
import TestKit
import Testing

@testable import Inbound

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct MaildirTests {
    /// A Maildir of its own.
    static func withMaildir(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("maildir-\(UUID().uuidString)").path
        for folder in ["tmp", "new", "cur"] {
            try FileManager.default.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
        }
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    /// Writes a file by its bytes: names need not be UTF-8.
    static func write(_ bytes: [UInt8], _ folder: String, _ name: [UInt8]) throws {
        let path = (Array("\(folder)/".utf8) + name).map { CChar(bitPattern: $0) } + [0]
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        try #require(Glibc.write(file, bytes, bytes.count) == bytes.count)
    }

    static func count(_ folder: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: folder).count
    }

    static func reader(_ path: String, _ fixture: InboundFixture, after: InboundMaildirSettings.After = .delete)
        -> MaildirReader
    {
        let folder = MaildirFolder(InboundMaildirSettings(path: path, after: after), mostBytes: 1 << 20)
        return MaildirReader(folder: folder, ingest: fixture.ingest)
    }

    @Test func `what is in new is stored, then deleted or kept; tmp and cur are left alone`() async throws {
        try await InboundFixture.with { fixture in
            try await Self.withMaildir { path in
                let local = try Returned.local(7)
                let mail = Returned.bounce(to: local)
                try Self.write(mail, "\(path)/new", Array("1.a.host".utf8))
                try Self.write(mail, "\(path)/tmp", Array("2.b.host".utf8))
                #expect(try await Self.reader(path, fixture).readOnce() == 1)
                #expect(try Self.count("\(path)/new") == 0)
                #expect(try Self.count("\(path)/tmp") == 1)
                #expect(try await fixture.sql("SELECT mailbox || state FROM inbound_mails") == ["maildir0"])
                // Killed before the file was put away: it is known.
                try Self.write(mail, "\(path)/new", Array("1.a.host".utf8))
                #expect(try await Self.reader(path, fixture, after: .keep).readOnce() == 1)
                #expect(try FileManager.default.contentsOfDirectory(atPath: "\(path)/cur") == ["1.a.host:2,S"])
                #expect(try await fixture.sql("SELECT count(*)::text FROM inbound_mails") == ["1"])
            }
        }
    }

    @Test func `hostile names and things that are no mails do no harm`() async throws {
        try await InboundFixture.with { fixture in
            try await Self.withMaildir { path in
                let outside = "\(path)/outside"
                try Self.write(Returned.bounce(to: try Returned.local(9)), path, Array("outside".utf8))
                #expect(symlink(outside, "\(path)/new/0-link") == 0)
                #expect(mkfifo("\(path)/new/1-pipe", 0o600) == 0)
                #expect(mkdir("\(path)/new/2-folder", 0o700) == 0)
                let names: [[UInt8]] = [
                    Array("a\nb".utf8), [0xFF, 0xFE, 0x80], Array("%s%n%x".utf8), Array("$(touch x)".utf8),
                    Array("..a".utf8), Array("-rf".utf8), Array(String(repeating: "n", count: 255).utf8),
                    Array("c:2,FS".utf8),
                ]
                for (seq, name) in names.enumerated() {
                    try Self.write(Returned.bounce(to: try Returned.local(Seq(seq + 1))), "\(path)/new", name)
                }
                try Self.write([UInt8](repeating: 0x20, count: 2 << 20), "\(path)/new", Array("big".utf8))
                try Self.write([], "\(path)/new", Array("empty".utf8))
                let reader = Self.reader(path, fixture)
                #expect(try await reader.readOnce() == 9)
                // A name that begins with a dot is none of a mail; link, pipe and folder stay where they are.
                #expect(try Self.count("\(path)/new") == 4)
                #expect(FileManager.default.fileExists(atPath: outside))
                #expect(try await fixture.sql("SELECT count(*)::text FROM inbound_mails WHERE seq < 9") == ["7"])
                #expect(try await fixture.counts() == ["0:1", "1:1"])
                #expect(try await reader.readOnce() == 0)
            }
        }
    }

    @Test func `a file that cannot be put away is read once`() async throws {
        try await InboundFixture.with { fixture in
            try await Self.withMaildir { path in
                let name = Array(String(repeating: "n", count: 255).utf8)
                try Self.write(Returned.bounce(to: try Returned.local(1)), "\(path)/new", name)
                let reader = Self.reader(path, fixture, after: .keep)
                await #expect(throws: MaildirFolder.Unreadable.self) { try await reader.readOnce() }
                #expect(try await reader.readOnce() == 0)
                #expect(try await fixture.sql("SELECT count(*)::text FROM inbound_mails") == ["1"])
            }
        }
    }

    @Test func `without a database the files stay`() async throws {
        let nowhere = try PostgresSettings(parsing: "postgresql://a:x@127.0.0.1:\(try LoopbackPorts.free(1)[0])/x")
        let pool = PostgresPool(settings: nowhere, name: "test", size: 1)
        try await Self.withMaildir { path in
            try Self.write(Returned.bounce(to: try Returned.local(1)), "\(path)/new", Array("1".utf8))
            let folder = MaildirFolder(InboundMaildirSettings(path: path, after: .delete), mostBytes: 1 << 20)
            let reader = MaildirReader(folder: folder, ingest: try InboundFixture.ingest(on: pool))
            await #expect(throws: PostgresError.self) { try await reader.readOnce() }
            #expect(try Self.count("\(path)/new") == 1)
        }
        await pool.close()
    }
}
