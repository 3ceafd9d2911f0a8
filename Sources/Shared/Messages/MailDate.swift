/// Dates as RFC 5322 §3.3 writes them, in UTC.
enum MailDate {
    private static let days = Array("ThuFriSatSunMonTueWed".utf8)
    private static let months = Array("JanFebMarAprMayJunJulAugSepOctNovDec".utf8)

    /// Appends a date such as `Thu, 01 Jan 1970 00:00:00 +0000`.
    ///
    /// `seconds` count since 1970 UTC, and are of the years 1 to 9999.
    static func append(seconds: Int64, to buffer: inout [UInt8]) {
        let day = Int((seconds >= 0 ? seconds : seconds - 86_399) / 86_400)
        let time = Int(seconds) - day * 86_400
        let weekday = ((day % 7) + 7) % 7
        let (year, month, monthDay) = civil(day)
        buffer.append(contentsOf: days[weekday * 3..<weekday * 3 + 3])
        buffer.append(contentsOf: ", ".utf8)
        append(padded: monthDay, digits: 2, to: &buffer)
        buffer.append(UInt8(ascii: " "))
        buffer.append(contentsOf: months[month * 3 - 3..<month * 3])
        buffer.append(UInt8(ascii: " "))
        append(padded: year, digits: 4, to: &buffer)
        buffer.append(UInt8(ascii: " "))
        append(padded: time / 3600, digits: 2, to: &buffer)
        buffer.append(UInt8(ascii: ":"))
        append(padded: time / 60 % 60, digits: 2, to: &buffer)
        buffer.append(UInt8(ascii: ":"))
        append(padded: time % 60, digits: 2, to: &buffer)
        buffer.append(contentsOf: " +0000".utf8)
    }

    /// The Gregorian date of a day counted from 1970-01-01, by eras of 400 years that begin in March.
    private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func append(padded value: Int, digits: Int, to buffer: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            buffer.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }
}
