import Core
import Templates

/// A message as a person looks at it before it leaves: parts decoded, nothing counted.
package struct MessagePreview: Sendable {
    /// The header fields as they leave, encoded words included.
    package let headers: String
    package let text: String
    /// UTF-8.
    package let html: [UInt8]
    package let sizeBytes: Int
    /// Fields that the recipient lacks and that have no default: each would stop the message.
    package let missingFields: [String]

    /// Renders a message as for sending; missing fields are left empty and named.
    package init(
        of template: MessageTemplate,
        to recipient: RecipientFacts,
        keys: KeyRing,
        random: inout some RandomNumberGenerator
    ) throws(RenderError) {
        var message: [UInt8] = []
        var found = MessageTemplate.Collected()
        let layout = try template.render(
            recipient,
            keys,
            template.tokens(for: recipient, keys: keys, random: &random),
            &message,
            MessageTemplate.defaultLimitBytes,
            .collect,
            &found
        )
        headers = String(decoding: message[layout.header], as: UTF8.self)
        let limit = MessageTemplate.defaultLimitBytes
        text = String(
            decoding: TransferEncoding.quotedPrintable(message[layout.text], isHeader: false, limit: limit),
            as: UTF8.self
        )
        html = TransferEncoding.quotedPrintable(message[layout.html], isHeader: false, limit: limit)
        sizeBytes = message.count
        missingFields = found.missing.sorted()
    }
}

extension CampaignVersion {
    /// The same message without pixels and counted links: its links show where they lead.
    package var untracked: CampaignVersion {
        CampaignVersion(
            campaign: campaign,
            account: account,
            version: version,
            name: name,
            kind: kind,
            tracking: .none,
            policy: policy,
            list: list,
            listName: listName,
            accountName: accountName,
            subject: subject,
            html: html,
            plain: plain,
            settings: settings
        )
    }
}

/// Fields of a recipient that does not exist, for a look at a message: each is filled with its own name.
package enum MadeUpContact {
    /// Of names such as `first_name` and `order.number`; where one is a part of another, the longer one wins.
    package static func fields(named names: Set<String>) -> MergeValue {
        var root = Node()
        for name in names.sorted() { root.add(name.split(separator: ".").map { String($0) }[...], whole: name) }
        return root.value(name: "")
    }

    private struct Node {
        var children: [String: Node] = [:]
        var whole = ""

        mutating func add(_ path: ArraySlice<String>, whole name: String) {
            guard let first = path.first else {
                whole = name
                return
            }
            children[first, default: Node()].add(path.dropFirst(), whole: name)
        }

        func value(name: String) -> MergeValue {
            guard !children.isEmpty || name.isEmpty else { return .text(MergeText("[\(whole)]")) }
            return .object(
                children.sorted { $0.key < $1.key }.map { key, node in
                    MergeField(name: MergeText(key), value: node.value(name: key))
                }
            )
        }
    }
}

/// A message with a badge behind each link that is counted.
package enum ClickMap {
    /// `html`: Of an untracked message, decoded.
    /// `badges`: What to say behind a link, by its URL as ``TrackedLink`` has it; put in as text.
    /// - Returns: The message; links of other addresses stay as they are.
    package static func marked(_ html: [UInt8], badges: [String: String]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(html.count + 4_096)
        var copied = 0
        var badge: String?
        var scanner = HTMLScanner(html)
        while let event = scanner.next() {
            switch event {
            case .startTag("a", let attributes, _):
                let href = attributes.first { $0.name == "href" }
                badge = href.flatMap { LinkURL.tracked(html, $0.value) }.flatMap { badges[$0] }
            case .endTag("a", let range):
                guard let text = badge else { continue }
                result += html[copied..<range.upperBound]
                copied = range.upperBound
                result += Self.opening.utf8
                result += HTMLEscape.escaped(text)
                result += "</span>".utf8
                badge = nil
            default: continue
            }
        }
        return result + html[copied...]
    }

    private static let opening =
        "<span style=\"display:inline-block;margin:0 2px;padding:1px 6px;border-radius:9px;background:#a3271d;"
        + "color:#fff;font:600 11px/16px system-ui,sans-serif;text-decoration:none;vertical-align:middle\">"
}
