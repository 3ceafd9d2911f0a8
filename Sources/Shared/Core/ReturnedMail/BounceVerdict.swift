/// The effect of a bounce on its recipient: a hard one suppresses the address at once, a soft one after too many in a
/// row.
package enum BounceVerdict: Sendable, Equatable {
    case suppressHard
    /// After this many in a row.
    case suppressSoft(Int64)
    case nothing

    /// Consecutive soft bounces, and the limit.
    package typealias SoftBounces = (inARow: Int64, limit: Int16)

    /// `softBounces`: Called only if the consequence depends on it.
    package init(_ consequence: BounceConsequence, softBounces: () throws -> SoftBounces) rethrows {
        switch consequence {
        case .hard: self = .suppressHard
        case .soft:
            let (inARow, limit) = try softBounces()
            self = inARow >= Int64(limit) ? .suppressSoft(inARow) : .nothing
        case .block, .nothing: self = .nothing
        }
    }
}
