/// A user's login: an address or a short name, always in lower case.
package enum LoginName {
    package static let rule = "A login has 3 to 200 letters, digits and . _ - + @, such as an e-mail address."

    /// - Returns: `nil` if it is not valid.
    package static func normalised(_ text: String) -> String? {
        let login = text.lowercased()
        guard (3...200).contains(login.utf8.count), login.utf8.allSatisfy({ isAllowed($0) }) else { return nil }
        return login
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: Array("._-+@".utf8).contains(byte)
        }
    }
}
