import TestKit

@testable import Core
@testable import Messages
@testable import Templates

/// Makes up templates, fields, and what must come out, by rules of its own: it shares no code with the templates.
struct RandomMessage {
    private enum Piece {
        case fixed(String)
        case filled(String)
    }

    private static let words = [
        "plain", "Grüße", "日本語", "😀", "👩‍👩‍👧", "e\u{301}", "=", "==", "=3D", "=\n", " \n", "\t\n", "\t", " ", "  ", ".",
        ".\n", "\n.\n", "\n..", "\nFrom here", "\r", "\n", "\r\n", "\n\n", "--=_veredus_alternative", "=_", "--",
        "&amp;",
        "%40", "{ }", "}}", "'\"", "\u{1}", "\u{7F}", "\u{A0}", "\u{2028}",
    ]
    private static let textOnly = ["<", ">", "&", "<b>", "a < b"]
    private static let htmlOnly = [
        "<p>", "</p>", "<b>x</b>", "<br>", "&lt;", "&#233;", "<span title=\"a b\">", "</span>",
    ]
    private static let headerWords = [
        "plain", "Grüße", "日本語", "😀", "e\u{301}", "=?", "=?utf-8?Q?x?=", "\"", "\\", ",", ";", "@", "(", ")", "<", ">",
        ":",
        "[x]", ".", "  ", "\t", "&", "_", "?=", "=",
    ]

    private var random: SeededGenerator
    private var fields: [MergeField] = []

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    struct Made {
        var source: TemplateSource
        var fields: MergeValue
        var fromName: String
        var subject: String
        var text: String
        var html: String
        var tracking: TrackingMode
    }

    mutating func make() -> Made {
        let tracking: TrackingMode = chance(2) ? .aggregate : .none
        let subjectStart = headerText()
        let subjectEnd = "S" + headerText()
        let subjectName = field(.text(MergeText(subjectStart)))
        var (text, textPieces) = body(isHTML: false, depth: 0)
        var (html, htmlPieces) = body(isHTML: true, depth: 0)
        text += "{{unsubscribe_url}}"
        textPieces.append(.filled("@@U@@"))
        html += "<a href=\"{{unsubscribe_url}}\">U</a>"
        htmlPieces += [.fixed("<a href=\""), .filled("@@U@@"), .fixed("\">U</a>")]
        if tracking == .aggregate {
            html += "<a href='https://l.example/?a&amp;b'>L</a>"
            htmlPieces += [.fixed("<a href='"), .filled("@@C@@"), .fixed("'>L</a>\n<img src=\""), .filled("@@O@@")]
            htmlPieces.append(.fixed("\" width=\"1\" height=\"1\" alt=\"\">\n"))
        }
        return Made(
            source: TemplateSource(subject: "{{\(subjectName)}}\(subjectEnd)", html: html, text: text),
            fields: .object(fields),
            fromName: headerText(),
            subject: subjectStart + subjectEnd,
            text: Self.joined(textPieces),
            html: Self.joined(htmlPieces),
            tracking: tracking
        )
    }

    private mutating func body(isHTML: Bool, depth: Int) -> (template: String, pieces: [Piece]) {
        var template = ""
        var pieces: [Piece] = []
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                let text = words(isHTML ? Self.htmlOnly : Self.textOnly)
                template += text
                pieces.append(.fixed(text))
            case 4..<8:
                let value = words(Self.htmlOnly + Self.textOnly)
                let isRaw = chance(4)
                let name = field(.text(MergeText(value)))
                template += isRaw ? "{{{\(name)}}}" : "{{\(name)}}"
                pieces.append(.filled(isHTML && !isRaw ? Self.escaped(value) : value))
            default:
                guard depth < 3 else { continue }
                // A sign on each side, so that the tags do not stand alone on a line.
                let (inner, innerPieces) = body(isHTML: isHTML, depth: depth + 1)
                let rounds = Int.random(in: 0...3, using: &random)
                let isInverted = chance(4)
                let name = field(.list(Array(repeating: [:], count: rounds)))
                template += "|{{\(isInverted ? "^" : "#")\(name)}}|\(inner)|{{/\(name)}}|"
                pieces.append(.fixed("|"))
                for _ in 0..<(isInverted ? (rounds == 0 ? 1 : 0) : rounds) {
                    pieces.append(.filled(""))
                    pieces += [.fixed("|")] + innerPieces + [.fixed("|")]
                }
                pieces += [.filled(""), .fixed("|")]
            }
        }
        return (template, pieces)
    }

    private mutating func field(_ value: MergeValue) -> String {
        let name = "f\(fields.count)"
        fields.append(MergeField(name: MergeText(name), value: value))
        return name
    }

    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

    private mutating func words(_ more: [String]) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            switch Int.random(in: 0..<8, using: &random) {
            case 0: text += String(repeating: chance(2) ? "x" : "ü", count: Int.random(in: 1...200, using: &random))
            case 1: text += more.randomElement(using: &random) ?? ""
            default: text += Self.words.randomElement(using: &random) ?? ""
            }
        }
        // Braces that pieces could form together are not meant as tags.
        return text.replacing("{{", with: "{ {")
    }

    private mutating func headerText() -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            if chance(8) {
                text += String(repeating: chance(2) ? "x" : "é", count: Int.random(in: 1...120, using: &random))
            }
            text += Self.headerWords.randomElement(using: &random) ?? ""
            if chance(2) { text += " " }
        }
        return text
    }

    private static func joined(_ pieces: [Piece]) -> String {
        var result = ""
        var run = ""
        for piece in pieces {
            switch piece {
            case .fixed(let text): run += text
            case .filled(let text):
                result += lines(run) + lines(text)
                run = ""
            }
        }
        return result + lines(run)
    }

    private static func lines(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if scalar == "\r" || (scalar == "\n" && previous != "\r") {
                result.append("\r")
                result.append("\n")
            } else if scalar != "\n" {
                result.append(scalar)
            }
            previous = scalar
        }
        return String(result)
    }

    private static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            case "'": result.append(contentsOf: "&#39;".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
