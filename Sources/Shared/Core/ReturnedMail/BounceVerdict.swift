/// What a bounce does to the mail of its recipient: a hard one suppresses the address at once, a soft one when it is one
/// too many in a row.
package enum BounceVerdict: Sendable, Equatable {
    case suppressHard
    /// After so many in a row.
    case suppressSoft(Int64)
    case nothing

    /// Messages that failed softly in a row, and how many are too many.
    package typealias SoftBounces = (inARow: Int64, limit: Int16)

    /// `softBounces`: Asked only where the consequence depends on them.
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
