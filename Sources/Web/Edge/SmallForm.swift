import HTTPTypes
import Hummingbird
import NIOCore

/// A form of a few short fields, urlencoded or multipart, read strictly: a button's form, or a mail program's one-click
/// (RFC 8058 §3.1). Files are refused.
struct SmallForm: Sendable, Equatable {
    /// Why a body is not such a form, with the status for the client.
    enum Refusal: Error, Equatable {
        case tooLarge, tooSlow, notAForm, malformed

        var status: HTTPResponse.Status {
            switch self {
            case .tooLarge: .contentTooLarge
            case .tooSlow: .requestTimeout
            case .notAForm: .unsupportedMediaType
            case .malformed: .badRequest
            }
        }
    }

    struct Field: Sendable, Equatable {
        let name: String
        let value: String
    }

    static let maximumBytes = 4 << 10
    static let maximumFields = 8
    /// A form is one packet; who needs longer is not sending a form.
    static let patience = Duration.seconds(10)

    let fields: [Field]

    /// The value of a field that occurs once; `nil` if it is absent or repeated.
    subscript(_ name: String) -> String? {
        let found = fields.filter { $0.name == name }
        return found.count == 1 ? found[0].value : nil
    }

    /// Reads a request's body, at most ``maximumBytes`` of it and for at most `patience`.
    init(_ request: Request, patience: Duration = SmallForm.patience) async throws {
        guard let type = request.headers[.contentType], let kind = Kind(type) else { throw Refusal.notAForm }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Self.maximumBytes {
            throw Refusal.tooLarge
        }
        let bytes = try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask { try await Self.bytes(of: request.body) }
            group.addTask {
                try await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let bytes else { throw Refusal.tooSlow }
        try self.init(bytes, kind)
    }

    private static func bytes(of body: RequestBody) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await part in body {
                guard bytes.count + part.readableBytes <= maximumBytes else { throw Refusal.tooLarge }
                bytes.append(contentsOf: part.readableBytesView)
            }
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            // The client hung up, or sent what is not HTTP.
            throw Refusal.malformed
        }
        return bytes
    }

    init(_ bytes: [UInt8], _ kind: Kind) throws(Refusal) {
        switch kind {
        case .urlencoded: fields = try Self.urlencoded(bytes)
        case .multipart(let boundary): fields = try Self.multipart(bytes, boundary: boundary)
        }
        guard fields.count <= Self.maximumFields else { throw .malformed }
    }
}

extension SmallForm {
    /// The form's encoding, from its Content-Type.
    enum Kind: Equatable {
        case urlencoded
        case multipart(boundary: [UInt8])

        /// - Returns: `nil` for any other type, and for an invalid boundary (RFC 2046 §5.1.1).
        init?(_ contentType: String) {
            let parts = contentType.split(separator: ";", omittingEmptySubsequences: false).map { Self.trimmed($0) }
            switch parts[0].lowercased() {
            case "application/x-www-form-urlencoded": self = .urlencoded
            case "multipart/form-data":
                let boundaries = parts.dropFirst().filter { $0.lowercased().hasPrefix("boundary=") }
                guard boundaries.count == 1, let value = boundaries.first?.dropFirst("boundary=".count) else {
                    return nil
                }
                let isQuoted = value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
                let boundary = Array((isQuoted ? value.dropFirst().dropLast() : value).utf8)
                let allowed = Array("'()+_,-./:=? ".utf8)
                guard (1...70).contains(boundary.count), boundary.last != UInt8(ascii: " "),
                    boundary.allSatisfy({ Self.isAlphanumeric($0) || allowed.contains($0) })
                else { return nil }
                self = .multipart(boundary: boundary)
            default: return nil
            }
        }

        private static func isAlphanumeric(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: false
            }
        }

        fileprivate static func trimmed(_ text: some StringProtocol) -> String {
            func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
            return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
        }
    }

    // MARK: application/x-www-form-urlencoded

    private static func urlencoded(_ bytes: [UInt8]) throws(Refusal) -> [Field] {
        // Some mail programs end the body as a line.
        let end = bytes.lastIndex { $0 != 0x0D && $0 != 0x0A }.map { $0 + 1 } ?? 0
        let body = bytes[..<end]
        var fields: [Field] = []
        for pair in body.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            fields.append(Field(name: try decoded(halves[0]), value: halves.count == 2 ? try decoded(halves[1]) : ""))
        }
        return fields
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> String {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(nibble), let low = rest.popFirst().flatMap(nibble) else {
                    throw .malformed
                }
                result.append(high << 4 | low)
            default: result.append(byte)
            }
        }
        return try text(result[...])
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    // MARK: multipart/form-data (RFC 7578)

    private static func multipart(_ bytes: [UInt8], boundary: [UInt8]) throws(Refusal) -> [Field] {
        let delimiter = Array("--".utf8) + boundary
        // Some programs end their lines with a line feed alone.
        let hasNetworkLines = bytes.firstRange(of: Array("\r\n".utf8)) != nil
        let bytes = hasNetworkLines ? bytes : bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
        // Text before the first delimiter is ignored; each further delimiter begins a line.
        var rest = bytes[...]
        if rest.starts(with: delimiter) {
            rest = rest.dropFirst(delimiter.count)
        } else {
            guard let first = rest.firstRange(of: Array("\r\n".utf8) + delimiter) else { throw .malformed }
            rest = rest[first.upperBound...]
        }
        var fields: [Field] = []
        while !rest.starts(with: "--".utf8) {
            guard rest.starts(with: "\r\n".utf8), let end = rest.firstRange(of: Array("\r\n".utf8) + delimiter),
                let blank = rest[..<end.lowerBound].firstRange(of: Array("\r\n\r\n".utf8)),
                fields.count < maximumFields
            else { throw .malformed }
            let name = try name(header: rest[rest.index(rest.startIndex, offsetBy: 2)..<blank.lowerBound])
            fields.append(Field(name: name, value: try text(rest[blank.upperBound..<end.lowerBound])))
            rest = rest[end.upperBound...]
        }
        return fields
    }

    /// The name in a part's `Content-Disposition: form-data; name="…"`.
    private static func name(header: ArraySlice<UInt8>) throws(Refusal) -> String {
        for line in try text(header).split(separator: "\r\n") {
            let halves = line.split(separator: ":", maxSplits: 1)
            guard halves.count == 2 else { throw .malformed }
            guard halves[0].lowercased() == "content-disposition" else { continue }
            let parts = halves[1].split(separator: ";").map { Kind.trimmed($0) }
            guard parts.first?.lowercased() == "form-data", parts.count == 2,
                parts[1].lowercased().hasPrefix("name=")
            else { throw .malformed }
            let value = parts[1].dropFirst("name=".count)
            let isQuoted = value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
            return String(isQuoted ? value.dropFirst().dropLast() : value)
        }
        throw .malformed
    }

    /// Text in UTF-8, of one line at that.
    private static func text(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> String {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else { throw .malformed }
        return text
    }
}
