import Foundation
import NIOCore
import TestKit
import Testing

@testable import Web

/// What is asked for by those who do not know the sites: browsers by themselves, crawlers, people with half a link.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct StrangersTests {
    @Test func `what is not there is a page, on both sites and in the reader's language`() async throws {
        try await PrivateDatabase.with { database in
            try await WebServer.with(database) { server in
                let dashboard = "localhost:\(server.port)"
                let table: [(host: String, path: String, language: String, says: String, because: Comment)] = [
                    ("news.example.net", "/", "en", "Page not found", "nothing is at the beginning"),
                    ("news.example.net", "/nothing/here", "de", "Diese Seite gibt es nicht", "anywhere"),
                    ("news.example.net", "/c/AQAA", "fr", "Cette page n", "a link that was cut off"),
                    ("news.example.net", "/sign-in", "es", "no existe", "the dashboard's page"),
                    (dashboard, "/nothing", "en", "Not found", "the dashboard"),
                ]
                for row in table {
                    let answer = try server.ask("GET \(row.path)", host: row.host, "Accept-Language: \(row.language)")
                    #expect(answer.hasPrefix("HTTP/1.1 404"), "\(row.because): \(answer.prefix(60))")
                    #expect(answer.lowercased().contains("content-type: text/html"), row.because)
                    #expect(answer.contains(row.says), "\(row.because): \(answer)")
                    let head = try server.ask("HEAD \(row.path)", host: row.host)
                    #expect(head.hasPrefix("HTTP/1.1 404") && !head.contains("<html"), row.because)
                }
            }
        }
    }

    @Test func `crawlers stay away, and a browser gets its picture`() async throws {
        try await PrivateDatabase.with { database in
            try await WebServer.with(database) { server in
                for host in ["news.example.net", "localhost:\(server.port)"] {
                    let robots = try server.ask("GET /robots.txt", host: host)
                    #expect(robots.hasPrefix("HTTP/1.1 200") && robots.contains("Disallow: /\n"), "\(host)")
                    let icon = try server.ask("HEAD /favicon.ico", host: host)
                    #expect(icon.hasPrefix("HTTP/1.1 200"), "\(host): \(icon.prefix(60))")
                    #expect(icon.lowercased().contains("content-type: image/png"), "\(host)")
                }
            }
        }
    }

    @Test func `a site that browsers find by https says so, however the request came`() async throws {
        try await PrivateDatabase.with { database in
            try await WebServer.with(database, ["VEREDUS_TRACKING_URL": "https://news.example.net"]) { server in
                let answer = try server.ask("GET /robots.txt", host: "news.example.net").lowercased()
                #expect(answer.contains("strict-transport-security: max-age="), "\(answer)")
                let plain = try server.ask("GET /robots.txt", host: "localhost:\(server.port)").lowercased()
                #expect(!plain.contains("strict-transport-security"), "a dashboard by http")
            }
        }
    }

    static let peers: [(address: String, isNear: Bool, because: Comment)] = [
        ("127.0.0.1", true, "this machine"), ("10.1.2.3", true, "RFC 1918"), ("172.16.0.1", true, "RFC 1918"),
        ("172.32.0.1", false, "behind the end of it"), ("192.168.3.4", true, "RFC 1918"), ("::1", true, "this machine"),
        ("fd00::1", true, "RFC 4193"), ("fe80::1", true, "link-local"), ("203.0.113.5", false, "somebody's"),
        ("2001:db8::1", false, "somebody's"), ("::ffff:10.0.0.1", true, "IPv4 inside IPv6"),
    ]

    @Test(arguments: peers)
    func `only a proxy of the own network is named`(row: (address: String, isNear: Bool, because: Comment)) throws {
        let address = try SocketAddress(ipAddress: row.address, port: 1)
        #expect(UntrustedProxies.isOfThisNetwork(address) == row.isNear, row.because)
    }
}
