import TestKit
import Testing

@testable import Core
@testable import Messages
@testable import Templates

/// A message with everything in it, and the little that tests change about it.
enum MessageFixture {
    static func keys() throws -> KeyRing { try TestKeys.ring() }

    static func sender() throws -> SenderProfile {
        SenderProfile(
            fromName: "Bücher & Co.",
            fromAddress: try EmailAddress("news@shop.example"),
            replyTo: try EmailAddress("help@shop.example"),
            returnPathDomain: "bounce.shop.example",
            messageIDDomain: "shop.example",
            trackingBase: "https://t.shop.example",
            listID: "news.shop.example",
            listName: "News"
        )
    }

    static func campaign(_ tracking: TrackingMode = .aggregate, kind: CampaignKind = .marketing) -> CampaignFacts {
        CampaignFacts(id: 70_001, account: 3, name: "Spring & Summer", kind: kind, tracking: tracking)
    }

    static func template(
        subject: String = "Hello {{name}}",
        html: String,
        text: String? = nil,
        partials: [String: String] = [:],
        tracking: TrackingMode = .aggregate,
        defaults: MergeValue = .object([])
    ) throws -> MessageTemplate {
        try MessageTemplate(
            source: TemplateSource(subject: subject, html: html, text: text, partials: partials),
            sender: sender(),
            campaign: campaign(tracking),
            defaults: defaults
        )
    }

    static func recipient(_ fields: MergeValue = ["name": "Bo"], seq: Seq = 42) throws -> RecipientFacts {
        RecipientFacts(
            seq: seq,
            address: try EmailAddress("bob.tables@reader.example"),
            fields: fields,
            dateSeconds: 1_767_225_600
        )
    }

    /// A rendered message with its parts decoded.
    static func render(_ template: MessageTemplate, _ recipient: RecipientFacts, seed: UInt64 = 1) throws -> Rendered {
        var random = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        let layout = try template.render(recipient, keys: keys(), random: &random, into: &bytes)
        return Rendered(
            raw: String(decoding: bytes, as: UTF8.self),
            bytes: bytes,
            layout: layout,
            text: decodedQuotedPrintable(bytes[layout.text]),
            html: decodedQuotedPrintable(bytes[layout.html])
        )
    }

    struct Rendered {
        let raw: String
        let bytes: [UInt8]
        let layout: MessageTemplate.Layout
        let text: String
        let html: String

        var headerLines: [String] {
            let header = raw.firstRange(of: "\r\n\r\n").map { String(raw[..<$0.lowerBound]) } ?? raw
            return header.replacing("\r\n ", with: " ").split(separator: "\r\n").map(String.init)
        }

        func header(_ name: String) -> [String] {
            headerLines.filter { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
        }
    }

    static func decodedQuotedPrintable(_ bytes: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == UInt8(ascii: "="), index + 2 < bytes.endIndex {
                if let high = ASCII.hexadecimalValue(bytes[index + 1]),
                    let low = ASCII.hexadecimalValue(bytes[index + 2])
                {
                    result.append(high << 4 | low)
                }
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The sample messages use two helpers of another dialect.
    static func withoutHelpers(_ source: String) -> String {
        let parts = source.split(separator: "{{#each ", omittingEmptySubsequences: false)
        var result = String(parts[0])
        for part in parts.dropFirst() {
            guard let end = part.firstRange(of: "}}"), let close = part.firstRange(of: "{{/each}}") else { continue }
            let name = part[..<end.lowerBound].filter { $0 != " " }
            result +=
                "{{#\(name)}}" + part[end.upperBound..<close.lowerBound] + "{{/\(name)}}" + part[close.upperBound...]
        }
        return result
    }
}
