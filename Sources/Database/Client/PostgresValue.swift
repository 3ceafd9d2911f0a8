/// A parameter of a statement, sent binary and with its type.
package enum PostgresValue: Sendable, Equatable {
    /// Of whatever type the statement's text gives to that parameter.
    case null
    case bool(Bool)
    case int16(Int16)
    case int32(Int32)
    case int64(Int64)
    case double(Double)
    case text(String)
    /// `text` from bytes; the server refuses what is not UTF-8.
    case utf8([UInt8])
    /// `bytea`.
    case bytes([UInt8])
    /// `jsonb`, from its text.
    case json(String)
    /// `timestamptz`, rounded to a microsecond.
    case timestamp(secondsSinceEpoch: Double)

    case bools([Bool])
    case int16s([Int16])
    case int32s([Int32])
    case int64s([Int64])
    case doubles([Double])
    case texts([String])
    /// `bytea[]`.
    case byteArrays([[UInt8]])

    /// The type that the server is told; `nil` leaves it to the statement's text.
    var type: PostgresType? {
        switch self {
        case .null: nil
        case .bool: .bool
        case .int16: .int2
        case .int32: .int4
        case .int64: .int8
        case .double: .float8
        case .text, .utf8: .text
        case .bytes: .bytea
        case .json: .jsonb
        case .timestamp: .timestamptz
        case .bools: .boolArray
        case .int16s: .int2Array
        case .int32s: .int4Array
        case .int64s: .int8Array
        case .doubles: .float8Array
        case .texts: .textArray
        case .byteArrays: .byteaArray
        }
    }
}

/// A type of the server by its object identifier; those of built-in types never change (pg_type.dat).
struct PostgresType: Equatable, CustomStringConvertible {
    let oid: UInt32

    static let bool = Self(oid: 16)
    static let bytea = Self(oid: 17)
    static let name = Self(oid: 19)
    static let int8 = Self(oid: 20)
    static let int2 = Self(oid: 21)
    static let int4 = Self(oid: 23)
    static let text = Self(oid: 25)
    static let json = Self(oid: 114)
    static let float8 = Self(oid: 701)
    static let bpchar = Self(oid: 1042)
    static let varchar = Self(oid: 1043)
    static let timestamptz = Self(oid: 1184)
    static let jsonb = Self(oid: 3802)
    static let boolArray = Self(oid: 1000)
    static let byteaArray = Self(oid: 1001)
    static let int2Array = Self(oid: 1005)
    static let int4Array = Self(oid: 1007)
    static let textArray = Self(oid: 1009)
    static let int8Array = Self(oid: 1016)
    static let float8Array = Self(oid: 1022)

    private static let names: [UInt32: String] = [
        16: "bool", 17: "bytea", 19: "name", 20: "int8", 21: "int2", 23: "int4", 25: "text", 114: "json",
        701: "float8", 1042: "char(n)", 1043: "varchar", 1184: "timestamptz", 3802: "jsonb", 1000: "bool[]",
        1001: "bytea[]", 1005: "int2[]", 1007: "int4[]", 1009: "text[]", 1015: "varchar[]", 1016: "int8[]",
        1022: "float8[]", 1114: "timestamp", 1700: "numeric", 1082: "date", 2950: "uuid", 26: "oid",
    ]

    /// As one would write it in a cast; types that the adapter does not read are shown by number.
    var description: String { Self.names[oid] ?? "type \(oid)" }
}
