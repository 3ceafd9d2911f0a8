import Foundation
import TestKit
import Testing

@testable import Admin

/// The program itself, as a child that a terminal's Ctrl-C reaches.
@Suite(.enabled(if: PrivateDatabase.isAvailable), .timeLimit(.minutes(2))) struct InterruptedImportTests {
    private static let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
        .appending(path: "veredus").path
    private static let rows = 60_000

    @Test func `an import that is interrupted says so, and the same command goes on and doubles nothing`() async throws
    {
        try await Tool.with { tool in
            var text = "email,name\n"
            for row in 1...Self.rows { text += "reader-\(row)@example.org,Reader \(row)\n" }
            let file = tool.file("many.csv", text)
            let command = [Self.program, "contacts", "import", file, "--account", "acme", "--list", "news", "--json"]
            let errors = "\(tool.folder)/errors"
            for part in 1...2 {
                let before = try await tool.sql("SELECT count(*)::text FROM contacts")
                let import_ = try ChildProcess(
                    command,
                    environment: tool.environment,
                    output: .null,
                    errors: .file(errors)
                )
                // Another part of the file is in, and there is more to come.
                try await tool.wait(for: "SELECT count(*) > \(before[0]) AND count(*) >= \(part) * 10000 FROM contacts")
                import_.send(SIGINT)
                #expect(try await import_.exit() == .signal(SIGINT))
                #expect(tool.text(of: errors)?.contains("run the same command to continue") == true)
            }
            let added = try await tool.sql("SELECT count(*)::text FROM contacts")
            #expect(
                Int(added[0]).map { $0 < Self.rows && $0 % Importer.chunkRows == 0 } == true,
                "\(added): whole parts"
            )

            let outcome = try await ChildProcess.run(command, environment: tool.environment)
            #expect(outcome.succeeded, "\(outcome.errors)")
            let facts = try await tool.sql(
                """
                SELECT count(*) || ' ' || count(DISTINCT address_key) || ' ' || max(version) || ' '
                    || (SELECT count(*) FROM list_members) FROM contacts
                """
            )
            #expect(facts == ["\(Self.rows) \(Self.rows) 1 \(Self.rows)"])
            #expect(tool.text(of: "\(file).rejects.csv") == nil)
        }
    }
}
