import Broker
import Core
import Database
import DatabaseClient
import Foundation
import MailSimulator
import ReturnedMail
import TestKit
import Testing

extension Scenarios {
    /// P5: whoever holds everything that is stored, and the recipients beside it, finds no way from a counted open or
    /// click to a person: by no value, by no order, by no transaction.
    @Suite struct AggregatePrivacy {
        private static let recipients = 60
        private static let html = """
            <html><body><p>Dear {{name}}, <a href="https://shop.example/one">one</a>
            <a href="https://shop.example/two">two</a>.</p></body></html>
            """

        @Test func `nothing that is stored leads from an open or a click to a recipient`() async throws {
            var mail = MailSimulator.Configuration()
            mail.keepsContentOfFirst = Self.recipients
            try await Stage.with(mail) { stage in
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign(html: Self.html)
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                let web = try await stage.startWebWithHosts()
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == Self.recipients)
                let messages = stage.simulator.accepted.sorted { $0.recipient < $1.recipient }
                let secrets = try Secrets(messages)
                #expect(secrets.numbers.count == 3 * Self.recipients, "each pixel and link has a number of its own")

                // In the order of the recipients, one after the other: the worst case.
                try await read(messages[..<30], from: 0, on: web)
                try await expectQueueToBeBare(stage)
                _ = try stage.startRecorder()
                try await stage.wait { try await stage.number("SELECT count(*) FROM counted") == 90 }
                _ = try await stage.suppress(messages[3].recipient)
                try await read(messages[30...], from: 30, on: web)
                try await stage.wait { try await stage.number("SELECT count(*) FROM counted") == 180 }
                try await expectReport(of: campaign, stage)

                let dump = try await dump(stage)
                try expectNoJoin(in: dump, secrets)
                expectOrderToSayNothing(dump)
                try expectReturnedMailToBeBare(messages[5], secrets)
                let logs = stage.logs()
                #expect(logs.contains("opens and clicks recorded"))
                #expect(secrets.found(in: logs) == [], "logs")
                for trace in ["Chrome/140", "10.0.0.", "@example.net"] {
                    #expect(!logs.contains(trace), "\(trace) in logs")
                }
            }
        }

        /// Opens each message and follows both its links, from a household of its reader's own.
        private func read(_ messages: ArraySlice<AcceptedMessage>, from first: Int, on web: Stage.Web) async throws {
            for (index, message) in messages.enumerated() {
                let paths = Stage.trackedPaths(in: message)
                let pixel = try #require(paths.pixel)
                #expect(try await web.ask(pixel, reader: first + index).status == 200)
                for (link, path) in paths.links.enumerated() {
                    let answer = try await web.ask(path, reader: first + index)
                    #expect(answer.status == 302)
                    #expect(answer.field("location") == "https://shop.example/\(link == 0 ? "one" : "two")")
                }
                // A scanner and a browser ahead of its reader look, too.
                _ = try await web.ask(pixel, reader: first + index, fields: ["User-Agent": "Mozilla/5.0"])
                _ = try await web.ask(pixel, reader: first + index, fields: ["Sec-Purpose": "prefetch"])
            }
        }

        /// What the broker holds, looked at before anybody takes it.
        private func expectQueueToBeBare(_ stage: Stage) async throws {
            var broker = try BrokerSettings(parsing: stage.brokerURL, caFile: nil)
            broker.queueType = .classic
            let consumer = try AMQPConsumer(broker, queues: [EventMessage.queue], prefetch: 1_000)
            var events: [TrackedEvent] = []
            while events.count < 120 {
                for message in try await consumer.next(limit: 100) {
                    let envelope = try EventMessage(decoding: message.body)
                    #expect(envelope.events.map(\.id) == envelope.events.map(\.id).sorted(), "not by arrival")
                    events += envelope.events
                }
            }
            await consumer.close()
            #expect(events.count == 120 && Set(events.map(\.id)).count == 120)
            for event in events {
                switch event.subject {
                case .number: #expect(!event.isMachine)
                case .nobody: #expect(event.isMachine)
                case .recipient: Issue.record("an event that names a recipient")
                }
            }
        }

        private func expectReport(of campaign: CampaignID, _ stage: Stage) async throws {
            let told = try await stage.admin.engagement(of: campaign, account: 1)
            #expect(told.opens.unique == 60 && told.opens.total == 60 && told.opens.machine == 60)
            #expect(told.links.map(\.clicks.unique) == [60, 60] && told.clicks.total == 120)
            let tool = try await stage.tool("campaign", "report", "\(campaign)", "--json")
            #expect(tool.succeeded && tool.output.contains(#""engagement""#))
        }

        // MARK: What is stored

        /// One row of one table.
        struct StoredRow: Sendable {
            let table: String
            /// Where it stands: page and place.
            let page: Int64
            let place: Int64
            let transaction: Int64
            let text: String
        }

        /// Every row of every table, with the columns that PostgreSQL adds.
        private func dump(_ stage: Stage) async throws -> [StoredRow] {
            try await stage.superuser.withConnection { connection in
                let tables = Statement(
                    "all-tables",
                    """
                    SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)' ORDER BY 1
                    """
                )
                var rows: [StoredRow] = []
                for table in try await connection.rows(tables, [], { try $0.text(0) }) {
                    let all = Statement(
                        "dump \(table)",
                        """
                        SELECT (ctid::text::point)[0]::bigint, (ctid::text::point)[1]::bigint, xmin::text::bigint,
                               to_jsonb(t)::text FROM \(table) t
                        """
                    )
                    rows += try await connection.rows(all) { row in
                        StoredRow(
                            table: table,
                            page: try row.int64(0),
                            place: try row.int64(1),
                            transaction: try row.int64(2),
                            text: try row.text(3)
                        )
                    }
                }
                return rows
            }
        }

        /// No number and no token stands anywhere but in the bare set, whose rows have nothing else.
        private func expectNoJoin(in dump: [StoredRow], _ secrets: Secrets) throws {
            let counted = dump.filter { $0.table == "public.counted" }
            #expect(counted.count == 180)
            for row in counted {
                let fields = row.text.split(separator: "\"").map(String.init)
                let names = ["campaign_id", "purpose", "number"].filter { fields.contains($0) }
                #expect(names.count == 3 && row.text.filter { $0 == ":" }.count == 3, "three columns: \(row.text)")
            }
            #expect(secrets.found(in: counted.map(\.text).joined(separator: " ")).count == 180)
            for row in dump where row.table != "public.counted" {
                #expect(secrets.found(in: row.text) == [], "\(row.table): \(row.text)")
            }
            let events = dump.filter { $0.table.hasPrefix("public.events_") }
            #expect(events.count == 240)
            for row in events {
                for column in ["seq", "link", "happened_at"] { #expect(row.text.contains("\"\(column)\": null")) }
            }
            #expect(!dump.contains { $0.table == "public.engaged" })
            for trace in ["Chrome/140", "10.0.0."] {
                #expect(!dump.contains { $0.text.contains(trace) }, "\(trace) is stored")
            }
        }

        /// A flush is one transaction of its own, in which rows stand in the order of their numbers.
        private func expectOrderToSayNothing(_ dump: [StoredRow]) {
            let bare = ["public.counted", "public.engagement"]
            let flushes = Set(dump.filter { $0.table == "public.counted" }.map(\.transaction))
            for row in dump where flushes.contains(row.transaction) {
                #expect(
                    bare.contains(row.table) || row.table.hasPrefix("public.events_"),
                    "\(row.table) was written with a set: \(row.text)"
                )
            }
            for table in Set(dump.map(\.table)) where table == "public.counted" || table.hasPrefix("public.events_") {
                for (flush, rows) in Dictionary(grouping: dump.filter { $0.table == table }, by: \.transaction) {
                    let standing = rows.sorted { ($0.page, $0.place) < ($1.page, $1.place) }.map { Self.key($0) }
                    #expect(standing == standing.sorted(), "\(table), transaction \(flush)")
                }
            }
        }

        /// What the row is sorted by: purpose and number, or the event's id.
        private static func key(_ row: StoredRow) -> String {
            let hex = row.text.components(separatedBy: "\\\\x").dropFirst().first?.prefix(32) ?? ""
            let purpose = row.text.components(separatedBy: "\"purpose\": ").dropFirst().first?.prefix(1) ?? ""
            return "\(purpose) \(hex)"
        }

        /// What is kept of a message that came back with a bounce or a complaint, whole, in its body.
        private func expectReturnedMailToBeBare(_ message: AcceptedMessage, _ secrets: Secrets) throws {
            let content = String(decoding: message.content ?? [], as: UTF8.self)
            #expect(secrets.found(in: content.replacing("=\r\n", with: "").replacing("=3D", with: " ")) != [])
            for report in ["delivery-status", "feedback-report"] {
                let mail = """
                    From: MAILER-DAEMON@mx.example\r
                    Content-Type: multipart/report; report-type=\(report); boundary=b\r
                    \r
                    --b\r
                    Content-Type: text/plain\r
                    \r
                    Could not be delivered:\r
                    \(content)\r
                    --b\r
                    Content-Type: message/\(report)\r
                    \r
                    Feedback-Type: abuse\r
                    Final-Recipient: rfc822; \(message.recipient)\r
                    Action: failed\r
                    Status: 5.1.1\r
                    --b\r
                    Content-Type: message/rfc822\r
                    \r
                    \(content)\r
                    --b--\r

                    """
                let kept = String(decoding: cutReport(Array(mail.utf8)), as: UTF8.self)
                #expect(kept.contains("MAILER-DAEMON"))
                #expect(
                    secrets.found(in: kept.replacing("=\r\n", with: "").replacing("=3D", with: " ")) == [],
                    "\(report)"
                )
            }
        }
    }
}

/// The numbers of all messages, and the tokens that bear them: what only the messages' owners have.
private struct Secrets {
    let numbers: Set<String>
    private let tokens: Set<String>

    init(_ messages: [AcceptedMessage]) throws {
        let keys = try Stage.keys()
        var numbers: Set<String> = []
        var tokens: Set<String> = []
        for message in messages {
            let paths = Stage.trackedPaths(in: message)
            for path in [paths.pixel].compactMap({ $0 }) + paths.links {
                let text = path.dropFirst(3).replacing(".gif", with: "")
                let token = try keys.verify(text.utf8, as: path.hasPrefix("/o/") ? .open : .click)
                switch token {
                case .open(_, .number(let number)), .click(_, _, .number(let number)):
                    numbers.insert(number.bytes.map { Self.hex($0) }.joined())
                default: Issue.record("a token that names a person: \(token)")
                }
                tokens.insert(String(text))
            }
        }
        self.numbers = numbers
        self.tokens = tokens
    }

    /// The numbers and tokens that stand in a text, in base64url or in hexadecimal digits.
    func found(in text: String) -> Set<String> {
        var found: Set<String> = []
        for word in text.utf8.split(whereSeparator: { !Self.isOfWord($0) }) where word.count >= 32 {
            let word = String(decoding: word, as: UTF8.self)
            if tokens.contains(word) { found.insert(word) }
            let digits = String(word.suffix(32))
            if numbers.contains(digits) { found.insert(digits) }
        }
        return found
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }
}
