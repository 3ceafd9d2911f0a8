import Core
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    /// Pixels and links while servers are away, and requests that no browser makes.
    @Suite struct TrackingOutage {
        @Test func `links lead on and opens are counted although database and broker were away`() async throws {
            let cluster = try await PostgresCluster.start()
            let broker = try PrivateBroker()
            try await broker.start()
            var mail = MailSimulator.Configuration()
            mail.keepsContentOfFirst = 25
            try await Stage.with(mail, on: Stage.Servers(cluster: cluster, broker: broker)) { stage in
                try await stage.addContacts(25)
                let web = try await stage.startWebWithHosts()
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                let campaign = try await stage.startCampaign()
                try await stage.wait(for: campaign)
                let messages = stage.simulator.accepted
                // Known from one click; the others need no database.
                let first = Stage.trackedPaths(in: messages[0])
                #expect(try await web.ask(try #require(first.links.first), reader: 0).status == 302)
                try await cluster.stop(.immediate)
                try await broker.stop()
                for (index, message) in messages.enumerated() {
                    let paths = Stage.trackedPaths(in: message)
                    #expect(try await web.ask(try #require(paths.pixel), reader: index).status == 200)
                    let answer = try await web.ask(try #require(paths.links.first), reader: index)
                    #expect(answer.status == 302 && answer.field("location") == "https://shop.example/offer")
                }
                let unknown = try Stage.keys().sign(.click(campaign: campaign + 1, link: 1, .recipient(1)))
                let later = try await web.ask("/c/\(String(decoding: unknown, as: UTF8.self))", reader: 1)
                #expect(later.status == 503 && later.field("retry-after") == "3" && later.field("location") == nil)

                try await cluster.start()
                try await broker.start()
                _ = try stage.startRecorder()
                let opens = "SELECT COALESCE(sum(firsts), 0)::int8 FROM engagement WHERE kind = 0"
                try await stage.wait(within: .seconds(60)) { try await stage.number(opens) == 25 }
                let clicks = "SELECT COALESCE(sum(firsts), 0)::int8 FROM engagement WHERE kind = 1"
                try await stage.wait(within: .seconds(60)) { try await stage.number(clicks) == 25 }
                try await expectOddRequestsToBeRefused(web, token: try #require(first.links.first))
            }
            try await broker.stop()
        }

        /// Everything a browser would not send, on raw connections.
        private func expectOddRequestsToBeRefused(_ web: Stage.Web, token path: String) async throws {
            for host in ["evil.example", "t.example.evil.example", "t.example:8080", "t.example@evil.example", ""] {
                let answer = try await RawHTTP.ask(path, port: web.port, host: host)
                #expect(answer.status >= 400 && answer.field("location") == nil, "Host: \(host)")
            }
            let cases = [
                "GET \(path) HTTP/1.1\r\nHost: t.example\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
                "GET http://evil.example\(path) HTTP/1.1\r\nHost: t.example\r\nConnection: close\r\n\r\n",
                "GET \(path) HTTP/1.0\r\nConnection: close\r\n\r\n",
                "GET \(path) HTTP/1.1\r\nHost: t.example\r\nConnection: close\r\nX: \(String(repeating: "a", count: 100_000))\r\n\r\n",
                "GET /c/\(String(repeating: "A", count: 100_000)) HTTP/1.1\r\nHost: t.example\r\nConnection: close\r\n\r\n",
                "GET \(path) HTTP/1.1\r\nHost: t.example\r\nConnection: close\r\n"
                    + (0..<2_000).map { "X-\($0): y\r\n" }.joined() + "\r\n",
            ]
            for request in cases {
                let answer = try await RawHTTP.send(request, port: web.port)
                let location = answer.field("location")
                #expect(location == nil || location == "https://shop.example/offer", "\(request.prefix(80))")
            }
            let forwarded = [
                "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Original-URL": "/x",
            ]
            let answer = try await web.ask(path, reader: 7, fields: forwarded)
            #expect(answer.field("location") == "https://shop.example/offer", "nobody's word changes where it leads")
            #expect(web.program.isRunning)
        }
    }
}
