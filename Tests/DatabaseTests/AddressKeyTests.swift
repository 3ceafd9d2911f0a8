import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// The key that hashes addresses is one for good: with another one no opt-out is found.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct AddressKeyTests {
    static let rows: [(noted: [Int16: UInt8], number: Int16, value: UInt8, isRefused: Bool, because: Comment)] = [
        ([:], 1, 0xA1, false, "a database that knows no key takes any"),
        ([1: 0xA1], 1, 0xA1, false, "the key that made the hashes"),
        ([1: 0xA1], 1, 0xFF, true, "another one under its number"),
        ([1: 0xA1], 2, 0xFF, true, "another one under a new number"),
        ([1: 0xA1], 2, 0xA1, true, "the same one under a new number: hashes are found by number"),
    ]

    @Test(arguments: rows)
    func `only the key that made the hashes is taken`(
        row: (noted: [Int16: UInt8], number: Int16, value: UInt8, isRefused: Bool, because: Comment)
    ) async throws {
        try await PrivateDatabase.with { database in
            let superuser = try await database.connect()
            for (number, value) in row.noted {
                let hex = String(value, radix: 16)
                try await superuser.execute("INSERT INTO key_checks VALUES ('address', \(number), '\\x\(hex)')")
            }
            await superuser.close()
            for role in [StatementRole.worker, .web, .inbound] {
                let connection = try await database.connect(role)
                do {
                    try await connection.assertAddressKey(number: row.number, checkValue: [row.value])
                    #expect(!row.isRefused, row.because)
                } catch let error as PostgresError {
                    #expect(row.isRefused, row.because)
                    #expect("\(error)".contains("is not the key that hashed the addresses"), "\(error)")
                    #expect("\(error)".contains("that is number 1"), "\(error)")
                }
                await connection.close()
            }
        }
    }
}
