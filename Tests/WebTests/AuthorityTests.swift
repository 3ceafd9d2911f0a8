import Testing

@testable import Web

struct AuthorityTests {
    static let rows: [(url: String, authority: String)] = [
        ("https://news.example.net", "news.example.net"), ("https://News.example.net:443/x", "news.example.net"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"), ("http://[::1]:80/", "[::1]"),
        ("https://news.example.net:80", "news.example.net:80"),
    ]

    @Test(arguments: rows) func `an address of ours is compared as browsers send it`(_ row: (String, String)) {
        #expect(authority(of: row.0) == row.1)
    }
}
