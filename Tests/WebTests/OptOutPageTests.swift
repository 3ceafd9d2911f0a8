import Core
import DatabaseClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Templates
import TestKit
import Testing

@testable import Web

/// The pages as documents: valid, with names for all that can be pressed, complete in every language.
@Suite(.timeLimit(.minutes(2))) struct OptOutPageTests {
    @Test(.enabled(if: Browser.isAvailable && PrivateDatabase.isAvailable, "no .local/venv, or no PostgreSQL"))
    func `every page is valid HTML, and everything on it has a name`() async throws {
        try await OptOutStage.with { stage in
            var pages: [String] = []
            for language in MessageLanguage.allCases {
                try await stage.superuser.execute(
                    """
                    UPDATE campaign_versions SET settings = settings || '{"language": "\(language.rawValue)"}';
                    DELETE FROM suppressions; UPDATE list_members SET status = 0; DELETE FROM opt_out_proofs;
                    """
                )
                let headers: HTTPFields = [.acceptLanguage: language.rawValue]
                let (message, receipt) = (stage.token(1, 1), stage.token(2, 2))
                for page in [
                    try await stage.execute("/u/\(message)"), try await stage.execute("/p/\(message)"),
                    try await stage.execute("/u/\(receipt)"),
                    try await stage.execute("/u/none", headers: headers),
                    try await stage.post("/p/\(message)", "action=leave&list=2"),
                    try await stage.post("/u/\(message)", "action=unsubscribe"),
                    try await stage.post("/u/\(receipt)", "action=undo&proof=1"),
                    try await stage.post("/p/\(message)", "action=marketing"),
                ] {
                    #expect(page.text.contains("<html lang=\"\(language.rawValue)\">"))
                    pages.append(page.text)
                }
                let bare = OptOutPages(acceptLanguage: language.rawValue)
                for page in [
                    try bare.busy([("action", "leave"), ("list", "2")], .now), try bare.busyReading(),
                    try bare.tooOften(),
                ] {
                    pages.append(String(decoding: page, as: UTF8.self))
                }
            }
            let outcome = try await Browser.run("check_html.py", [], input: pages.joined(separator: "\0"))
            #expect(outcome.succeeded, "\(outcome.output)\(outcome.errors)")
            #expect(outcome.output.contains("\(pages.count) documents read"))
        }
    }

    @Test(.enabled(if: Browser.isAvailable, "no .local/venv")) func `the check finds what it is for`() async throws {
        let outcome = try await Browser.run(
            "check_html.py",
            [],
            input:
                "<!DOCTYPE html><html><title>x</title><h1>a</h1><h3>b</h3><main><button></button><p></div></main></html>"
        )
        #expect(outcome.end == .exit(1))
        for problem in ["no language", "h3 after h1", "button without a name", "end-tag-too-early"] {
            #expect(outcome.output.contains(problem), "\(outcome.output)")
        }
    }

    @Test(arguments: MessageLanguage.allCases)
    func `every language says everything, with the same values in it`(language: MessageLanguage) throws {
        let english = try Self.texts(.en)
        let texts = try Self.texts(language)
        #expect(Set(texts.keys) == Set(english.keys))
        for (name, text) in texts {
            #expect(!text.isEmpty, "\(name)")
            #expect(Self.tags(text) == Self.tags(english[name] ?? ""), "\(name)")
        }
        // The last second of a year and a leap day, each with its month's name.
        let phrases = Phrases.of(language)
        #expect(try phrases.moment(1_767_225_599).contains("23:59:59"))
        #expect(try phrases.moment(1_709_164_800).contains("29"))
    }

    @Test func `a moment is written as the language has it`() throws {
        #expect(try Phrases.of(.de).moment(1_767_225_599) == "31. Dezember 2025, 23:59:59 UTC")
        #expect(try Phrases.of(.es).moment(0) == "1 de enero de 1970, 00:00:00 UTC")
    }

    static let wishes: [(field: String?, language: MessageLanguage)] = [
        (nil, .en), ("", .en), ("de", .de), ("de-AT,en;q=0.5", .de), ("en;q=0.2, fr ; q=0.9", .fr), ("ja, zh", .en),
        ("es;q=0", .en), ("DE", .de), (";;,q=1", .en),
    ]

    @Test(arguments: wishes)
    func `without a message the reader's program says which language`(
        row: (field: String?, language: MessageLanguage)
    ) {
        #expect(Phrases.preferred(row.field).language == row.language)
    }

    private static func texts(_ language: MessageLanguage) throws -> [String: String] {
        guard case .object(let fields) = try MergeValue(json: Phrases.source(of: language)) else { return [:] }
        var texts: [String: String] = [:]
        for field in fields {
            switch field.value {
            case .text(let text): texts[field.name.string] = text.string
            case .list(let months): texts[field.name.string] = months.count == 12 ? "twelve" : "not twelve"
            default: texts[field.name.string] = ""
            }
        }
        return texts
    }

    private static func tags(_ text: String) -> Set<String> {
        Set(text.matches(of: /\{\{(\w+)\}\}/).map { String($0.1) })
    }
}
