import Testing

@testable import Core

@Suite struct LinkTargetTests {
    static let urls: [(url: String, leads: Bool, because: Comment)] = [
        ("https://shop.example/a?b=c#d", true, "the usual link"),
        ("http://shop.example", true, "nothing behind the host"),
        ("HTTPS://Shop.example:8443/", true, "a port, any case"), ("https://[2001:db8::1]/", true, "an address"),
        ("https://shop.example/%0d%0aSet-Cookie:a=b", true, "encoded line ends stay in the path"),
        ("https://shop.example/?to=https://evil.example", true, "what the shop does with it is the shop's"),
        ("", false, "nothing"), ("/relative", false, "leads to our own pages"), ("//evil.example/", false, "no scheme"),
        ("https:evil.example", false, "browsers add the slashes"), ("https:///evil.example", false, "no host"),
        ("https://\\evil.example/", false, "browsers read a slash"), ("https://a\\.evil.example/", false, "the same"),
        ("https://shop.example@evil.example/", false, "a log-in that looks like the host"),
        ("https://shop.example:pass@evil.example", false, "the same with a password"),
        ("https://evil.example%2f@shop.example/", false, "an encoded one"),
        ("javascript:alert(1)", false, "a script"), ("JaVaScRiPt://a/%0aalert(1)", false, "in any case"),
        ("data:text/html,x", false, "a document of its own"), ("ftp://shop.example/", false, "no web page"),
        (" https://shop.example/", false, "a blank before"), ("https://shop.example/a b", false, "a blank within"),
        ("https://shop.example/\r\nSet-Cookie: a=b", false, "a line end would write header fields"),
        ("https://shop.example/\n", false, "at the end, too"), ("https://shop.example/\u{0}", false, "a NUL"),
        ("https://shop.example/ä", false, "a Location field is ASCII"), ("https://?evil", false, "no host"),
        ("https://.evil/", false, "a host begins with a letter or digit"), ("https://shop.example/\t", false, "a tab"),
    ]

    @Test(arguments: urls)
    func `a redirect leads to a web address of the host that one sees, or nowhere`(
        row: (url: String, leads: Bool, because: Comment)
    ) {
        #expect(LinkTarget(stored: row.url)?.url == (row.leads ? row.url : nil), row.because)
    }

    @Test func `every address that a message's links are frozen as is one that a browser may be sent to`() throws {
        for row in MessageLinkTests.hrefs {
            guard let url = row.url else { continue }
            #expect(LinkTarget(stored: url)?.url == url, row.because)
        }
        #expect(LinkTarget(stored: "https://x.example/" + String(repeating: "a", count: 9_000)) == nil, "too long")
    }
}
