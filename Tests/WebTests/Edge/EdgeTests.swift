import Core
import Foundation
import TestKit
import Testing

@testable import Web

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct EdgeTests {
    @Test func `a connection on which a request does not arrive in time is closed`() async throws {
        try await PrivateDatabase.with { database in
            try await WebServer.with(database, ["VEREDUS_WEB_REQUEST_TIME": "1"]) { server in
                let head = "POST /api/v1/lists HTTP/1.1\r\nHost: localhost:\(server.port)\r\n"
                let table: [(begin: String, more: String, because: Comment)] = [
                    ("GET /healthz HTTP/1.1\r\n", "X-A: b\r\n", "a head that never ends"),
                    ("\(head)Content-Length: 100000\r\n\r\n", "x", "a body that trickles"),
                    ("\(head)Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", "a body of unknown length"),
                    ("", "", "nothing at all"),
                ]
                for row in table {
                    let client = try RawClient(port: server.port)
                    let start = ContinuousClock.now
                    client.send(row.begin)
                    // A byte now and then, until nobody takes it any more.
                    try await eventually("it is closed", within: .seconds(8), every: .milliseconds(200)) {
                        row.more.isEmpty || !client.send(row.more)
                    }
                    #expect(client.rest() != nil, row.because)
                    #expect(ContinuousClock.now - start < .seconds(6), row.because)
                }
                #expect(try server.ask("GET /healthz").hasPrefix("HTTP/1.1 200"), "others are served")
            }
        }
    }

    @Test func `a client that does not read its answers is cut off`() async throws {
        try await PrivateDatabase.with { database in
            try await WebServer.with(database, ["VEREDUS_WEB_REQUEST_TIME": "1"]) { server in
                let client = try RawClient(port: server.port, receiving: 4_096)
                let ask = "GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\r\n"
                // More than the buffers of both ends take.
                client.send(String(repeating: ask, count: 500))
                try await eventually("it is closed", within: .seconds(10), every: .milliseconds(200)) {
                    !client.send(ask)
                }
                #expect(try server.ask("GET /healthz").hasPrefix("HTTP/1.1 200"), "others are served")
            }
        }
    }

    @Test func `a client that hangs up in a body is no error of the program`() async throws {
        try await APIFixture.with { fixture in
            try await WebServer.with(fixture.database) { server in
                let secret = [UInt8](repeating: 0x5A, count: 32)
                let keys = try KeyRing(
                    keys: [TokenKey(id: 1, secret: secret)],
                    signing: 1,
                    identity: AddressHashKey(secret: secret)
                )
                let token = keys.sign(.unsubscribe(DeliveryKey(campaign: 1, seq: 1), nil))
                let form = "Content-Type: application/x-www-form-urlencoded"
                let table = [
                    ("/u/\(String(decoding: token, as: UTF8.self))", "news.example.net", form),
                    ("/sign-in", "localhost:\(server.port)", "Sec-Fetch-Site: same-origin\r\n\(form)"),
                    ("/api/v1/lists", "localhost:\(server.port)", "Authorization: Bearer \(fixture.key)"),
                ]
                for (path, host, fields) in table {
                    for body in ["Content-Length: 50\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\nZZ\r\n"] {
                        let client = try RawClient(port: server.port)
                        client.send("POST \(path) HTTP/1.1\r\nHost: \(host)\r\n\(fields)\r\n\(body)")
                        client.stopSending()
                        _ = client.rest()
                    }
                }
                let log = try ChildProcess.text(of: server.logPath)
                #expect(!log.contains("\"error\""), "\(log.suffix(2_000))")
            }
        }
    }

    @Test func `what is too large is refused, and by its name`() async throws {
        try await APIFixture.with { fixture in
            try await WebServer.with(fixture.database) { server in
                let long = String(repeating: "x", count: 20 << 10)
                #expect(try server.ask("GET /healthz", "X-Long: \(long)").hasPrefix("HTTP/1.1 431"))
                let many = (1...40).map { "X-\($0): \(String(repeating: "x", count: 1_000))" }.joined(separator: "\r\n")
                #expect(try server.ask("GET /healthz", many).hasPrefix("HTTP/1.1 431"))
                let key = "Authorization: Bearer \(fixture.key)"
                let declared = try server.ask("POST /api/v1/lists", key, "Content-Length: 10000000")
                #expect(declared.hasPrefix("HTTP/1.1 413"), "before a byte of it has come")
                let chunk = "\r\n\r\n11000\r\n" + String(repeating: "x", count: 0x11000) + "\r\n"
                let undeclared = try server.ask("POST /api/v1/lists", key, "Transfer-Encoding: chunked\(chunk)0")
                #expect(undeclared.hasPrefix("HTTP/1.1 413"), "of a length that was not said")
                let wild = try server.ask("NO THING")
                #expect(wild.hasPrefix("HTTP/1.1 400"))
            }
        }
    }

    @Test func `a host that is not ours gets nothing, and each site its own`() async throws {
        try await PrivateDatabase.with { database in
            try await WebServer.with(database) { server in
                let table: [(host: String, status: String, because: Comment)] = [
                    ("localhost:\(server.port)", "401", "the dashboard's"),
                    ("LOCALHOST:\(server.port)", "401", "its case"),
                    ("news.example.net", "404", "the tracking host has no API"), ("localhost", "421", "another port"),
                    ("127.0.0.1:\(server.port)", "421", "an address"), ("evil.example", "421", "anybody's"),
                    ("localhost:\(server.port).evil.example", "421", "ours is its beginning"),
                    ("localhost:\(server.port)@evil.example", "421", "ours as a user"),
                ]
                for row in table {
                    let answer = try server.ask("GET /api/v1/account", host: row.host, "X-Forwarded-Host: localhost")
                    #expect(answer.hasPrefix("HTTP/1.1 \(row.status)"), "\(row.because): \(answer.prefix(60))")
                }
                #expect(
                    try server.ask("GET /healthz", host: "10.0.0.1").hasPrefix("HTTP/1.1 200"),
                    "a balancer asks so"
                )
                #expect(try server.ask("GET /readyz", host: "10.0.0.1").hasPrefix("HTTP/1.1 200"))
                let client = try RawClient(port: server.port)
                client.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
                #expect(client.rest()?.hasPrefix("HTTP/1.1 400") == true, "no host")
                for path in ["/api/v1/account", "/healthz", "/"] {
                    for second in ["evil.example", "localhost:\(server.port)"] {
                        let answer = try server.ask("GET \(path)", "Host: \(second)")
                        #expect(answer.hasPrefix("HTTP/1.1 400"), "two hosts: \(path), \(answer.prefix(60))")
                    }
                }
            }
        }
    }

    @Test func `every answer tells the browser what it may do with it, a refusal too`() async throws {
        try await PrivateDatabase.with { database in
            try await WebServer.with(database) { server in
                let pixel = "GET /o/x.gif"
                for (line, host) in [
                    ("GET /healthz", nil), ("GET /readyz", nil), ("GET /sign-in", nil), ("GET /nowhere", nil),
                    ("DELETE /sign-in", nil), ("GET /campaigns", nil), ("GET /api/v1/nowhere", nil),
                    ("GET /veredus.css", nil), ("GET /", "evil.example"), ("GET /nowhere", "news.example.net"),
                    ("GET /c/x", "news.example.net"), ("GET /p/x", "news.example.net"), (pixel, "news.example.net"),
                ] {
                    let answer = try server.ask(line, host: host)
                    let head = answer[..<(answer.firstRange(of: "\r\n\r\n")?.lowerBound ?? answer.startIndex)]
                        .lowercased()
                    for field in [
                        "content-security-policy: default-src 'none'", "x-content-type-options: nosniff",
                        "referrer-policy: ",
                        "cross-origin-resource-policy: \(line == pixel ? "cross-origin" : "same-origin")",
                    ] { #expect(head.contains("\r\n\(field)"), "\(line) of \(host ?? "ours"): \(head)") }
                }
            }
        }
    }

    @Test func `a balancer hears of the end before the door closes, and what was asked is answered`() async throws {
        try await APIFixture.with { fixture in
            try await WebServer.with(fixture.database, ["VEREDUS_WEB_DRAIN": "2"]) { server in
                let open = try RawClient(port: server.port)
                // Asked before the end, complete after it.
                let body = #"{"name": "late"}"#
                open.send(
                    "POST /api/v1/lists HTTP/1.1\r\nHost: localhost:\(server.port)\r\nAuthorization: Bearer \(fixture.key)\r\n"
                        + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                )
                server.process.send(SIGTERM)
                var ready = ""
                let deadline = ContinuousClock.now + .seconds(5)
                while !ready.hasPrefix("HTTP/1.1 503"), ContinuousClock.now < deadline {
                    ready = try server.ask("GET /readyz")
                }
                #expect(ready.contains("stopping"))
                #expect(try server.ask("GET /healthz").hasPrefix("HTTP/1.1 200"), "it still serves")
                open.send(body)
                #expect(open.some().hasPrefix("HTTP/1.1 201"))
                #expect(try await server.process.exit(within: .seconds(20)) == .exit(0))
                #expect(try await fixture.sql("SELECT name FROM lists WHERE name = 'late'") == ["late"])
            }
        }
    }

    @Test func `with a certificate of its own it speaks TLS, and browsers are told to stay there`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "veredus-tls-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let made = try await ChildProcess.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "1",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "\(folder)/key.pem", "-out",
            "\(folder)/chain.pem",
        ])
        try #require(made.succeeded, "\(made.errors)")
        try await PrivateDatabase.with { database in
            let settings = [
                "VEREDUS_WEB_CERTIFICATE_FILE": "\(folder)/chain.pem",
                "VEREDUS_WEB_CERTIFICATE_KEY_FILE": "\(folder)/key.pem",
            ]
            try await WebServer.with(database, scheme: "https", settings) { server in
                let url = "https://localhost:\(server.port)/api/v1/openapi.json"
                let answer = try await ChildProcess.run(["curl", "-sSi", "--cacert", "\(folder)/chain.pem", url])
                #expect(answer.output.hasPrefix("HTTP/1.1 200"), "\(answer.errors)")
                #expect(answer.output.lowercased().contains("strict-transport-security: max-age="))
                let old = try await ChildProcess.run([
                    "curl", "-sS", "--cacert", "\(folder)/chain.pem", "--tls-max", "1.1", url,
                ])
                #expect(!old.succeeded, "no TLS before 1.2")
                #expect(!(try server.ask("GET /healthz")).hasPrefix("HTTP/1.1 200"), "nothing in the clear")
            }
        }
    }
}
