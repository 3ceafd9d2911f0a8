import DatabaseClient
import TestKit
import Testing

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct ValueTests {
    static let scalars: [(sql: String, value: PostgresValue, because: Comment)] = [
        ("SELECT $1::bool", .bool(true), "one byte"),
        ("SELECT $1::bool", .bool(false), "one byte"),
        ("SELECT $1::int2", .int16(.min), "two bytes, the sign"),
        ("SELECT $1::int4", .int32(.max), "four bytes"),
        ("SELECT $1::int4", .int32(-1), "the sign"),
        ("SELECT $1::int8", .int64(.min), "eight bytes"),
        ("SELECT $1::float8", .double(-1.5e300), "the bit pattern"),
        ("SELECT $1::text", .text(""), "an empty text is not NULL"),
        ("SELECT $1::text", .text("Grüße, 東京 \u{1F40E} e\u{301}"), "UTF-8, beyond the basic plane, combining"),
        ("SELECT $1::varchar", .text("varchar"), "has text's form"),
        ("SELECT $1::text", .utf8(Array("bytes".utf8)), "text without String"),
        ("SELECT $1::bytea", .bytes([]), "an empty value is not NULL"),
        ("SELECT $1::bytea", .bytes([0, 255, 0]), "NUL bytes are data"),
        ("SELECT $1::jsonb", .json(#"{"a": [1, "ü"]}"#), "the version byte"),
        ("SELECT $1::timestamptz", .timestamp(secondsSinceEpoch: 0), "before 2000"),
        ("SELECT $1::timestamptz", .timestamp(secondsSinceEpoch: 1_790_000_000.123456), "microseconds"),
        ("SELECT $1::bool[]", .bools([true, false]), "array"),
        ("SELECT $1::bool[]", .bools([]), "no dimension"),
        ("SELECT $1::int2[]", .int16s([1, -2, .max]), "array"),
        ("SELECT $1::int2[]", .int16s([]), "no dimension"),
        ("SELECT $1::int4[]", .int32s([1, -2, .max]), "array"),
        ("SELECT $1::int4[]", .int32s([]), "no dimension"),
        ("SELECT $1::int8[]", .int64s([.min, 0, .max]), "array"),
        ("SELECT $1::int8[]", .int64s([]), "no dimension"),
        ("SELECT $1::float8[]", .doubles([0.1, -2]), "array"),
        ("SELECT $1::text[]", .texts(["", "NULL", "{\"a\",b}", "ü"]), "nothing is quoted in binary"),
        ("SELECT $1::text[]", .texts([]), "no dimension"),
        ("SELECT $1::bytea[]", .byteArrays([[], [0], [1, 2, 3]]), "elements of any length"),
        ("SELECT $1::bytea[]", .byteArrays([]), "no dimension"),
    ]

    @Test func `a value comes back as it went`() async throws {
        let connection = try await scratch.value.connect()
        for (index, row) in Self.scalars.enumerated() {
            let statement = Statement("scalar-\(index)", row.sql)
            let value = row.value
            let back = try await connection.rows(statement, [value]) { try read(like: value, from: $0) }
            #expect(back == [value], row.because)
        }
    }

    @Test func `a server's text form of a value is the one meant`() async throws {
        let connection = try await scratch.value.connect()
        let statement = Statement("as-text", "SELECT $1::timestamptz::text, $2::int4[]::text, $3::jsonb::text")
        let texts = try await connection.rows(
            statement,
            [.timestamp(secondsSinceEpoch: 1_000_000_000.5), .int32s([7, -7]), .json("[1]")],
            { "\(try $0.text(0)) \(try $0.text(1)) \(try $0.text(2))" }
        )
        #expect(texts == ["2001-09-09 01:46:40.5+00 {7,-7} [1]"])
    }

    @Test func `NULL is seen as such and never as a default`() async throws {
        let connection = try await scratch.value.connect()
        let statement = Statement("nulls", "SELECT $1::int4, $2::text, $3::bytea, $4::int4[]")
        let nulls = try await connection.rows(statement, [.null, .null, .null, .null]) { row in
            let number = try row.optionalInt32(0)
            let text = try row.optionalText(1)
            let bytes = try row.optionalBytes(2)
            return [row.isNull(0), row.isNull(3), number == nil, text == nil, bytes == nil]
        }
        #expect(nulls == [[true, true, true, true, true]])
        // Prepared with NULLs, the types are those of the text; values of those types are taken now.
        let values = try await connection.rows(statement, [.int32(5), .text("t"), .bytes([1]), .int32s([2])]) {
            try $0.int32(0)
        }
        #expect(values == [5])
    }

    static let misreadings: [(sql: String, read: @Sendable (borrowing PostgresRow) throws -> Void, says: String)] = [
        ("SELECT 1::int8 AS n", { _ = try $0.int32(0) }, "column 0 (n) is int8, read as int4"),
        ("SELECT 1::int2", { _ = try $0.int64(0) }, "is int2, read as int8"),
        ("SELECT 1::numeric", { _ = try $0.double(0) }, "is numeric, read as float8"),
        ("SELECT 'a'::text", { _ = try $0.int16(0) }, "is text, read as int2"),
        ("SELECT 1", { _ = try $0.text(0) }, "is int4, read as text"),
        ("SELECT 1", { _ = try $0.int32(1) }, "column 1 does not exist: the row has 1"),
        ("SELECT 1", { _ = try $0.int32(-1) }, "column -1 does not exist"),
        ("SELECT NULL::int4", { _ = try $0.int32(0) }, "is NULL, a value is expected"),
        ("SELECT ARRAY[1, NULL]", { _ = try $0.int32s(0) }, "has a NULL in it"),
        ("SELECT ARRAY[[1], [2]]", { _ = try $0.int32s(0) }, "is not an array of one dimension"),
        ("SELECT now()::timestamp", { _ = try $0.timestamp(0) }, "is timestamp, read as timestamptz"),
    ]

    @Test func `a column read as what it is not is an error that names it`() async throws {
        let connection = try await scratch.value.connect()
        for (index, row) in Self.misreadings.enumerated() {
            let error = await #expect(throws: PostgresError.self) {
                _ = try await connection.rows(Statement("misread-\(index)", row.sql), []) { try row.read($0) }
            }
            #expect(error?.kind == .misuse)
            #expect(error?.message.contains(row.says) == true, "\(error?.message ?? "")")
            #expect(error?.statement == "misread-\(index)")
        }
    }

    static let unsendable: [(value: PostgresValue, because: Comment)] = [
        (.text("a\0b"), "PostgreSQL's text cannot hold U+0000"),
        (.utf8([97, 0]), "the same as bytes"),
        (.json("{\"a\0\":1}"), "the same in JSON's text"),
        (.texts(["a", "\0"]), "the same in an array"),
    ]

    @Test(arguments: unsendable.indices)
    func `a NUL character in a text is refused before it is sent`(index: Int) async throws {
        let connection = try await scratch.value.connect()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.run(Statement("nul", "SELECT $1"), [Self.unsendable[index].value])
        }
        #expect(error?.kind == .misuse, Self.unsendable[index].because)
        #expect(error?.message.contains("$1 holds a NUL") == true)
        #expect(error?.isTransient == false)
    }

    @Test func `a value of another type than the statement was prepared with is refused before it is sent`()
        async throws
    {
        let connection = try await scratch.value.connect()
        let statement = Statement("typed", "SELECT $1")
        try await connection.run(statement, [.int64(1)])
        for wrong: [PostgresValue] in [[.double(1)], [.timestamp(secondsSinceEpoch: 1)], [], [.int64(1), .int64(2)]] {
            let error = await #expect(throws: PostgresError.self) { try await connection.run(statement, wrong) }
            #expect(error?.kind == .misuse, "eight bytes of another type would be read as a number")
        }
        try await connection.run(statement, [.int64(2)])
    }

    @Test func `bytes are lent without a copy`() async throws {
        let connection = try await scratch.value.connect()
        let sums = try await connection.rows(Statement("lend", "SELECT 'abc'::text, '\\x0102'::bytea"), []) { row in
            try row.withBytes(0) { $0.count } + row.withBytes(1) { bytes in bytes.reduce(0) { $0 + Int($1) } }
        }
        #expect(sums == [6])
    }

    @Test func `infinite times are kept`() async throws {
        let connection = try await scratch.value.connect()
        let statement = Statement("infinity", "SELECT 'infinity'::timestamptz, '-infinity'::timestamptz, $1::text")
        let times = try await connection.rows(statement, [.text("x")]) { [try $0.timestamp(0), try $0.timestamp(1)] }
        #expect(times == [[.infinity, -.infinity]])
        let back = try await connection.rows(
            Statement("infinite", "SELECT $1::timestamptz = 'infinity'"),
            [.timestamp(secondsSinceEpoch: .infinity)],
            { try $0.bool(0) }
        )
        #expect(back == [true])
    }
}

/// Reads the first column as the type of `value`.
private func read(like value: PostgresValue, from row: borrowing PostgresRow) throws -> PostgresValue {
    switch value {
    case .null: .null
    case .bool: .bool(try row.bool(0))
    case .int16: .int16(try row.int16(0))
    case .int32: .int32(try row.int32(0))
    case .int64: .int64(try row.int64(0))
    case .double: .double(try row.double(0))
    case .text: .text(try row.text(0))
    case .utf8: .utf8(try row.bytes(0))
    case .bytes: .bytes(try row.bytes(0))
    case .json: .json(try row.text(0))
    case .timestamp: .timestamp(secondsSinceEpoch: try row.timestamp(0))
    case .bools: .bools(try row.bools(0))
    case .int16s: .int16s(try row.int16s(0))
    case .int32s: .int32s(try row.int32s(0))
    case .int64s: .int64s(try row.int64s(0))
    case .doubles: .doubles(try row.doubles(0))
    case .texts: .texts(try row.texts(0))
    case .byteArrays: .byteArrays(try row.byteArrays(0))
    }
}
