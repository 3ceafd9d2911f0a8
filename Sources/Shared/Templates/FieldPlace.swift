import Core

/// Where in a message a field stands, decided once when the template is compiled: what its value must become there.
package enum FieldPlace: Sendable, Equatable {
    /// Outside any URL.
    case text
    /// In a text part made from HTML, for a field in three braces: its value is HTML, and becomes text.
    case markup
    /// The beginning of a URL, which the field may be as a whole.
    case start
    /// The same inside `url(…)` of a style.
    case styleStart
    /// The same behind a section that may have begun the URL, or not.
    case perhapsStart
    /// Before the colon of a URL's scheme.
    case scheme
    /// A part of the host's name or the port.
    case host
    /// Right behind a host's name, which ends here.
    case afterHost
    /// Behind a field that began the URL, before anything that ends the host.
    case afterStart
    case path
    case query
    case fragment
    /// In a URL that has no host.
    case relative
    /// An address behind `mailto:`.
    case mailAddress
    /// Behind the question mark of a `mailto:`, `tel:` or `sms:`.
    case mailQuery
    /// Behind `tel:` or `sms:`.
    case phoneNumber

    /// Whether the recipient's address must not stand here: others would see it.
    package var isWebURL: Bool {
        switch self {
        case .text, .markup, .mailAddress, .mailQuery, .phoneNumber: false
        case .start, .styleStart, .perhapsStart, .scheme, .host, .afterHost, .afterStart, .path, .query, .fragment,
            .relative:
            true
        }
    }
}

/// Writes a field's value into a URL, so that it stays in its place whatever it is: it cannot end the host, begin another
/// part or change the scheme.
///
/// A value in two braces is data, and percent-encoded (RFC 3986), except for sequences that are encoded already. One in
/// three braces is a piece of a URL: its slashes, ampersands and the like stay. A field that begins a URL may be a whole
/// one and stays as it is if its scheme is one that a message can use.
struct URLValue {
    /// How a value is written that may have any characters.
    private enum Keeping {
        /// Unreserved characters.
        case data
        case mailAddress
        case phoneNumber
        /// What may stand in a URL, reserved characters included.
        case piece
        /// The same and characters that are not ASCII.
        case wholeURL
        /// The same without what could end `url(…)`.
        case styleURL
    }

    /// What a URL in a field may begin with.
    private static let schemes = ["https://", "http://", "mailto:", "tel:", "sms:", "cid:"].map { Array($0.utf8) }
    /// Pictures that hold no script.
    private static let pictures = ["png", "gif", "jpeg", "jpg", "webp"].map { Array("data:image/\($0)".utf8) }
    private static let schemeNames = ["https", "http", "mailto", "tel", "sms"].map { Array($0.utf8) }

    /// Whether what has been written of this URL ends its host.
    private var endsHost = false

    /// - Returns: The value as it stands in the URL; still to be escaped where that is in HTML.
    mutating func encoded(_ value: ArraySlice<UInt8>, for tag: FieldTag) -> ArraySlice<UInt8> {
        switch tag.place {
        case .text, .markup: return value
        case .start, .styleStart: return whole(value, tag)
        case .perhapsStart where Self.isWholeURL(Self.trimmed(value)): return whole(value, tag)
        case .scheme: return Self.scheme(value)
        case .host, .relative, .mailQuery: return Self.written(value, .data)
        case .path, .query, .fragment:
            return tag.isEscaped ? Self.written(value, .data) : Self.written(Self.unescaped(value), .piece)
        case .mailAddress: return Self.written(value, .mailAddress)
        case .phoneNumber: return Self.written(value, .phoneNumber)
        case .afterHost, .perhapsStart:
            endsHost = false
            return rest(value, tag)
        case .afterStart: return rest(value, tag)
        }
    }

    private mutating func whole(_ value: ArraySlice<UInt8>, _ tag: FieldTag) -> ArraySlice<UInt8> {
        let url = Self.trimmed(tag.isEscaped ? value : Self.unescaped(value))
        let isURL = Self.isWholeURL(url)
        let authority = url.drop { $0 != UInt8(ascii: ":") }.drop { ":/\\".utf8.contains($0) }
        endsHost = !isURL || authority.contains { "/?#\\".utf8.contains($0) }
        return Self.written(url, !isURL ? .data : tag.place == .start ? .wholeURL : .styleURL)
    }

    /// Behind a host that may not have ended: what does not end it itself goes into the path.
    private mutating func rest(_ value: ArraySlice<UInt8>, _ tag: FieldTag) -> ArraySlice<UInt8> {
        guard let first = value.first else { return value }
        let isPiece = !tag.isEscaped || !endsHost && "/?#".utf8.contains(first)
        let isJoined = endsHost || isPiece && "/?#".utf8.contains(first)
        endsHost = true
        let written = Self.written(tag.isEscaped ? value : Self.unescaped(value), isPiece ? .piece : .data)
        return isJoined ? written : ([UInt8(ascii: "/")] + written)[...]
    }

    private static func scheme(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let name = ASCII.lowercased(value)
        return (schemeNames.contains(name) ? name : schemeNames[0])[...]
    }

    static func isWholeURL(_ value: ArraySlice<UInt8>) -> Bool {
        let beginning = ASCII.lowercased(value.prefix(16))
        return (schemes + pictures).contains { beginning.starts(with: $0) }
    }

    static func trimmed(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var value = value
        while let first = value.first, ASCII.isSpace(first) { value = value.dropFirst() }
        while let last = value.last, ASCII.isSpace(last) { value = value.dropLast() }
        return value
    }

    /// Text in three braces is HTML: its `&amp;` is `&`.
    private static func unescaped(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard value.contains(UInt8(ascii: "&")) else { return value }
        var result: [UInt8] = []
        var index = value.startIndex
        while index < value.endIndex {
            result.append(value[index])
            index += value[index...].prefix(5).elementsEqual("&amp;".utf8) ? 5 : 1
        }
        return result[...]
    }

    private static func written(_ value: ArraySlice<UInt8>, _ keeping: Keeping) -> ArraySlice<UInt8> {
        guard value.contains(where: { !isKept($0, keeping) }) else { return value }
        var result: [UInt8] = []
        result.reserveCapacity(value.count + 32)
        for (index, byte) in zip(value.indices, value) {
            if isKept(byte, keeping) || byte == UInt8(ascii: "%") && isEncoded(value, at: index) {
                result.append(byte)
            } else {
                result.append(UInt8(ascii: "%"))
                result.append(ASCII.hexadecimalDigit(byte >> 4))
                result.append(ASCII.hexadecimalDigit(byte & 15))
            }
        }
        return result[...]
    }

    /// Whether a percent sign begins a sequence that stands for a byte.
    static func isEncoded(_ value: ArraySlice<UInt8>, at index: Int) -> Bool {
        guard value.endIndex - index > 2 else { return false }
        return ASCII.hexadecimalValue(value[index + 1]) != nil && ASCII.hexadecimalValue(value[index + 2]) != nil
    }

    @inline(__always)
    private static func isKept(_ byte: UInt8, _ keeping: Keeping) -> Bool {
        if ASCII.isAlphanumeric(byte) || "-._~".utf8.contains(byte) { return true }
        switch keeping {
        case .data: return false
        case .mailAddress: return "@+!$*".utf8.contains(byte)
        case .phoneNumber: return "+*()".utf8.contains(byte)
        case .piece: return isReserved(byte)
        case .wholeURL: return isReserved(byte) || byte >= 0x80
        case .styleURL: return (isReserved(byte) || byte >= 0x80) && !"'()".utf8.contains(byte)
        }
    }

    private static func isReserved(_ byte: UInt8) -> Bool { ":/?#[]@!$&'()*+,;=".utf8.contains(byte) }
}
