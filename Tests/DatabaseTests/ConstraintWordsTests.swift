import DatabaseClient
import TestKit
import Testing

@testable import Core
@testable import Database

/// Nobody is shown an SQLSTATE for what they wrote.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct ConstraintWordsTests {
    @Test func `every constraint of what people write has its words, or is known to be out of their reach`()
        async throws
    {
        try await PrivateDatabase.with { database in
            let connection = try await database.connect()
            let tables = ConstraintWords.tables.map { "'\($0)'" }.joined(separator: ", ")
            let constraints = Statement(
                "test-constraints",
                """
                SELECT conname::text FROM pg_constraint
                WHERE contype IN ('c', 'u', 'p') AND conrelid::regclass::text IN (\(tables)) ORDER BY 1
                """
            )
            let found = try await connection.rows(constraints) { try $0.optionalText(0) ?? "" }
            await connection.close()
            #expect(Set(found) == Set(ConstraintWords.all.keys).union(ConstraintWords.unreachable))
        }
    }

    @Test func `a violation is told in words, by its constraint`() {
        for (constraint, words) in ConstraintWords.all {
            let kind: PostgresError.Kind = constraint.hasSuffix("key") ? .uniqueViolation : .checkViolation
            let error = PostgresError(kind, sqlState: "23514", "violates", statement: "s", constraint: constraint)
            #expect(error.inputProblem == words)
            #expect(!words.contains("SQLSTATE") && !words.contains(constraint), "\(words)")
        }
        #expect(PostgresError(.checkViolation, "violates", constraint: "other").inputProblem == nil)
        #expect(PostgresError(.other, "violates", constraint: "lists_name_check").inputProblem == nil)
    }
}
