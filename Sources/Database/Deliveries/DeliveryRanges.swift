import Core
import DatabaseClient

/// Rows of deliveries as ranges of numbers that follow one another: an index is descended once for each range.
///
/// A statement finds what belongs to a row in an array, at the range's place plus the row's distance from its first.
struct DeliveryRanges {
    private(set) var campaigns: [CampaignID] = []
    private(set) var firsts: [Seq] = []
    private(set) var lasts: [Seq] = []
    /// Where each range's first row stands among the rows given, from 1.
    private(set) var places: [Int32] = []

    /// Of several entries for one row, only the first is in a range.
    ///
    /// - Parameters:
    ///   - rows: In ascending order of their keys.
    ///   - key: The row's key.
    ///   - mayJoin: Whether two rows may be in one range.
    init<Row>(_ rows: [Row], by key: (Row) -> DeliveryKey, where mayJoin: (Row, Row) -> Bool = { _, _ in true }) {
        for (index, row) in rows.enumerated() {
            let (key, place) = (key(row), Int32(index + 1))
            if let end = lasts.indices.last, campaigns[end] == key.campaign {
                if lasts[end] == key.seq { continue }
                let followsOn = key.seq == lasts[end] + 1 && place - places[end] == key.seq - firsts[end]
                if followsOn, mayJoin(rows[index - 1], row) {
                    lasts[end] = key.seq
                    continue
                }
            }
            campaigns.append(key.campaign)
            firsts.append(key.seq)
            lasts.append(key.seq)
            places.append(place)
        }
    }
}
