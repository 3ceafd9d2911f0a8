import Foundation
import MailSimulator
import Testing

@Suite(.timeLimit(.minutes(1))) struct CountingTests {
    @Test func `copies are counted by recipient and Message-ID`() async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            for (recipient, id) in [("a@x", "<1@s>"), ("a@x", "<1@s>"), ("a@x", "<2@s>"), ("b@x", "<1@s>")] {
                _ = try await client.deliver(to: recipient, messageID: id)
            }
            #expect(simulator.copies(of: "a@x") == 3)
            #expect(simulator.copies(of: "a@x", messageID: "<1@s>") == 2)
            #expect(simulator.copies(of: "b@x") == 1)
            #expect(simulator.copies(of: "c@x") == 0)
            #expect(simulator.accepted.map(\.copy) == [1, 2, 1, 1])
            #expect(simulator.accepted.map(\.attempt) == [1, 2, 3, 1])
            #expect(simulator.accepted.map(\.ordinal) == [1, 2, 3, 4])
            let summary = simulator.summary
            #expect(summary.accepted == 4)
            #expect(summary.distinct == 3)
            #expect(summary.repeated == 1)
            #expect(summary.messages == 4)
        }
    }

    @Test func `a message for three, one of them refused, is two copies`() async throws {
        try await withSimulator {
            $0.keepsContentOfFirst = 1
        } _: { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            try await client.send("MAIL FROM:<s@x> BODY=8BITMIME\r\n")
            try await client.send("RCPT TO:<a@x>\r\nRCPT TO:<reject-550@x>\r\nRCPT TO:<b@x> NOTIFY=NEVER\r\nDATA\r\n")
            var codes: [Substring] = []
            for _ in 1...5 { codes.append(try await client.reply().prefix(3)) }
            #expect(codes == ["250", "250", "550", "250", "354"])
            #expect(try await client.ask("..x\r\n..\r\n.\r\n").hasPrefix("250"))
            #expect(simulator.accepted.map(\.recipient) == ["a@x", "b@x"])
            #expect(simulator.accepted.map(\.recipientParameters) == ["", "NOTIFY=NEVER"])
            #expect(simulator.accepted.map(\.mailParameters) == ["BODY=8BITMIME", "BODY=8BITMIME"])
            #expect(simulator.accepted.map(\.stuffedDots) == [2, 2])
            #expect(simulator.accepted.map(\.messageID) == [nil, nil])
            #expect(simulator.accepted.first?.content == Array(".x\r\n.\r\n".utf8))
            #expect(simulator.summary.messages == 1)
        }
    }

    @Test func `a group of commands is answered in order, many transactions in one write`() async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            let one = "MAIL FROM:<s@x>\r\nRCPT TO:<defer-450@x>\r\nRCPT TO:<dot-550+1@x>\r\nRSET\r\n"
            try await client.send(String(repeating: one, count: 50) + "QUIT\r\n")
            var codes: [Substring] = []
            for _ in 1...201 { codes.append(try await client.reply().prefix(3)) }
            #expect(codes == Array(repeating: ["250", "450", "250", "250"], count: 50).flatMap { $0 } + ["221"])
            #expect(simulator.attempts(of: "defer-450@x") == 50)
        }
    }

    @Test func `1,000 messages over 20 connections, one in ten never answered, are counted exactly`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "simulator-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let record = folder.appending(path: "record.jsonl")
        try await withSimulator {
            $0.threads = 2
            $0.recordPath = record.path
            $0.spoolPath = folder.appending(path: "spool").path
        } _: { simulator in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask { try await Self.deliverFifty(number, port: simulator.port) }
                }
                try await group.waitForAll()
            }
            try await simulator.waitForAccepted(count: 1000)
            let summary = simulator.summary
            #expect(summary.accepted == 1000)
            #expect(summary.distinct == 1000)
            #expect(summary.repeated == 0)
            #expect(summary.unanswered == 100)
            #expect(summary.violations.isEmpty)
            #expect(simulator.connections == 20 + 100)
            #expect(Set(simulator.accepted.map(\.recipient)).count == 1000)
            #expect(simulator.accepted.allSatisfy { $0.copy == 1 })
            #expect(simulator.accepted.allSatisfy { $0.content == nil }, "not kept unless asked")
        }
        let lines = try String(contentsOf: record, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 1000, "stopping writes what was in flight")
        let recipients = try lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["rcpt"] as? String)
        }
        #expect(Set(recipients).count == 1000)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "spool").path)
        #expect(files.count == 1000)
    }

    /// Fifty recipients, every tenth a `forget-dot`, after which the client connects anew.
    private static func deliverFifty(_ number: Int, port: Int) async throws {
        var client = try await RawClient.greeted(port: port)
        for item in 0..<50 {
            let forgets = item % 10 == 9
            let recipient = (forgets ? "forget-dot" : "user") + "+\(number)-\(item)@x"
            do {
                let codes = try await client.deliver(to: recipient, messageID: "<\(number)-\(item)@s>")
                #expect(!forgets && codes.last == "250")
            } catch is RawClient.Closed {
                #expect(forgets)
                client = try await RawClient.greeted(port: port)
            }
        }
        _ = try await client.ask("QUIT\r\n")
    }

    @Test func `waiting for copies that do not come ends with the summary`() async throws {
        try await withSimulator { simulator in
            let error = await #expect(throws: MailSimulator.Problem.self) {
                try await simulator.waitForAccepted(count: 1, within: .milliseconds(20))
            }
            #expect(error?.description.contains("\"accepted\":0") == true)
        }
    }

    @Test func `dropped connections store nothing, and new ones are welcome`() async throws {
        try await withSimulator { simulator in
            let client = try await RawClient.greeted(port: simulator.port)
            try await client.send("MAIL FROM:<s@x>\r\nRCPT TO:<a@x>\r\nDATA\r\n")
            for _ in 1...3 { _ = try await client.reply() }
            simulator.dropConnections()
            #expect(await client.rest() == "")
            let next = try await RawClient.greeted(port: simulator.port)
            #expect(try await next.deliver(to: "a@x").last == "250")
            #expect(simulator.copies(of: "a@x") == 1)
        }
    }
}
