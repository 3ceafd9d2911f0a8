import Core
import Foundation
import Testing

/// A number in a statement says nothing to who reads it, and is not found when its enum changes.
@Suite struct SQLNumbersTests {
    @Test func `no statement has the number of a state, a kind or a reason in it`() throws {
        var found: [String] = []
        for file in try Self.sources() {
            let text = try String(contentsOf: file, encoding: .utf8)
            found += try Self.literals(in: text).map { "\(file.lastPathComponent): \($0)" }
        }
        #expect(found == [], "take it from the enum, as in state = \\(DeliveryState.pending.sql)")
    }

    static let table: [(sql: String, isLiteral: Bool, because: Comment)] = [
        (#""SELECT 1 FROM t WHERE state = 5""#, true, "the number of a state"),
        (#""UPDATE t SET state = 3 WHERE seq = $1""#, true, "one that is set"),
        (#""SELECT FROM t WHERE d.state IN (0, 2)""#, true, "several"),
        (#""SELECT FROM t WHERE d.state NOT IN (0, 2)""#, true, "all but several"),
        (#""SELECT FROM t WHERE d.state <> 9""#, true, "all but one"),
        (#""SELECT FROM t WHERE c.state >= 2""#, true, "an order of states"),
        (#""SELECT FROM t WHERE m.status = 0""#, true, "a status is one, too"),
        (#""SELECT FROM t WHERE $4::smallint = 0 AND c.kind = 1""#, true, "a kind"),
        (#""UPDATE t SET state = CASE WHEN a THEN 2 ELSE state END""#, true, "one that is chosen"),
        (#""UPDATE t SET state = CASE state WHEN 1 THEN NULL END""#, true, "one that is compared"),
        (#""SELECT pg_advisory_xact_lock(1, $1)""#, true, "an advisory lock"),
        ("\"\"\"\nSELECT FROM t\nWHERE reason = 4\n\"\"\"", true, "in a statement of several lines"),
        (#""SELECT FROM t WHERE state = \(DeliveryState.dead.sql)""#, false, "taken from the enum"),
        (#""SELECT FROM t WHERE state = $3 AND reason = ANY ($4::smallint[])""#, false, "a value of its own"),
        (#""UPDATE t SET level = CASE WHEN a THEN 1 ELSE 0 END""#, false, "a level is a number"),
        (#""SELECT FROM t WHERE attempt = 1 AND code BETWEEN 200 AND 299""#, false, "and so is an attempt or a code"),
        ("state = 5", false, "no SQL"),
        ("// SELECT FROM t WHERE state = 5", false, "a comment"),
    ]

    @Test(arguments: table)
    func `a literal is found, and nothing else`(row: (sql: String, isLiteral: Bool, because: Comment)) throws {
        #expect(try Self.literals(in: row.sql).isEmpty != row.isLiteral, row.because)
    }

    // MARK: -

    /// The sources of the programs, but for what only tests use.
    private static func sources() throws -> [URL] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        let all = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        let files = all.compactMap { $0 as? URL }
            .filter { $0.pathExtension == "swift" && !$0.path.contains("/TestKit/") }
        #expect(files.count > 100)
        return files
    }

    private static let columns = """
        \\b(state|follows_state|kind|reason|scope|status|action|consequence|judgement|step|policy|settlement|verdict|way|\
        tracking|shelf)
        """
    private static let patterns = [
        columns + #"\s*(=|<>|!=|<=|>=|<|>|(NOT )?IN \(|IS (NOT )?DISTINCT FROM|(NOT )?BETWEEN)\s*-?\d"#,
        columns + #"\s*=\s*\(?CASE\b.*\b(WHEN|THEN|ELSE) \d"#,
        #"CASE (\w+\.)?"# + columns + #" WHEN \d"#,
        #"::smallint (=|<>) \d"#,
        #"pg_\w*advisory\w*\(\d+,"#,
    ]

    /// The lines of SQL in a Swift source that have a number where an enum has a name for it.
    private static func literals(in source: String) throws -> [String] {
        // By Unicode's rules the dot in `d.state` would join one word.
        let isLiteral = try Self.patterns.map { try Regex($0).wordBoundaryKind(.simple) }
        var isInText = false
        var found: [String] = []
        for line in source.split(separator: "\n") {
            let trimmed = line.drop { $0 == " " }
            if trimmed.hasPrefix("//") { continue }
            let isSQL = isInText || line.contains(/"[^"]*\b(SELECT|UPDATE|INSERT|DELETE|WHERE|AND|OR)\b/)
            if line.ranges(of: "\"\"\"").count % 2 == 1 { isInText.toggle() }
            guard isSQL else { continue }
            if isLiteral.contains(where: { line.contains($0) }) { found.append(String(trimmed)) }
        }
        return found
    }
}
