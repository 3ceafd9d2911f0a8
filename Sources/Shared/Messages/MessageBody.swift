import Core
import Templates

/// The HTML part on its way to a compiled one: links wrapped, pixel and unsubscribe link added.
struct MessageHTML {
    /// Different links that are counted in one message: each costs every recipient a signature. A click token could name
    /// 65,535.
    static let maximumLinks = 2_000

    private static let optOut = "data-veredus-notrack"

    private(set) var flat: FlatTemplate
    private(set) var links: [TrackedLink] = []
    /// Of links that are not counted, or lead nowhere.
    private(set) var notes: [LinkNote] = []

    private let trackingBase: String
    private var numbers: [String: UInt16] = [:]
    private var noted: Set<LinkNote> = []
    /// Where the body ends, in the output.
    private var bodyEnd: Int?
    private var hasUnsubscribeLink = false

    init(
        _ source: FlatTemplate,
        name: String,
        trackingBase: String,
        tracking: TrackingMode,
        language: MessageLanguage
    ) throws(TemplateError) {
        self.trackingBase = trackingBase
        flat = FlatTemplate()
        if tracking != .none { try numberLinks(source, name) }
        try rewrite(source, name: name, tracksLinks: tracking != .none)
        var ending = FlatTemplate()
        if !hasUnsubscribeLink {
            ending.append("<p style=\"font-size:12px;text-align:center\"><a href=\"\(trackingBase)/u/")
            ending.append(.message(.unsubscribe))
            ending.append("\">\(language.unsubscribe)</a></p>\n")
        }
        if tracking != .none {
            ending.append("<img src=\"\(trackingBase)/o/")
            ending.append(.message(.open))
            ending.append(".gif\" width=\"1\" height=\"1\" alt=\"\">\n")
        }
        insert(ending, at: bodyEnd ?? flat.bytes.count)
    }

    private mutating func insert(_ ending: FlatTemplate, at position: Int) {
        guard !ending.bytes.isEmpty else { return }
        var cursor = FlatCursor(flat)
        var result = FlatTemplate()
        cursor.copy(to: position, into: &result)
        if let last = result.bytes.last, last != UInt8(ascii: "\n") { result.append("\n") }
        result.append(ending)
        cursor.copy(to: flat.bytes.count, into: &result)
        flat = result
    }

    /// Numbers the links that versions before areas and Outlook's shapes were counted have numbered: their numbers are
    /// stored for campaigns under way.
    private mutating func numberLinks(_ source: FlatTemplate, _ name: String) throws(TemplateError) {
        var scanner = HTMLScanner(source.bytes)
        while let event = scanner.next() {
            guard case .startTag("a", let attributes, _) = event,
                let href = attributes.first(where: { $0.name == "href" }),
                !attributes.contains(where: { $0.name == Self.optOut }),
                let url = LinkURL.tracked(source.bytes, href.value)
            else { continue }
            _ = try number(of: url, name)
        }
    }

    private mutating func rewrite(
        _ source: FlatTemplate,
        name: String,
        tracksLinks: Bool
    ) throws(TemplateError) {
        let depths = source.sectionDepths()
        var cursor = FlatCursor(source)
        var looked = FlatCursor(source)
        var scanner = HTMLScanner(source.bytes, readsConditionalComments: true)
        while let event = scanner.next() {
            switch event {
            case .endTag(let element, let range)
            where (element == "body" || element == "html") && !scanner.isInConditionalComment:
                cursor.copy(to: range.lowerBound, into: &flat)
                let isOutside = depths.depth(at: range.lowerBound) == 0
                if isOutside, element == "body" || bodyEnd == nil { bodyEnd = flat.bytes.count }
            case .startTag(let element, let attributes, _) where Self.isLink(element):
                let href = attributes.first { $0.name == "href" }
                if let href, !scanner.isInConditionalComment {
                    noteUnsubscribeLink(
                        source.bytes[href.value],
                        isOutside: depths.depth(at: href.value.lowerBound) == 0
                    )
                }
                let isCounted = try rewrite(attributes, of: source, tracksLinks, name, &cursor)
                if let href, !isCounted { note(href.value, attributes, tracksLinks, &looked) }
            default: break
            }
        }
        cursor.copy(to: source.bytes.count, into: &flat)
    }

    /// Links, areas of pictures, and the shapes that Outlook draws in place of links.
    private static func isLink(_ element: String) -> Bool {
        element == "a" || element == "area" || element.hasPrefix("v:")
    }

    private mutating func note(
        _ href: Range<Int>,
        _ attributes: [HTMLAttribute],
        _ tracksLinks: Bool,
        _ looked: inout FlatCursor
    ) {
        guard notes.count < LinkNote.most else { return }
        var url = FlatTemplate()
        looked.skip(to: href.lowerBound)
        looked.copy(to: href.upperBound, into: &url)
        let isOptedOut = attributes.contains { $0.name == Self.optOut }
        guard let note = LinkNote(url, tracksLinks: tracksLinks && !isOptedOut), noted.insert(note).inserted else {
            return
        }
        notes.append(note)
    }

    /// One in a section does not count: the section may be left out.
    private mutating func noteUnsubscribeLink(_ href: ArraySlice<UInt8>, isOutside: Bool) {
        if isOutside, href.elementsEqual((trackingBase + "/u/").utf8 + [0]) { hasUnsubscribeLink = true }
    }

    /// Returns whether the link is counted.
    private mutating func rewrite(
        _ attributes: [HTMLAttribute],
        of source: FlatTemplate,
        _ tracksLinks: Bool,
        _ name: String,
        _ cursor: inout FlatCursor
    ) throws(TemplateError) -> Bool {
        let isOptedOut = attributes.contains { $0.name == Self.optOut }
        let first = attributes.first { $0.name == "href" }?.range
        var isCounted = false
        for attribute in attributes {
            if attribute.name == Self.optOut {
                cursor.copy(to: attribute.range.lowerBound, into: &flat)
                cursor.skip(to: attribute.range.upperBound)
            } else if attribute.range == first, tracksLinks, !isOptedOut,
                let url = LinkURL.tracked(source.bytes, attribute.value)
            {
                cursor.copy(to: attribute.value.lowerBound, into: &flat)
                flat.append("\(trackingBase)/c/")
                flat.append(.message(.click(try number(of: url, name))))
                cursor.skip(to: attribute.value.upperBound)
                isCounted = true
            }
        }
        return isCounted
    }

    private mutating func number(of url: String, _ name: String) throws(TemplateError) -> UInt16 {
        if let number = numbers[url] { return number }
        guard links.count < Self.maximumLinks else {
            throw TemplateError(
                source: name,
                problem: "more than \(Self.maximumLinks) different links; the first excess one is \(url.prefix(100))",
                remedy: "remove some, or mark them data-veredus-notrack"
            )
        }
        let number = UInt16(links.count + 1)
        numbers[url] = number
        links.append(TrackedLink(number: number, url: url))
        return number
    }
}

/// The text part with its unsubscribe link.
enum MessageText {
    static func finished(_ source: FlatTemplate, trackingBase: String, language: MessageLanguage) -> FlatTemplate {
        var flat = source
        let depths = source.sectionDepths()
        let prefix = Array((trackingBase + "/u/").utf8)
        let hasLink = source.bytes.indices.contains { index in
            source.bytes[index] == 0 && depths.depth(at: index) == 0 && source.bytes[..<index].hasSuffix(prefix)
        }
        guard !hasLink else { return flat }
        if flat.bytes.last != UInt8(ascii: "\n") { flat.append("\n") }
        flat.append("\n\(language.unsubscribe): \(trackingBase)/u/")
        flat.append(.message(.unsubscribe))
        flat.append("\n")
        return flat
    }
}

/// Where sections begin and end in a flat template.
struct SectionDepths {
    fileprivate var changes: [(position: Int, depth: Int)] = []

    /// How many sections are open at a place.
    func depth(at position: Int) -> Int {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].position < position { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : changes[low - 1].depth
    }
}

extension FlatTemplate {
    func sectionDepths() -> SectionDepths {
        var result = SectionDepths()
        var depth = 0
        var tokens = tokens.makeIterator()
        for (index, byte) in bytes.enumerated() where byte == 0 {
            switch tokens.next() {
            case .open: depth += 1
            case .close: depth -= 1
            default: continue
            }
            result.changes.append((index, depth))
        }
        return result
    }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ suffix: [UInt8]) -> Bool { self.suffix(suffix.count).elementsEqual(suffix) }
}

/// Which links are wrapped, and where they lead.
enum LinkURL {
    /// The URL of a link that can be tracked, with entities decoded and in ASCII; `nil` for one with merge fields,
    /// one that is not http or https, or one that is no URL.
    static func tracked(_ bytes: [UInt8], _ range: Range<Int>) -> String? {
        guard !bytes[range].contains(0) else { return nil }
        var url = HTMLEntities.decoded(bytes, range)[...]
        while let first = url.first, ASCII.isSpace(first) { url = url.dropFirst() }
        while let last = url.last, ASCII.isSpace(last) { url = url.dropLast() }
        // As browsers do.
        url.removeAll { $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        let scheme = ASCII.lowercased(url.prefix(8))
        let schemeCount = scheme.starts(with: "https://".utf8) ? 8 : scheme.starts(with: "http://".utf8) ? 7 : 0
        guard schemeCount > 0 else { return nil }
        let rest = url.dropFirst(schemeCount)
        let authority = rest.prefix { !"/?#\\".utf8.contains($0) }
        guard !authority.isEmpty, let host = asciiAuthority(authority) else { return nil }
        var result = ASCII.lowercased(url.prefix(schemeCount)) + host
        for byte in rest.dropFirst(authority.count) {
            if byte > 0x20, byte < 0x7F, !"\"<>\\^`{|}".utf8.contains(byte) {
                result.append(byte)
            } else {
                result.append(UInt8(ascii: "%"))
                result.append(ASCII.hexadecimalDigit(byte >> 4))
                result.append(ASCII.hexadecimalDigit(byte & 15))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// As it is when in ASCII, else with A-labels; user names and other oddities are not tracked.
    private static func asciiAuthority(_ authority: ArraySlice<UInt8>) -> [UInt8]? {
        guard authority.contains(where: { $0 >= 0x80 }) else {
            let isUsual = authority.allSatisfy { ASCII.isAlphanumeric($0) || "-._:[]".utf8.contains($0) }
            return isUsual ? Array(authority) : nil
        }
        let parts = authority.split(separator: UInt8(ascii: ":"), maxSplits: 1)
        guard let name = parts.first, let host = try? DomainName.normalised(String(decoding: name, as: UTF8.self))
        else {
            return nil
        }
        guard parts.count == 2 else { return host }
        return parts[1].allSatisfy(ASCII.isDigit) ? host + [UInt8(ascii: ":")] + parts[1] : nil
    }
}
