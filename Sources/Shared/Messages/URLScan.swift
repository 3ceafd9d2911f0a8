import Core
import Templates

/// Where in a URL a scan is: a step a byte, and a place for each field in it.
///
/// It reads backslashes as slashes, as browsers do, and may take a place for one where less is safe, never the reverse:
/// where sections leave it open whether a URL has begun, a field may be its beginning only when its value is a URL.
struct URLScan {
    enum Place: Equatable {
        case field(FieldPlace)
        /// In a URL that a program would run.
        case script
    }

    enum State: Equatable {
        case start
        /// Behind a section that may have begun the URL, or not.
        case perhapsStart
        /// In a character reference before the URL, such as a quote.
        case reference
        /// In what may be a scheme.
        case scheme([UInt8])
        case afterScheme(isWeb: Bool)
        case firstSlash(isWeb: Bool)
        /// `last`: The byte before; 0 at its beginning and behind a field.
        case authority(last: UInt8)
        case afterStart
        case path, query, fragment, relative
        case mail, mailQuery, phone
        case script
    }

    private static let longestScheme = 16

    private var state: State
    /// Of the open sections: where the URL was before them.
    private var before: [State] = []
    /// Whether a host may have begun in a section, and goes on.
    private var mayHaveHost = false

    init(_ state: State = .start) { self.state = state }

    var isAtStart: Bool { state == .start || state == .reference }

    mutating func take(_ byte: UInt8) {
        if Self.isSlash(byte) { mayHaveHost = false }
        switch state {
        case .start, .perhapsStart:
            if ASCII.isSpace(byte) { return }
            if byte == UInt8(ascii: "&") {
                state = .reference
            } else if ASCII.isLetter(byte) {
                state = .scheme([ASCII.lowercased(byte)])
            } else if Self.isSlash(byte) {
                state = .firstSlash(isWeb: false)
            } else {
                part(byte, else: .relative)
            }
        case .reference: if byte == UInt8(ascii: ";") { state = .start }
        case .scheme(let name): takeScheme(byte, name)
        case .afterScheme(let isWeb):
            if Self.isSlash(byte) {
                state = .firstSlash(isWeb: isWeb)
            } else {
                part(byte, else: isWeb ? .authority(last: byte) : .relative)
            }
        case .firstSlash(let isWeb):
            if Self.isSlash(byte) {
                state = .authority(last: 0)
            } else {
                part(byte, else: isWeb ? .authority(last: byte) : .relative)
            }
        case .authority: if Self.isSlash(byte) { state = .path } else { part(byte, else: .authority(last: byte)) }
        case .afterStart: if Self.isSlash(byte) { state = .path } else { part(byte, else: .afterStart) }
        case .path, .relative: part(byte, else: state)
        case .query: if byte == UInt8(ascii: "#") { state = .fragment }
        case .mail, .phone: if byte == UInt8(ascii: "?") { state = .mailQuery }
        case .fragment, .mailQuery, .script: break
        }
    }

    private mutating func part(_ byte: UInt8, else other: State) {
        switch byte {
        case UInt8(ascii: "?"): state = .query
        case UInt8(ascii: "#"): state = .fragment
        default: state = other
        }
    }

    private mutating func takeScheme(_ byte: UInt8, _ name: [UInt8]) {
        if byte == UInt8(ascii: ":") {
            switch String(decoding: name, as: UTF8.self) {
            case "mailto": state = .mail
            case "tel", "sms": state = .phone
            case "javascript", "vbscript", "data": state = .script
            case let scheme: state = .afterScheme(isWeb: scheme == "http" || scheme == "https" || scheme == "?")
            }
        } else if ASCII.isAlphanumeric(byte) || "+-.".utf8.contains(byte), name.count < Self.longestScheme {
            state = .scheme(name + [ASCII.lowercased(byte)])
        } else if Self.isSlash(byte) {
            state = .relative
        } else {
            part(byte, else: .relative)
        }
    }

    /// Takes a field and says where it stands; `next` is the byte behind it, NUL for another field.
    mutating func takeField(before next: UInt8?) -> Place {
        switch state {
        case .start, .reference:
            if next == UInt8(ascii: ":") {
                state = .scheme([UInt8(ascii: "?")])
                return .field(.scheme)
            }
            state = .afterStart
            return .field(.start)
        case .perhapsStart:
            state = .afterStart
            return .field(.perhapsStart)
        case .scheme where mayHaveHost && next != UInt8(ascii: ":"), .relative where mayHaveHost:
            state = .afterStart
            return .field(.afterHost)
        case .scheme, .relative, .firstSlash(isWeb: false), .afterScheme(isWeb: false): return .field(.relative)
        case .afterScheme, .firstSlash:
            state = .authority(last: 0)
            return .field(.host)
        case .authority(let last):
            let goesOn = next.map { ASCII.isAlphanumeric($0) || ".-:@".utf8.contains($0) } ?? false
            guard ASCII.isAlphanumeric(last), !goesOn else {
                state = .authority(last: 0)
                return .field(.host)
            }
            state = .afterStart
            return .field(.afterHost)
        case .afterStart: return .field(.afterStart)
        case .path: return .field(.path)
        case .query: return .field(.query)
        case .fragment: return .field(.fragment)
        case .mail: return .field(.mailAddress)
        case .mailQuery: return .field(.mailQuery)
        case .phone: return .field(.phoneNumber)
        case .script: return .script
        }
    }

    /// Takes a link of ours.
    mutating func takePath() { if isAtStart || state == .perhapsStart { state = .path } }

    mutating func openSection() { before.append(state) }

    /// What began in a section may have been left out.
    mutating func closeSection() {
        let before = before.popLast()
        guard before == .start || before == .perhapsStart, state != .start else { return }
        state = .perhapsStart
        mayHaveHost = true
    }

    private static func isSlash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }
}
