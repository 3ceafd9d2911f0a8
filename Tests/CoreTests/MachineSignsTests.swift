import Foundation
import Testing

@testable import Core

@Suite struct MachineSignsTests {
    static let chrome =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
    static let agents: [(agent: String?, isMachine: Bool, because: Comment)] = [
        (chrome, false, "a browser"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
            false, "Apple Mail without its privacy protection"
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)", false,
            "Apple Mail on a Mac"
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.1.0", false, "Thunderbird"),
        (
            "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/8.0; .NET4.0C; Microsoft Outlook 16.0.5134)",
            false, "Outlook: it may say compatible"
        ),
        ("Outlook-iOS/711.2620504.prod.iphone (3.34.0)", false, "Outlook on a telephone"),
        ("Dalvik/2.1.0 (Linux; U; Android 14; SM-S918B Build/UP1A)", false, "Android's own mail program"),
        (nil, true, "nobody's browser hides its name"), ("", true, "the same"), ("Mozilla/5.0", true, "Apple's relays"),
        (
            "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", true, "Gmail's"
        ),
        ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", true, "Yahoo's"),
        ("curl/8.14.1", true, "a tool"), ("python-requests/2.32", true, "a tool"),
        ("Go-http-client/1.1", true, "a tool"),
        (chrome + " SafeLinks", true, "a gateway's scanner that says so"),
        (String(repeating: "a", count: 5_000), true, "nothing that a browser says"),
    ]

    @Test(arguments: agents)
    func `a program is told by its name`(row: (agent: String?, isMachine: Bool, because: Comment)) {
        #expect(MachineSigns.isMachine(agent: row.agent) == row.isMachine, row.because)
    }

    static let purposes: [(value: String, isAhead: Bool)] = [
        ("prefetch", true), ("prefetch;prerender", true), ("Prefetch;anonymous-client-ip", true), ("prerender", true),
        ("preview", true), ("instant", true), ("", false), ("document", false),
    ]

    @Test(arguments: purposes)
    func `a request ahead of the reader says so`(row: (value: String, isAhead: Bool)) {
        #expect(MachineSigns.isAhead(purposes: [row.value]) == row.isAhead)
        #expect(!MachineSigns.isAhead(purposes: []))
    }

    private struct Crawler: Decodable {
        let pattern: String
        let instances: [String]
    }

    /// The list of the package crawler-user-agents, which `./dev test` fetches from PyPI into `.local/venv`.
    private static let crawlers: URL? = {
        let venv = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../.local/venv/lib")
        let versions = try? FileManager.default.contentsOfDirectory(atPath: venv.standardizedFileURL.path)
        return (versions ?? []).lazy
            .map { venv.appending(path: "\($0)/site-packages/crawleruseragents/crawler-user-agents.json") }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }()

    @Test(
        .enabled(
            if: crawlers != nil || ProcessInfo.processInfo.environment["REQUIRE_SERVERS"] == "1",
            "no crawler-user-agents in .local/venv"
        )
    )
    func `of the programs that others have listed, nearly all are told`() throws {
        let list = try #require(Self.crawlers, "no crawler-user-agents in .local/venv: run ./dev test")
        let crawlers = try JSONDecoder().decode([Crawler].self, from: Data(contentsOf: list))
        let agents = crawlers.flatMap(\.instances)
        let missed = agents.filter { !MachineSigns.isMachine(agent: $0) }
        #expect(agents.count > 2_000)
        #expect(Double(missed.count) < 0.03 * Double(agents.count), "\(missed.count): \(missed.prefix(20))")
    }
}
