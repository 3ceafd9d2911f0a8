import Core
import Templates

/// Finds the fields that stand in URLs, and where in them: there values are percent-encoded, and the recipient's address
/// must never be.
enum URLFields {
    private static let attributes: Set<String> = [
        "href", "src", "action", "formaction", "background", "poster", "cite", "srcset", "longdesc",
    ]

    /// An attribute that holds a URL.
    private struct Attribute {
        let value: Range<Int>
        /// Whether there may be several, each up to a blank.
        let isList: Bool
    }

    /// Marks them in HTML: in the attributes that hold URLs, in styles, and in text that reads like one.
    static func mark(inHTML flat: FlatTemplate) throws(TemplateError) -> FlatTemplate {
        var found: [Attribute] = []
        var scanner = HTMLScanner(flat.bytes, readsConditionalComments: true)
        while let event = scanner.next() {
            guard case .startTag(_, let attributes, _) = event else { continue }
            for attribute in attributes where Self.attributes.contains(attribute.name) {
                found.append(Attribute(value: attribute.value, isList: attribute.name == "srcset"))
            }
        }
        return try mark(flat, found)
    }

    /// Marks them in text; those that are marked already stay so.
    static func mark(inText flat: FlatTemplate) throws(TemplateError) -> FlatTemplate { try mark(flat, []) }

    private static func mark(_ flat: FlatTemplate, _ attributes: [Attribute]) throws(TemplateError) -> FlatTemplate {
        var result = flat
        var tokenIndex = 0
        var attributeIndex = 0
        var word = WordScan()
        var url = URLScan()
        for (index, byte) in flat.bytes.enumerated() {
            while attributeIndex < attributes.count, attributes[attributeIndex].value.upperBound <= index {
                attributeIndex += 1
            }
            let isInAttribute =
                attributeIndex < attributes.count && attributes[attributeIndex].value.lowerBound <= index
            let attribute = isInAttribute ? attributes[attributeIndex] : nil
            if let attribute {
                if index == attribute.value.lowerBound { (word, url) = (WordScan(), URLScan()) }
                if attribute.isList, ASCII.isSpace(byte) || byte == UInt8(ascii: ",") { url = URLScan() }
            }
            guard byte == 0 else {
                if attribute != nil { url.take(byte) } else { word.take(byte) }
                continue
            }
            defer { tokenIndex += 1 }
            let next = index + 1 < flat.bytes.count ? flat.bytes[index + 1] : nil
            switch flat.tokens[tokenIndex] {
            case .field(let tag):
                let place = attribute != nil ? url.takeField(before: next) : word.takeField(before: next)
                guard tag.place == .text, let place else { continue }
                result.tokens[tokenIndex] = .field(try placed(tag, place))
            case .open: if attribute != nil { url.openSection() } else { word.url?.openSection() }
            case .close: if attribute != nil { url.closeSection() } else { word.url?.closeSection() }
            case .message, .partial: if attribute != nil { url.takePath() } else { word.url?.takePath() }
            }
        }
        return result
    }

    private static func placed(_ tag: FieldTag, _ place: URLScan.Place) throws(TemplateError) -> FieldTag {
        guard case .field(let place) = place else {
            throw tag.error("a field in a script's address", "take it out: mail programs run no scripts")
        }
        guard tag.name != MessageFields.email || !place.isWebURL else {
            throw tag.error(
                "{{email}} in a link would show the recipient's address to others",
                "take it out of the URL; tokens identify the recipient where needed"
            )
        }
        return tag.at(place)
    }
}

/// The word that a scan over text is in, as far as it tells whether it reads like a URL: a step a byte, however long.
private struct WordScan {
    /// The beginning of the word in lower case, 8 bytes at most, and its last three bytes.
    private var beginning: UInt64 = 0
    private var count = 0
    private var ending: UInt64 = 0
    /// How much of `://` the word ends with.
    private var separatorCount = 0
    /// The URL that the word is, once it reads like one.
    var url: URLScan?
    /// Whether that URL stands in `url(…)`.
    private var isInStyle = false

    mutating func take(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "(") where url == nil && ending == Self.packed("url"):
            self = WordScan()
            url = URLScan()
            isInStyle = true
            return
        case UInt8(ascii: "\""), UInt8(ascii: "'"), 0x20:
            // Before what stands in `url(…)`.
            if isInStyle, url?.isAtStart == true { return }
            self = WordScan()
            return
        case 0x09, 0x0A, 0x0C, 0x0D, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "("), UInt8(ascii: ")"):
            self = WordScan()
            return
        default: break
        }
        if url != nil {
            url?.take(byte)
            return
        }
        separatorCount =
            byte == UInt8(ascii: ":") ? 1 : byte == UInt8(ascii: "/") && separatorCount > 0 ? separatorCount + 1 : 0
        note(ASCII.lowercased(byte))
        if separatorCount == 3 || count == 4 && beginning == Self.packed("www.") { url = URLScan(.authority(last: 0)) }
        if count == 7, beginning == Self.packed("mailto:") { url = URLScan(.mail) }
    }

    private mutating func note(_ byte: UInt8) {
        if count < 8 {
            beginning = beginning << 8 | UInt64(byte)
            count += 1
        }
        ending = (ending << 8 | UInt64(byte)) & 0xFF_FFFF
    }

    private static func packed(_ text: StaticString) -> UInt64 {
        text.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt64($1) } }
    }

    mutating func takeField(before next: UInt8?) -> URLScan.Place? {
        separatorCount = 0
        note(0)
        guard let place = url?.takeField(before: next) else { return nil }
        return isInStyle && place == .field(.start) ? .field(.styleStart) : place
    }
}
