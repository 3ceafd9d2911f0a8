import Database
import DatabaseClient
import Foundation
import Testing

/// A statement that stands in no list is never prepared by ``StatementCheckTests``: its first run would be its check.
@Suite struct AllStatementsTests {
    /// Statements that cannot be prepared against the migrated schema, or that run before there is one.
    static let exceptions: [(name: String, because: Comment)] = [
        ("import-upsert-contacts", "reads the staging table, which an import makes for itself"),
        ("import-join-list", "reads the staging table"),
        ("import-drop-erased", "reads the staging table"),
        ("import-count-unsubscribed", "reads the staging table"),
        ("lock-migrations", "of the migrator: runs before there is a schema"),
        ("try-lock-migrations", "of the migrator"),
        ("unlock-migrations", "of the migrator"),
        ("migration-table-exists", "of the migrator"),
        ("migration-checksums", "of the migrator"),
        ("applied-migrations", "of the migrator"),
        ("record-migration", "of the migrator"),
        ("begin", "of every pipeline: reads no table"),
        ("commit", "of every pipeline"),
        ("rollback", "of every pipeline"),
        ("database-exists", "of the bootstrap: runs before there is a database"),
        ("role-exists", "of the bootstrap"),
        ("row-security-bypasses", "an assertion that every program makes at its start"),
        ("durability-settings", "an assertion that every program makes at its start"),
    ]

    @Test func `every statement in the sources is one that the check prepares`() throws {
        let checked = Set(Statement.all.map(\.name))
        let exceptions = Set(Self.exceptions.map(\.name))
        let written = try Self.sources().flatMap { Self.names(in: try String(contentsOf: $0, encoding: .utf8)) }
        #expect(written.count > 200)
        let forgotten = written.filter { !checked.contains($0) && !exceptions.contains($0) }
        #expect(forgotten == [], "add it to a list in Statement.all")
        #expect(exceptions.subtracting(written) == [], "no such statement")
        #expect(exceptions.intersection(checked) == [], "is checked, and no exception")
        #expect(checked.subtracting(written) == [], "its name is not found in the sources")
    }

    static let table: [(source: String, names: [String], because: Comment)] = [
        (#"static let a = Statement("a-b", "SELECT 1")"#, ["a-b"], "on one line"),
        ("static let a = Statement(\n        \"a-b\",\n        role: .web,", ["a-b"], "the name on the next line"),
        (#"extension Statement { static let all: [Statement] = [.a] }"#, [], "no statement"),
        (#"PreparedStatement("a-b")"#, [], "another type"),
    ]

    @Test(arguments: table)
    func `a statement is found by its name`(row: (source: String, names: [String], because: Comment)) {
        #expect(Self.names(in: row.source) == row.names, row.because)
    }

    private static func names(in source: String) -> [String] {
        source.matches(of: /\bStatement\(\s*"([^"]+)"/.wordBoundaryKind(.simple)).map { String($0.1) }
    }

    private static func sources() throws -> [URL] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Database")
        let all = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        return all.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    }
}
