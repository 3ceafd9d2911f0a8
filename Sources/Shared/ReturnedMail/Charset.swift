import Core

/// Turns text of old character sets into UTF-8.
///
/// Known here: UTF-8, ASCII, ISO-8859-1, -2, -5, -7, -9, -15, windows-1250, -1251, -1252, KOI8-R, UTF-16; by libc those of
/// ``ForeignCharset``. Of every other set only the ASCII characters are kept, and a space stands for the rest: enough for
/// addresses, codes and what servers write in English beside their own language.
package enum Charset {
    /// Whether text of that set is read as a whole, not its ASCII characters alone.
    package static func isKnown(_ charset: String) -> Bool {
        let name = plainName(charset.utf8)
        return tables[aliases[name] ?? name] != nil || ForeignCharset.utf8([], name: name) != nil
    }

    /// A set's name in lower case, letters and digits only.
    package static func plainName(_ charset: some Sequence<UInt8>) -> String {
        String(decoding: ASCII.lowercased(charset).filter { ASCII.isAlphanumeric($0) }, as: UTF8.self)
    }

    /// `charset` as it was written; empty or ASCII text with other bytes is taken for UTF-8, or else windows-1252.
    package static func utf8(_ bytes: [UInt8], charset: [UInt8]) -> [UInt8] {
        let name = charset.isEmpty ? "" : plainName(charset)
        switch name {
        case "utf16", "unicode", "ucs2", "iso10646ucs2": return utf16(bytes, isLittleEndian: nil)
        case "utf16le": return utf16(bytes, isLittleEndian: true)
        case "utf16be": return utf16(bytes, isLittleEndian: false)
        default: break
        }
        if isASCII(bytes) { return bytes }
        switch name {
        case "", "utf8", "usascii", "ascii", "unknown8bit":
            return UTF8Scalar.isValid(bytes) ? bytes : mapped(bytes, tables["windows1252"] ?? [])
        default: break
        }
        if let table = tables[aliases[name] ?? name] { return mapped(bytes, table) }
        return ForeignCharset.utf8(bytes, name: name) ?? asciiOnly(bytes)
    }

    /// Without the escape sequences of ISO-2022.
    private static func isASCII(_ bytes: [UInt8]) -> Bool {
        // All of them are looked at, since many at once take less time than each by itself up to the first.
        bytes.reduce(0) { $0 | $1 } < 0x80 && bytes.firstIndex(of: 0x1B, in: bytes.indices) == nil
    }

    /// RFC 2781. Where nobody says which byte comes first, its mark does, or else where the zeros of Latin messages stand.
    private static func utf16(_ bytes: [UInt8], isLittleEndian: Bool?) -> [UInt8] {
        let hasMark = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        let lowFirst: Bool
        if let isLittleEndian {
            lowFirst = isLittleEndian
        } else if hasMark {
            lowFirst = bytes[0] == 0xFF
        } else {
            let zeros = bytes.prefix(1_000).indices.filter { bytes[$0] == 0 }
            lowFirst = zeros.count { $0 % 2 == 1 } > zeros.count / 2
        }
        let units = stride(from: hasMark ? 2 : 0, to: bytes.count - 1, by: 2).map { index in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return lowFirst ? second << 8 | first : first << 8 | second
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    /// Escape sequences of ISO-2022 switch to sets that are not known here; what they enclose is no ASCII.
    private static func asciiOnly(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var isASCII = true
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == 0x1B else {
                result.append(byte < 0x80 && (isASCII || byte < 0x20) ? byte : UInt8(ascii: " "))
                continue
            }
            guard index + 1 < bytes.count else { break }
            let isBack = bytes[index] == UInt8(ascii: "(") && "BJ".utf8.contains(bytes[index + 1])
            isASCII = isBack
            let isLong = bytes[index] == UInt8(ascii: "$") && "()".utf8.contains(bytes[index + 1])
            index += isLong ? 3 : 2
        }
        return result
    }

    private static func mapped(_ bytes: [UInt8], _ table: [Unicode.Scalar]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 2)
        let first = 256 - table.count
        for byte in bytes {
            if byte < 0x80 {
                result.append(byte)
            } else {
                let scalar = Int(byte) >= first ? table[Int(byte) - first] : Unicode.Scalar(byte)
                result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        return result
    }

    private static let aliases = [
        "iso88591": "windows1252", "latin1": "windows1252", "cp1252": "windows1252", "iso885915": "latin9",
        "iso88592": "latin2", "iso88595": "cyrillic", "iso88597": "greek", "iso88599": "latin5",
        "windows1254": "latin5", "windows1253": "greek", "cp1250": "windows1250", "cp1251": "windows1251",
    ]

    /// The upper part of each set: 128 characters, or 96 where the lower 32 are control characters.
    private static let tables: [String: [Unicode.Scalar]] = characters.mapValues { Array($0.unicodeScalars) }

    // swift-format-ignore
    private static let characters = [
        "windows1252": """
            €\u{FFFD}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFD}Ž\u{FFFD}\u{FFFD}‘’“”•–—˜™š›œ\u{FFFD}žŸ\u{A0}¡¢£¤¥¦§¨©ª«¬\u{AD}®¯°±²\
            ³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ
            """,
        "windows1250": """
            €\u{FFFD}‚\u{FFFD}„…†‡\u{FFFD}‰Š‹ŚŤŽŹ\u{FFFD}‘’“”•–—\u{FFFD}™š›śťžź\u{A0}ˇ˘Ł¤Ą¦§¨©Ş«¬\u{AD}®Ż°±˛\
            ł´µ¶·¸ąş»Ľ˝ľżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙
            """,
        "windows1251": """
            ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u{FFFD}™љ›њќћџ\u{A0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{AD}®Ї°±Ііґµ¶·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНО\
            ПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя
            """,
        "koi8r": """
            ─│┌┐└┘├┤┬┴┼▀▄█▌▐░▒▓⌠■∙√≈≤≥\u{A0}⌡°²·÷═║╒ё╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡Ё╢╣╤╥╦╧╨╩╪╫╬©юабцдефгхийклмнопярстужвьыз\
            шэщчъЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ
            """,
        "latin2": """
            \u{A0}Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u{AD}ŽŻ°ą˛ł´ľśˇ¸šşťź˝žżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôő\
            ö÷řůúűüýţ˙
            """,
        "latin9": """
            \u{A0}¡¢£€¥Š§š©ª«¬\u{AD}®¯°±²³Žµ¶·ž¹º»ŒœŸ¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõ\
            ö÷øùúûüýþÿ
            """,
        "latin5": """
            \u{A0}¡¢£¤¥¦§¨©ª«¬\u{AD}®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔÕÖ×ØÙÚÛÜİŞßàáâãäåæçèéêëìíîïğñòóôõ\
            ö÷øùúûüışÿ
            """,
        "greek": """
            \u{A0}‘’£€₯¦§¨©ͺ«¬\u{AD}\u{FFFD}―°±²³΄΅Ά·ΈΉΊ»Ό½ΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ\u{FFFD}ΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζη\
            θικλμνξοπρςστυφχψωϊϋόύώ\u{FFFD}
            """,
        "cyrillic": """
            \u{A0}ЁЂЃЄЅІЇЈЉЊЋЌ\u{AD}ЎЏАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя№ёђѓєѕ\
            іїјљњћќ§ўџ
            """,
    ]
}
