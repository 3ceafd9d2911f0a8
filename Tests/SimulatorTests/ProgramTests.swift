import Foundation
import TestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct ProgramTests {
    /// The program beside the tests' bundle, as `swift build --build-tests` leaves it.
    static let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
        .appending(path: "veredus-simulator").path
    static let isBuilt = FileManager.default.isExecutableFile(atPath: program)
    static let isRequired = ProcessInfo.processInfo.environment["REQUIRE_SERVERS"] == "1"

    @Test(.enabled(if: isBuilt || isRequired), arguments: [SIGTERM, SIGINT])
    func `it says where it listens, and when stopped what it saw`(signal: Int32) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = folder.appending(path: "script.json")
        try Data(#"{"rules": [{"domain": "bad.example", "behaviour": "reject-550"}]}"#.utf8).write(to: script)
        let (record, status) = (folder.appending(path: "record.jsonl"), folder.appending(path: "status.json"))

        let output = folder.appending(path: "output")
        let program = try ChildProcess(
            [
                Self.program, "--script", script.path, "--record", record.path, "--status-file", status.path,
                "--keep-bytes", "1",
            ],
            output: .file(output.path)
        )
        var first = Data()
        try await eventually("it says where it listens") {
            first = try Data(contentsOf: output)
            return first.last == UInt8(ascii: "\n") || !program.isRunning
        }
        let greeting = try #require(try JSONSerialization.jsonObject(with: first) as? [String: Int])
        let port = try #require(greeting["port"])

        let client = try await RawClient.greeted(port: port)
        #expect(try await client.deliver(to: "quote\\\"d+x@y") == ["250", "501"])
        _ = try await client.ask("RSET\r\n")
        #expect(try await client.deliver(to: "a@x", messageID: "<\"\\\u{1}ü@x>").last == "250")
        #expect(try await client.deliver(to: "a@bad.example") == ["250", "550"])

        program.send(signal)
        #expect(try await program.exit() == .exit(0))
        let last = try Data(contentsOf: output).dropFirst(first.count)
        let summary = try #require(try JSONSerialization.jsonObject(with: last) as? [String: Any])
        #expect(summary["accepted"] as? Int == 1)
        #expect((summary["refused"] as? [String: Int])?["rcpt"] == 2)
        #expect(try Data(contentsOf: status) == Data(last))
        let line = try JSONSerialization.jsonObject(with: Data(contentsOf: record)) as? [String: Any]
        #expect(line?["messageID"] as? String == "<\"\\\u{1}ü@x>", "octets that JSON must escape")
        let content = Data(base64Encoded: line?["content"] as? String ?? "").map { String(decoding: $0, as: UTF8.self) }
        #expect(content?.hasSuffix("\r\n\r\nhello\r\n") == true)
    }

    @Test(
        .enabled(if: isBuilt || isRequired),
        arguments: [
            ["--defer-rate", "2"], ["--tls", "starttls"], ["--user", "anna"], ["--without", "chunking"],
            ["--script", "/nonexistent/script.json"], ["--record", "/nonexistent/record.jsonl"], ["--port", "x"],
        ]
    )
    func `a setting that cannot be is an error, with a word about it`(arguments: [String]) async throws {
        let outcome = try await ChildProcess.run([Self.program] + arguments)
        #expect(!outcome.succeeded)
        #expect(outcome.output == "")
        #expect(!outcome.errors.isEmpty)
    }

    @Test(.enabled(if: isBuilt || isRequired))
    func `the help explains every word`() async throws {
        let outcome = try await ChildProcess.run([Self.program, "--help"])
        for word in ["defer-once-450", "hangup-byte-N", "forget-dot", "421-STEP", "--status-file"] {
            #expect(outcome.output.contains(word))
        }
    }
}
