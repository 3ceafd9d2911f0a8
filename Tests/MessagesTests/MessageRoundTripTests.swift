import Foundation
import TestKit
import Testing

@testable import Core
@testable import Messages

/// Another implementation, Python's, reads what we write.
@Suite struct MessageRoundTripTests {
    static let python = ["/usr/bin/python3", "/usr/local/bin/python3"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }
    static let isExpected = python != nil || ProcessInfo.processInfo.environment["REQUIRE_SERVERS"] == "1"
    static let messageCount = 3_000

    @Test(.enabled(if: isExpected))
    func `Python reads back exactly the text, HTML, subject and name that were meant`() async throws {
        let python = try #require(Self.python, "python3 is needed where REQUIRE_SERVERS=1")
        let folder = FileManager.default.temporaryDirectory.appending(path: "veredus-messages-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "messages.jsonl")
        try Self.messages().write(to: file)

        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Support/read_letters.py")
        let outcome = try await ChildProcess.run([python, script.path, file.path])
        #expect(outcome.succeeded, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.contains("\(Self.messageCount) messages, 0 differences"))
    }

    private static func messages() throws -> Data {
        let keys = try MessageFixture.keys()
        let recipientAddress = try EmailAddress("bob@reader.example")
        var buffer: [UInt8] = []
        var lines = Data()
        for seed in 1...UInt64(messageCount) {
            var generator = RandomMessage(seed: seed)
            let made = generator.make()
            var sender = try MessageFixture.sender()
            sender.fromName = made.fromName
            let template = try MessageTemplate(
                source: made.source,
                sender: sender,
                campaign: MessageFixture.campaign(made.tracking)
            )
            var random = SeededGenerator(seed: seed)
            try template.render(
                RecipientFacts(
                    seq: Seq(seed),
                    address: recipientAddress,
                    fields: made.fields,
                    dateSeconds: Int64(seed) * 86_399
                ),
                keys: keys,
                random: &random,
                into: &buffer
            )
            let line: [String: String] = [
                "message": Data(buffer).base64EncodedString(), "text": made.text, "html": made.html,
                "subject": made.subject, "from": made.fromName,
            ]
            lines.append(try JSONEncoder().encode(line))
            lines.append(0x0A)
        }
        return lines
    }
}
