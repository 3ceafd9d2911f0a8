/// The parameters of one execution in PostgreSQL's binary format; reused, so that a batch allocates nothing.
///
/// Numbers are big-endian; a timestamp counts microseconds from 2000-01-01; an array is dimensions, a null flag, the
/// element type, length and lower bound, then the elements each with its length (`array_send`, arrayfuncs.c).
struct ParameterBuffer {
    /// Above this the storage is given back after use: a single large import must not stay in memory.
    private static let keptBytes = 1 << 20

    private(set) var types: [PostgresType?] = []
    private var bytes: [UInt8] = []
    private var starts: [Int] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var pointers: [UnsafePointer<CChar>?] = []

    /// Replaces what the buffer holds.
    mutating func encode(_ values: [PostgresValue], for statement: String) throws(PostgresError) {
        types.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptBytes)
        starts.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        guard values.count <= Int(UInt16.max) else {
            throw .misuse("\(values.count) parameters, the protocol allows 65535", statement: statement)
        }
        for (index, value) in values.enumerated() {
            let start = bytes.count
            guard append(value) else {
                throw .misuse(
                    "$\(index + 1) holds a NUL character, which no text of PostgreSQL can",
                    statement: statement
                )
            }
            guard bytes.count - start <= Int(Int32.max) else {
                throw .misuse("$\(index + 1) is larger than 2 GiB", statement: statement)
            }
            types.append(value.type)
            starts.append(value == .null ? -1 : start)
            lengths.append(Int32(bytes.count - start))
        }
        // A pointer to an empty value must not be NULL: that would be SQL's NULL.
        bytes.append(0)
        while formats.count < values.count { formats.append(1) }
    }

    /// Calls `body` with count, values, lengths and formats as libpq wants them, valid during the call only.
    mutating func withPointers<Result>(
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        let count = Int32(starts.count)
        pointers.removeAll(keepingCapacity: true)
        return bytes.withUnsafeBytes { bytes in
            for start in starts {
                pointers.append(
                    start < 0 ? nil : bytes.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self)
                )
            }
            return pointers.withUnsafeBufferPointer { pointers in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(count, pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }

    /// Appends one value; false for a text with a NUL character in it.
    private mutating func append(_ value: PostgresValue) -> Bool {
        switch value {
        case .null: break
        case .bool(let value): bytes.append(value ? 1 : 0)
        case .int16(let value): append(bigEndian: value)
        case .int32(let value): append(bigEndian: value)
        case .int64(let value): append(bigEndian: value)
        case .double(let value): append(bigEndian: value.bitPattern)
        case .text(let value): return append(text: value.utf8)
        case .utf8(let value): return append(text: value)
        case .bytes(let value): bytes.append(contentsOf: value)
        case .json(let value):
            bytes.append(1)  // the only version of jsonb_recv
            return append(text: value.utf8)
        case .timestamp(let seconds): append(bigEndian: PostgresTimestamp.microseconds(secondsSinceEpoch: seconds))
        case .bools(let values): append(fixed: values, .bool) { $0.bytes.append($1 ? 1 : 0) }
        case .int16s(let values): append(fixed: values, .int2) { $0.append(bigEndian: $1) }
        case .int32s(let values): append(fixed: values, .int4) { $0.append(bigEndian: $1) }
        case .int64s(let values): append(fixed: values, .int8) { $0.append(bigEndian: $1) }
        case .doubles(let values): append(fixed: values, .float8) { $0.append(bigEndian: $1.bitPattern) }
        case .byteArrays(let values): append(fixed: values, .bytea) { $0.bytes.append(contentsOf: $1) }
        case .texts(let values):
            var isText = true
            append(fixed: values, .text) { isText = $0.append(text: $1.utf8) && isText }
            return isText
        }
        return true
    }

    private mutating func append(bigEndian value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func append(text: some Collection<UInt8>) -> Bool {
        let start = bytes.count
        bytes.append(contentsOf: text)
        return !bytes[start...].contains(0)
    }

    /// Appends a one-dimensional array without nulls; `element` appends one element's bytes.
    private mutating func append<Element>(
        fixed values: [Element],
        _ type: PostgresType,
        _ element: (inout Self, Element) -> Void
    ) {
        append(bigEndian: Int32(values.isEmpty ? 0 : 1))
        append(bigEndian: Int32(0))
        append(bigEndian: type.oid)
        guard !values.isEmpty else { return }
        append(bigEndian: Int32(truncatingIfNeeded: values.count))
        append(bigEndian: Int32(1))
        for value in values {
            let place = bytes.count
            append(bigEndian: Int32(0))
            element(&self, value)
            let length = UInt32(truncatingIfNeeded: bytes.count - place - 4)
            for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: length >> (24 - 8 * byte)) }
        }
    }
}

/// `timestamptz` on the wire: microseconds since 2000-01-01 00:00 UTC.
enum PostgresTimestamp {
    /// From 1970-01-01 to 2000-01-01.
    private static let epochSeconds = 946_684_800.0

    /// Saturates at PostgreSQL's `infinity` and `-infinity`.
    static func microseconds(secondsSinceEpoch seconds: Double) -> Int64 {
        let microseconds = ((seconds - epochSeconds) * 1_000_000).rounded()
        guard microseconds < 0x1p63 else { return .max }
        guard microseconds > -0x1p63 else { return .min }
        return Int64(exactly: microseconds) ?? .max
    }

    static func secondsSinceEpoch(microseconds: Int64) -> Double {
        switch microseconds {
        case .max: .infinity
        case .min: -.infinity
        default: Double(microseconds) / 1_000_000 + epochSeconds
        }
    }
}
