import DatabaseClient
import ReturnedMail
import Synchronization
import TestKit
import Testing

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct TransactionTests {
    struct Refusal: Error {}

    @Test func `a transaction commits what its body did`() async throws {
        let connection = try await table(of: 1)
        let count = try await connection.transaction { connection in
            try connection.run(.insertOne, [.int32(2)])
            return try connection.count()
        }
        #expect(count == 2)
        try await connection.execute("ROLLBACK")
        #expect(try await connection.count() == 2)
    }

    @Test func `a transaction whose body throws leaves nothing behind`() async throws {
        let connection = try await table(of: 1)
        await #expect(throws: Refusal.self) {
            try await connection.transaction { connection in
                try connection.run(.insertOne, [.int32(2)])
                throw Refusal()
            }
        }
        #expect(await connection.isUsable)
        #expect(try await connection.count() == 1)
    }

    @Test func `an error in a transaction that the body ignores is not a commit`() async throws {
        let connection = try await table(of: 1)
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { connection in
                try connection.run(.insertOne, [.int32(2)])
                try? connection.execute("SELECT 1/0")
            }
        }
        #expect(error?.message.contains("answered with ROLLBACK") == true)
        #expect(await connection.isUsable)
        #expect(try await connection.count() == 1)
    }

    @Test func `a constraint that is checked at COMMIT is an error of the transaction`() async throws {
        let connection = try await table(of: 1)
        try await connection.execute("CREATE TEMP TABLE c (n int REFERENCES t DEFERRABLE INITIALLY DEFERRED)")
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { try $0.execute("INSERT INTO c VALUES (9)") }
        }
        #expect(error?.sqlState == "23503")
        #expect(error?.commitUnknown == false, "the server refused")
    }

    @Test func `a transaction inside of a transaction is refused`() async throws {
        let connection = try await table(of: 1)
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { connection in try connection.transaction { try $0.count() } }
        }
        #expect(error?.kind == .misuse)
        #expect(await connection.isUsable)
    }

    @Test func `a pipelined transaction runs its steps in order`() async throws {
        let connection = try await table(of: 1)
        let counts = Mutex<[Int64]>([])
        let count = PipelineStep(.countAll) { row in
            let count = try row.int64(0)
            counts.withLock { $0.append(count) }
        }
        for round in 0..<3 {
            let number = Int32(round + 2)
            try await connection.pipelinedTransaction([count, PipelineStep(.insertOne, [.int32(number)]), count])
        }
        #expect(counts.withLock { $0 } == [1, 2, 2, 3, 3, 4])
        #expect(try await connection.count() == 4)
        #expect(await connection.isUsable)
    }

    @Test func `an empty pipelined transaction is one`() async throws {
        let connection = try await table(of: 1)
        try await connection.pipelinedTransaction([])
        #expect(await connection.isUsable)
    }

    static let failingSteps: [(step: PipelineStep, kind: PostgresError.Kind, because: Comment)] = [
        (PipelineStep(.insertOne, [.int32(1)]), .uniqueViolation, "fails on the server"),
        (PipelineStep(Statement("absent", "SELECT * FROM nowhere")), .other, "cannot be prepared"),
        (PipelineStep(.insertOne, [.text("2\0")]), .misuse, "cannot be encoded"),
        (PipelineStep(.insertOne, [.int64(2)]), .misuse, "is of another type than before"),
    ]

    @Test(arguments: failingSteps.indices)
    func `a step that fails undoes the others and the connection goes on`(index: Int) async throws {
        let (step, kind, because) = Self.failingSteps[index]
        let connection = try await table(of: 1)
        try await connection.run(.insertOne, [.int32(2)])
        let after = Atomic<Int>(0)
        let error = await #expect(throws: PostgresError.self) {
            try await connection.pipelinedTransaction([
                PipelineStep(.insertOne, [.int32(10)]), step,
                PipelineStep(.countAll) { _ in after.add(1, ordering: .relaxed) },
            ])
        }
        #expect(error?.kind == kind, because)
        #expect(error?.statement == step.statement.name)
        #expect(error?.commitUnknown == false)
        #expect(after.load(ordering: .relaxed) == 0, "what comes after the failure is skipped")
        #expect(await connection.isUsable)
        #expect(try await connection.count() == 2)
        try await connection.pipelinedTransaction([PipelineStep(.insertOne, [.int32(3)])])
        #expect(try await connection.count() == 3)
    }

    @Test func `a constraint that is checked at COMMIT fails the pipeline`() async throws {
        let connection = try await table(of: 1)
        try await connection.execute("CREATE TEMP TABLE c (n int REFERENCES t DEFERRABLE INITIALLY DEFERRED)")
        let error = await #expect(throws: PostgresError.self) {
            try await connection.pipelinedTransaction([PipelineStep(Statement("child", "INSERT INTO c VALUES (9)"))])
        }
        #expect(error?.sqlState == "23503")
        #expect(error?.commitUnknown == false)
        #expect(await connection.isUsable)
    }

    @Test func `a decoder that throws is reported although the transaction was committed`() async throws {
        let connection = try await table(of: 1)
        await #expect(throws: Refusal.self) {
            try await connection.pipelinedTransaction([
                PipelineStep(.countAll) { _ in throw Refusal() }, PipelineStep(.insertOne, [.int32(2)]),
            ])
        }
        #expect(await connection.isUsable)
        #expect(try await connection.count() == 2)
    }

    @Test func `a pipeline larger than both sockets' buffers does not stand still`() async throws {
        let connection = try await table(of: 1)
        let echo = Statement("echo", "SELECT $1::bytea")
        let large = [UInt8](repeating: 7, count: 4 << 20)
        let received = Atomic<Int>(0)
        let step = PipelineStep(echo, [.bytes(large)]) { row in
            received.add(try row.withBytes(0) { $0.count }, ordering: .relaxed)
        }
        try await connection.pipelinedTransaction([step, step, step, step])
        #expect(received.load(ordering: .relaxed) == 16 << 20)
    }

    @Test func `in a pipeline too a statement that is gone is transient`() async throws {
        let connection = try await table(of: 1)
        #expect(try await connection.count() == 1)
        // The first time the step's statement is gone, the second time the BEGIN, too.
        for _ in 0..<2 {
            try await connection.execute("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$")
            let error = await #expect(throws: PostgresError.self) {
                try await connection.pipelinedTransaction([PipelineStep(.countAll)])
            }
            #expect(error?.kind == .statementGone)
            #expect(error?.isTransient == true)
            try await connection.pipelinedTransaction([PipelineStep(.countAll)])
        }
    }
}
