import Templates
import Testing

@testable import Admin

/// campaign.yaml is read as it stands: nothing in it stands for more than is written.
@Suite struct CampaignYAMLTests {
    private static let head = "name: Fresh horses\nfrom:\n  address: stables@veredus.example\n"

    /// Nine levels of nine: 387,420,489 values.
    private static let bomb =
        head + "defaults:\n  a0: &a0 x\n"
        + (1...9).map { level in
            "  a\(level): &a\(level) [\([String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
        }.joined()

    static let refused: [(yaml: String, line: Int, because: Comment)] = [
        (bomb, 6, "a few lines that stand for gigabytes"),
        (head + "defaults:\n  a: &a x\n  b: *a\n", 6, "even a small one: it is not what its author reads"),
        (head + "defaults:\n  a: &a [x]\n  *a : y\n", 6, "an alias as a key"),
        (head + "defaults: &all\n  a: x\n", 4, "an anchor that nobody uses"),
        (head + "defaults:\n  a: &x y\n", 5, "an anchor of a text"),
    ]

    @Test(arguments: refused)
    func `anchors and aliases are refused with their line`(row: (yaml: String, line: Int, because: Comment)) throws {
        let failure = try #require(throws: AdminFailure.self, row.because) {
            try CampaignYAML(row.yaml, path: "campaign.yaml")
        }
        let words =
            "campaign.yaml:\(row.line): anchors (&name) and aliases (*name) are not supported. Write the value out"
        #expect(failure.message.hasPrefix(words), "\(failure.message)")
        #expect(failure.status == .badData)
    }

    @Test func `an ampersand and an asterisk in a text are text`() throws {
        let yaml = try CampaignYAML(
            """
            name: Bread & butter *today*
            from: {name: "*Star* & Son &co", address: stables@veredus.example}
            defaults:
              company: R&D
              offer: "&co *best"
              list: |
                * one
                *two*
            """,
            path: "campaign.yaml"
        )
        #expect(yaml.name == "Bread & butter *today*")
        #expect(yaml.fromName == "*Star* & Son &co")
        #expect(yaml.defaults.field("offer") == "&co *best")
        #expect(yaml.defaults.field("list") == "* one\n*two*")
    }
}
