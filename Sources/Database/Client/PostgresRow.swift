internal import CPostgres

/// One row of a result, columns counted from 0; it can be read inside the decode closure only.
///
/// A column is read as the type it has: a NULL, another type or a missing column is a `misuse` error that names
/// statement and column, never a default.
package struct PostgresRow: ~Copyable {
    private let result: OpaquePointer
    private let row: Int32
    private let statement: String

    /// Borrows `result`, which its ``PostgresResult`` keeps alive during the decode closure.
    init(result: OpaquePointer, row: Int32, statement: String) {
        self.result = result
        self.row = row
        self.statement = statement
    }

    /// Whether the column is NULL; true also for a missing column.
    package func isNull(_ column: Int32) -> Bool { PQgetisnull(result, row, column) != 0 }

    package func bool(_ column: Int32) throws(PostgresError) -> Bool {
        try required(optionalBool(column), column)
    }

    package func int16(_ column: Int32) throws(PostgresError) -> Int16 {
        try required(optionalInt16(column), column)
    }

    package func int32(_ column: Int32) throws(PostgresError) -> Int32 {
        try required(optionalInt32(column), column)
    }

    package func int64(_ column: Int32) throws(PostgresError) -> Int64 {
        try required(optionalInt64(column), column)
    }

    package func double(_ column: Int32) throws(PostgresError) -> Double {
        try required(optionalDouble(column), column)
    }

    package func text(_ column: Int32) throws(PostgresError) -> String {
        try required(optionalText(column), column)
    }

    /// The bytes of a `bytea`, or of a text without going through `String`.
    package func bytes(_ column: Int32) throws(PostgresError) -> [UInt8] {
        try required(optionalBytes(column), column)
    }

    /// Seconds since 1970-01-01 UTC.
    package func timestamp(_ column: Int32) throws(PostgresError) -> Double {
        try required(optionalTimestamp(column), column)
    }

    package func optionalBool(_ column: Int32) throws(PostgresError) -> Bool? {
        try field(column, .bool, width: 1)?.first.map { $0 != 0 }
    }

    package func optionalInt16(_ column: Int32) throws(PostgresError) -> Int16? {
        try field(column, .int2, width: 2).map { Int16(bigEndian: $0.loadUnaligned(as: Int16.self)) }
    }

    package func optionalInt32(_ column: Int32) throws(PostgresError) -> Int32? {
        try field(column, .int4, width: 4).map { Int32(bigEndian: $0.loadUnaligned(as: Int32.self)) }
    }

    package func optionalInt64(_ column: Int32) throws(PostgresError) -> Int64? {
        try field(column, .int8, width: 8).map { Int64(bigEndian: $0.loadUnaligned(as: Int64.self)) }
    }

    package func optionalDouble(_ column: Int32) throws(PostgresError) -> Double? {
        try field(column, .float8, width: 8).map {
            Double(bitPattern: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)))
        }
    }

    package func optionalTimestamp(_ column: Int32) throws(PostgresError) -> Double? {
        try field(column, .timestamptz, width: 8).map {
            PostgresTimestamp.secondsSinceEpoch(microseconds: Int64(bigEndian: $0.loadUnaligned(as: Int64.self)))
        }
    }

    /// A text, a varchar, or the text of a json.
    package func optionalText(_ column: Int32) throws(PostgresError) -> String? {
        try textField(column).map { String(decoding: $0, as: UTF8.self) }
    }

    package func optionalBytes(_ column: Int32) throws(PostgresError) -> [UInt8]? {
        try bytesField(column).map { Array($0) }
    }

    /// Reads a `bytea` or a text where libpq keeps it, without a copy; NULL is an error.
    package func withBytes<Value>(
        _ column: Int32,
        _ body: (UnsafeRawBufferPointer) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        try body(required(bytesField(column), column))
    }

    package func bools(_ column: Int32) throws(PostgresError) -> [Bool] {
        try array(column, .boolArray, of: .bool, width: 1) { $0[0] != 0 }
    }

    package func int16s(_ column: Int32) throws(PostgresError) -> [Int16] {
        try array(column, .int2Array, of: .int2, width: 2) { Int16(bigEndian: $0.loadUnaligned(as: Int16.self)) }
    }

    package func int32s(_ column: Int32) throws(PostgresError) -> [Int32] {
        try array(column, .int4Array, of: .int4, width: 4) { Int32(bigEndian: $0.loadUnaligned(as: Int32.self)) }
    }

    package func int64s(_ column: Int32) throws(PostgresError) -> [Int64] {
        try array(column, .int8Array, of: .int8, width: 8) { Int64(bigEndian: $0.loadUnaligned(as: Int64.self)) }
    }

    package func doubles(_ column: Int32) throws(PostgresError) -> [Double] {
        try array(column, .float8Array, of: .float8, width: 8) {
            Double(bitPattern: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)))
        }
    }

    package func texts(_ column: Int32) throws(PostgresError) -> [String] {
        try array(column, .textArray, of: .text, width: nil) { String(decoding: $0, as: UTF8.self) }
    }

    package func byteArrays(_ column: Int32) throws(PostgresError) -> [[UInt8]] {
        try array(column, .byteaArray, of: .bytea, width: nil) { Array($0) }
    }
}

extension PostgresRow {
    private func required<Value>(_ value: Value?, _ column: Int32) throws(PostgresError) -> Value {
        guard let value else { throw wrong(column, "is NULL, a value is expected") }
        return value
    }

    private func wrong(_ column: Int32, _ what: String) -> PostgresError {
        let name = PQfname(result, column).map { " (\(String(cString: $0)))" } ?? ""
        return .misuse("column \(column)\(name) \(what)", statement: statement)
    }

    private func type(_ column: Int32) throws(PostgresError) -> PostgresType {
        guard column >= 0, column < PQnfields(result) else {
            throw wrong(column, "does not exist: the row has \(PQnfields(result))")
        }
        return PostgresType(oid: PQftype(result, column))
    }

    /// The bytes of a column; `nil` for NULL. They live as long as the result.
    private func raw(_ column: Int32) -> UnsafeRawBufferPointer? {
        guard PQgetisnull(result, row, column) == 0, let value = PQgetvalue(result, row, column) else { return nil }
        return UnsafeRawBufferPointer(start: value, count: Int(PQgetlength(result, row, column)))
    }

    private func field(
        _ column: Int32,
        _ expected: PostgresType,
        width: Int
    ) throws(PostgresError) -> UnsafeRawBufferPointer? {
        let type = try type(column)
        guard type == expected else { throw wrong(column, "is \(type), read as \(expected)") }
        guard let bytes = raw(column) else { return nil }
        guard bytes.count == width else { throw wrong(column, "has \(bytes.count) bytes, \(expected) has \(width)") }
        return bytes
    }

    private func textField(_ column: Int32) throws(PostgresError) -> UnsafeRawBufferPointer? {
        let type = try type(column)
        switch type {
        case .text, .varchar, .bpchar, .name, .json: return raw(column)
        case .jsonb:
            guard let bytes = raw(column) else { return nil }
            guard bytes.first == 1 else { throw wrong(column, "is jsonb of a version other than 1") }
            return UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
        default: throw wrong(column, "is \(type), read as text")
        }
    }

    private func bytesField(_ column: Int32) throws(PostgresError) -> UnsafeRawBufferPointer? {
        try type(column) == .bytea ? raw(column) : textField(column)
    }

    /// Reads a one-dimensional array without nulls; NULL itself is an error.
    private func array<Element>(
        _ column: Int32,
        _ expected: PostgresType,
        of elementType: PostgresType,
        width: Int?,
        _ element: (UnsafeRawBufferPointer) -> Element
    ) throws(PostgresError) -> [Element] {
        let type = try type(column)
        guard type == expected else { throw wrong(column, "is \(type), read as \(expected)") }
        let bytes = try required(raw(column), column)
        guard let reader = ArrayReader(bytes), reader.elementType == elementType.oid else {
            throw wrong(column, "is not an array of one dimension")
        }
        var elements: [Element] = []
        elements.reserveCapacity(reader.count)
        var offset = ArrayReader.headerBytes
        for _ in 0..<reader.count {
            guard let length = ArrayReader.int32(bytes, at: offset) else { throw wrong(column, "is cut short") }
            guard length >= 0 else { throw wrong(column, "has a NULL in it") }
            let start = offset + 4
            guard bytes.count - start >= Int(length), width == nil || width == Int(length) else {
                throw wrong(column, "has an element of \(length) bytes")
            }
            offset = start + Int(length)
            elements.append(element(UnsafeRawBufferPointer(rebasing: bytes[start..<offset])))
        }
        return elements
    }
}

/// The head of a binary array: dimensions, null flag, element type, length, lower bound (`array_send`, arrayfuncs.c).
private struct ArrayReader {
    static let headerBytes = 20
    let elementType: UInt32
    let count: Int

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let dimensions = Self.int32(bytes, at: 0), let type = Self.int32(bytes, at: 8) else { return nil }
        elementType = UInt32(bitPattern: type)
        switch dimensions {
        case 0: count = 0
        case 1:
            guard let length = Self.int32(bytes, at: 12), length >= 0, bytes.count >= Self.headerBytes else {
                return nil
            }
            count = Int(length)
        default: return nil
        }
    }

    static func int32(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int32? {
        guard bytes.count >= offset + 4 else { return nil }
        return Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
    }
}
