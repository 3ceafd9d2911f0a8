import Glibc

/// Character sets that take a table of thousands: libc's `iconv` has them.
///
/// A fixed list, so that incoming mail cannot choose what libc loads. Where libc lacks one (its modules are files, and
/// a small image may leave them out) the caller keeps the ASCII characters alone.
enum ForeignCharset {
    /// Text as UTF-8, a space for each byte that is not of the set.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - name: The set's name in lower case, letters and digits only.
    /// - Returns: `nil` for a set that is not in the list, or that libc does not have.
    static func utf8(_ bytes: [UInt8], name: String) -> [UInt8]? {
        guard let known = names[name] else { return nil }
        let descriptor = iconv_open("UTF-8", known)
        guard Int(bitPattern: descriptor) != -1 else { return nil }
        defer { iconv_close(descriptor) }  // iconv.h: whoever opens it closes it
        return converted(bytes, descriptor)
    }

    /// Every call moves on by a byte at least, so that the time is linear.
    private static func converted(_ bytes: [UInt8], _ descriptor: iconv_t?) -> [UInt8] {
        var input = bytes.map { CChar(bitPattern: $0) }
        var buffer = [CChar](repeating: 0, count: 4_096)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count * 2)
        input.withUnsafeMutableBufferPointer { (input: inout UnsafeMutableBufferPointer<CChar>) in
            var next: UnsafeMutablePointer<CChar>? = input.baseAddress
            var left = input.count
            while left > 0 {
                let (isDone, isFull) = step(descriptor, &next, &left, &buffer, into: &result)
                guard !isDone, !isFull, left > 0 else { continue }
                result.append(UInt8(ascii: " "))
                next = next?.advanced(by: 1)
                left -= 1
            }
        }
        // What waited for a character to combine with comes out at the end.
        var none: UnsafeMutablePointer<CChar>?
        var nothing = 0
        _ = step(descriptor, &none, &nothing, &buffer, into: &result)
        return result
    }

    /// One call: whether it took all, and whether the buffer was too small for the rest.
    private static func step(
        _ descriptor: iconv_t?,
        _ next: inout UnsafeMutablePointer<CChar>?,
        _ left: inout Int,
        _ buffer: inout [CChar],
        into result: inout [UInt8]
    ) -> (isDone: Bool, isFull: Bool) {
        var room = buffer.count
        var outcome = 0
        var problem: Int32 = 0
        buffer.withUnsafeMutableBufferPointer { (buffer: inout UnsafeMutableBufferPointer<CChar>) in
            var place: UnsafeMutablePointer<CChar>? = buffer.baseAddress
            outcome = iconv(descriptor, &next, &left, &place, &room)
            problem = errno
        }
        let count = buffer.count - room
        for byte in buffer[..<count] { result.append(UInt8(bitPattern: byte)) }
        return (outcome != -1, outcome == -1 && problem == E2BIG && count > 0)
    }

    private static let names = [
        "gb2312": "GB18030", "gbk": "GB18030", "gb18030": "GB18030", "cp936": "GB18030", "ms936": "GB18030",
        "windows936": "GB18030", "xgbk": "GB18030", "euccn": "GB18030", "gb231280": "GB18030",
        "big5": "BIG5-HKSCS", "big5hkscs": "BIG5-HKSCS", "cnbig5": "BIG5-HKSCS", "cp950": "CP950", "euctw": "EUC-TW",
        "iso2022jp": "ISO-2022-JP-3", "iso2022jp1": "ISO-2022-JP-3", "iso2022jp2": "ISO-2022-JP-2",
        "iso2022jpms": "ISO-2022-JP-3", "cp50220": "ISO-2022-JP-3", "cp50221": "ISO-2022-JP-3",
        "shiftjis": "CP932", "sjis": "CP932", "xsjis": "CP932", "mskanji": "CP932", "cp932": "CP932",
        "windows31j": "CP932", "eucjp": "EUC-JP-MS", "xeucjp": "EUC-JP-MS", "cp51932": "EUC-JP-MS",
        "euckr": "UHC", "ksc5601": "UHC", "ksc56011987": "UHC", "cp949": "UHC", "uhc": "UHC", "windows949": "UHC",
        "xwindows949": "UHC", "iso2022kr": "ISO-2022-KR", "iso2022cn": "ISO-2022-CN",
        "tis620": "CP874", "windows874": "CP874", "cp874": "CP874", "iso885911": "CP874",
        "windows1255": "CP1255", "iso88598": "CP1255", "iso88598i": "CP1255", "iso88598e": "CP1255",
        "windows1256": "CP1256", "iso88596": "ISO-8859-6", "windows1257": "CP1257", "iso88594": "ISO-8859-4",
        "iso885913": "ISO-8859-13", "windows1258": "CP1258", "viscii": "VISCII", "koi8u": "KOI8-U",
        "iso88593": "ISO-8859-3", "iso885910": "ISO-8859-10", "iso885914": "ISO-8859-14", "iso885916": "ISO-8859-16",
        "ibm866": "IBM866", "cp866": "IBM866", "ibm850": "IBM850", "cp850": "IBM850", "ibm852": "IBM852",
        "cp852": "IBM852",
    ]
}
