import Foundation
import Testing

@testable import Web

/// The colours of veredus.css: each pair that meets on a page, in light and in dark (WCAG 2.2, 1.4.3 and 1.4.11).
struct StyleTests {
    static let css = String(decoding: PackageResources.veredus_css, as: UTF8.self)

    static let pairs: [(front: String, back: String, least: Double, because: Comment)] = [
        ("text", "page", 4.5, "text"), ("text", "raised", 4.5, "text in a box"), ("muted", "page", 4.5, "small print"),
        ("muted", "raised", 4.5, "small print in a box"), ("accent", "page", 4.5, "links, quiet buttons"),
        ("accent", "raised", 4.5, "quiet buttons in a box"), ("on-accent", "accent", 4.5, "buttons"),
        ("good", "page", 4.5, "good news"), ("good", "raised", 4.5, "good news in a box"),
        ("warning", "page", 4.5, "a warning"), ("warning", "raised", 4.5, "a warning in a box"),
        ("bad", "page", 4.5, "bad news"), ("bad", "raised", 4.5, "bad news in a box"),
        ("line", "page", 3, "the border of a field"), ("focus", "page", 3, "where the keyboard is"),
        ("focus", "raised", 3, "where the keyboard is, in a box"),
    ]

    @Test(arguments: pairs)
    func `colours that meet can be told apart, in light and in dark`(
        row: (front: String, back: String, least: Double, because: Comment)
    ) throws {
        let schemes = try Self.schemes()
        #expect(schemes.count == 2)
        for scheme in schemes {
            let front = try #require(scheme[row.front])
            let back = try #require(scheme[row.back])
            let contrast = Self.contrast(front, back)
            #expect(contrast >= row.least, "\(row.because): \(row.front) on \(row.back) \(contrast)")
        }
    }

    @Test func `the measure is that of the standard`() {
        #expect(abs(Self.contrast([0, 0, 0], [255, 255, 255]) - 21) < 0.01)
        #expect(abs(Self.contrast([0x76, 0x76, 0x76], [255, 255, 255]) - 4.54) < 0.01)
    }

    @Test func `both schemes have the same colours, and all of them stand there only`() throws {
        let schemes = try Self.schemes()
        #expect(Set(schemes[0].keys) == Set(schemes[1].keys))
        let rules = Self.css.split(separator: "/* Typography */")
        #expect(rules.count == 2)
        #expect(rules[1].firstMatch(of: /#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\(/) == nil)
        #expect(!Self.css.contains("@import") && !Self.css.contains("url("))
        for use in Self.css.matches(of: /var\(--([a-z-]+)\)/) { #expect(schemes[0][String(use.1)] != nil, "\(use.1)") }
    }

    /// The custom properties of each `:root`: light, dark.
    private static func schemes() throws -> [[String: [Int]]] {
        css.matches(of: /:root \{([^}]*)\}/).map { block in
            var colours: [String: [Int]] = [:]
            for line in block.1.matches(of: /--([a-z-]+): #([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2});/) {
                colours[String(line.1)] = [line.2, line.3, line.4].compactMap { Int($0, radix: 16) }
            }
            return colours
        }
    }

    private static func contrast(_ left: [Int], _ right: [Int]) -> Double {
        let (light, dark) = (max(luminance(left), luminance(right)), min(luminance(left), luminance(right)))
        return (light + 0.05) / (dark + 0.05)
    }

    /// Relative luminance, as WCAG defines it.
    private static func luminance(_ colour: [Int]) -> Double {
        let linear = colour.map { channel in
            let share = Double(channel) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
}
