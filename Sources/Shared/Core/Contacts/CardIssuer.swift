/// Which numbers the issuers of payment cards have, by their first six digits and their length (ISO/IEC 7812; the ranges
/// that the issuers publish).
enum CardIssuer {
    private typealias Range = (prefix: ClosedRange<Int>, lengths: [Int], name: String)

    /// The issuer that a number may be of; `nil` when there is none.
    ///
    /// `digits`: Values from 0 to 9.
    static func name(of digits: ArraySlice<UInt8>) -> String? {
        let prefix = digits.prefix(6).reduce(0) { $0 * 10 + Int($1) }
        return ranges.first { $0.prefix.contains(prefix) && $0.lengths.contains(digits.count) }?.name
    }

    private static let ranges: [Range] = [
        (400_000...499_999, [13, 16, 18, 19], "Visa"),
        (510_000...559_999, [16], "Mastercard"),
        (222_100...272_099, [16], "Mastercard"),
        (340_000...349_999, [15], "American Express"),
        (370_000...379_999, [15], "American Express"),
        (300_000...305_999, [14, 16, 17, 18, 19], "Diners Club"),
        (309_500...309_599, [14, 16, 17, 18, 19], "Diners Club"),
        (360_000...369_999, [14, 16, 17, 18, 19], "Diners Club"),
        (380_000...399_999, [14, 16, 17, 18, 19], "Diners Club"),
        (352_800...358_999, [16, 17, 18, 19], "JCB"),
        (213_100...213_199, [15], "JCB"),
        (180_000...180_099, [15], "JCB"),
        (601_100...601_199, [16, 17, 18, 19], "Discover"),
        (644_000...659_999, [16, 17, 18, 19], "Discover"),
        (620_000...629_999, [16, 17, 18, 19], "UnionPay"),
        (810_000...817_199, [16, 17, 18, 19], "UnionPay"),
        (501_800...501_899, Array(13...19), "Maestro"),
        (501_900...501_999, [16], "Dankort"),
        (502_000...502_099, Array(13...19), "Maestro"),
        (503_800...503_899, Array(13...19), "Maestro"),
        (589_300...589_399, Array(13...19), "Maestro"),
        (630_400...630_499, Array(13...19), "Maestro"),
        (675_900...675_999, Array(13...19), "Maestro"),
        (676_100...676_399, Array(13...19), "Maestro"),
        (220_000...220_499, [16, 17, 18, 19], "Mir"),
        (506_099...506_198, [16, 18, 19], "Verve"),
        (506_699...506_778, [16], "Elo"),
        (509_000...509_999, [16], "Elo"),
        (508_500...508_999, [16], "RuPay"),
        (606_985...608_500, [16], "RuPay"),
        (817_200...820_199, [16], "RuPay"),
        (606_282...606_282, [16], "Hipercard"),
        (636_000...636_999, [16, 17, 18, 19], "InterPayment"),
        (637_000...639_999, [16], "InstaPayment"),
        (979_200...979_289, [16], "Troy"),
        (970_400...970_499, [16, 19], "Napas"),
        (860_000...860_099, [16], "Uzcard"),
        (986_000...986_099, [16], "Humo"),
    ]
}
