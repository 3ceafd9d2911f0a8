import Core

// How a statement's text takes a stored number from its enum: never as a literal, which nobody can find again.

extension RawRepresentable where RawValue: FixedWidthInteger {
    /// The number, as in `state = \(DeliveryState.pending.sql)`.
    package var sql: String { String(rawValue) }
}

extension Sequence where Element: RawRepresentable, Element.RawValue: FixedWidthInteger {
    /// The numbers with commas between them, as in `state IN (\(DeliveryState.claimable.sql))`.
    package var sql: String { map(\.sql).joined(separator: ", ") }
}

extension BounceConsequence {
    /// The number, as in `consequence = \(BounceConsequence.soft.sql)`.
    package var sql: String { String(number) }
}
