import Core
import Foundation
import Testing

@testable import ReturnedMail

/// Character sets of many characters, which libc's `iconv` reads.
@Suite struct BounceCharsetTests {
    typealias Encoded = (charset: String, base64: String, text: String)

    /// Made with Python's codecs.
    static let encoded: [Encoded] = [
        ("gb2312", "08O7p7K7tObU2g==", "用户不存在"),
        ("GBK", "08OR9LK7tObU2g==", "用戶不存在"),
        ("gb18030", "08O7p7K7tObU2g==", "用户不存在"),
        ("big5", "rGS1TKa5qM+lzqrM", "查無此使用者"),
        ("iso-2022-jp", "GyRCMDhAaCQsQjg6XyQ3JF4kOyRzGyhC", "宛先が存在しません"),
        ("Shift_JIS", "iLaQ5oKqkbaN3YK1gtyCuYLx", "宛先が存在しません"),
        ("euc-jp", "sLjA6KSswri636S3pN6ku6Tz", "宛先が存在しません"),
        ("euc-kr", "wbjA58fPwfYgvsq0wiC757/rwNo=", "존재하지 않는 사용자"),
        ("ks_c_5601-1987", "wbjA58fPwfYgvsq0wiC757/rwNo=", "존재하지 않는 사용자"),
        ("windows-1256", "x+Hj08rOz+Mg2+3RIOPmzObP", "المستخدم غير موجود"),
        ("windows-1255", "5O75+u75IODp8OUg9+np7Q==", "המשתמש אינו קיים"),
        ("tis-620", "5MHovrq82enjquk=", "ไม่พบผู้ใช้"),
        ("windows-1257", "cGHwdG8gZOv+dXTr", "pašto dėžutė"),
        ("windows-1258", "SG9wIHRodSDwYXk=", "Hop thu đay"),
        ("koi8-u", "68/SydPU1dfB3sEgzsUg2s7BysTFzs8=", "Користувача не знайдено"),
    ]

    @Test(arguments: encoded)
    func `old character sets of many characters are read`(row: Encoded) throws {
        let bytes = Array(try #require(Data(base64Encoded: row.base64)))
        let text = Charset.utf8(bytes, charset: Array(row.charset.utf8))
        #expect(String(decoding: text, as: UTF8.self) == row.text)
    }

    @Test func `what is broken in such a set costs a character, not the text`() {
        let broken: [UInt8] = Array("ada@example.net ".utf8) + [0xFF, 0xD3] + Array(" 550\n".utf8) + [0xD3]
        for name in ["gbk", "big5", "shift_jis", "euc-jp", "euc-kr", "iso-2022-jp", "utf-7", "no-such-set"] {
            let text = String(decoding: Charset.utf8(broken, charset: Array(name.utf8)), as: UTF8.self)
            #expect(text.hasPrefix("ada@example.net"), "\(name)")
            #expect(text.contains("550"), "\(name)")
        }
        #expect(Charset.utf8([], charset: Array("gbk".utf8)).isEmpty)
    }
}
