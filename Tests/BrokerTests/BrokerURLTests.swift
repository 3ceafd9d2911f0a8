import Testing

@testable import Broker

@Suite struct BrokerURLTests {
    typealias Reading = (url: String, host: String, port: UInt16, user: String, virtualHost: String, because: Comment)

    static let readings: [Reading] = [
        ("amqp://guest:guest@mq", "mq", 5672, "guest", "/", "AMQP's port, the default virtual host"),
        ("amqps://a:b@mq.example", "mq.example", 5671, "a", "/", "AMQP's port with TLS"),
        ("amqp://a:b@mq:15/mail", "mq", 15, "a", "mail", "all parts"),
        ("amqp://a:b@mq/%2Fmail", "mq", 5672, "a", "/mail", "a slash in the virtual host's name"),
        ("amqp://a%40x:b%3a%2F@mq", "mq", 5672, "a@x", "/", "percent-encoded signs, digits in either case"),
        ("amqp://a:b:c@mq", "mq", 5672, "a", "/", "only the first colon separates"),
        ("amqp://a:b@[::1]:99", "::1", 99, "a", "/", "IPv6"),
        ("amqp://a:b@10.0.0.1", "10.0.0.1", 5672, "a", "/", "an address is fine without TLS"),
    ]

    @Test(arguments: readings)
    func `a URL names host, port, user and virtual host`(row: Reading) throws {
        let settings = try BrokerSettings(parsing: row.url)
        #expect(settings.host == row.host, row.because)
        #expect(settings.port == row.port, row.because)
        #expect(settings.user == row.user, row.because)
        #expect(settings.virtualHost == row.virtualHost, row.because)
        #expect((settings.tls != nil) == row.url.hasPrefix("amqps"), row.because)
    }

    static let refusals: [(url: String, says: String, because: Comment)] = [
        ("http://a:secret@mq", "amqp://", "another scheme"),
        ("AMQP://a:secret@mq", "amqp://", "the scheme is lower case"),
        ("amqp://mq", "no user", "no default user"),
        ("amqp://a@mq", "no password", "no default password"),
        ("amqp://:secret@mq", "user is empty", "an empty user"),
        ("amqp://a:@mq", "password is empty", "an empty password"),
        ("amqp://a:secret@", "host is empty", "no host"),
        ("amqp://a:secret@mq/", "ends with '/'", "an empty virtual host, which nobody means"),
        ("amqp://a:secret@mq/x/y", "%2F", "two slashes"),
        ("amqp://a:secret@mq:0", "port is 0", "no such port"),
        ("amqp://a:secret@mq:65536", "port is not a number", "beyond the last port"),
        ("amqp://a:secret@mq:+1", "port is not a number", "a sign"),
        ("amqp://a:secret@mq:", "port is not a number", "an empty port"),
        ("amqp://a:secret@x@mq", "%40", "an '@' that should be encoded"),
        ("amqp://a:sec%ret@mq", "hexadecimal", "a lone percent sign"),
        ("amqp://a:secret%FF@mq", "UTF-8", "bytes that are no text"),
        ("amqp://a:secret%00@mq", "control character", "a NUL would cut the password"),
        ("amqp://a:secret@mq?heartbeat=0", "query", "settings do not hide in the URL"),
        ("amqp://a:secret@[::1", "']'", "an open bracket"),
        ("amqps://a:secret@10.0.0.1", "IP address", "librabbitmq honours no address in a certificate"),
        ("amqps://a:secret@[::1]", "IP address", "nor an IPv6 one"),
    ]

    @Test(arguments: refusals)
    func `a URL that cannot be meant is refused with a remedy, without the password`(
        row: (url: String, says: String, because: Comment)
    ) {
        let error = #expect(throws: AMQPError.self, row.because) { try BrokerSettings(parsing: row.url) }
        #expect(error?.kind == .badSetting, row.because)
        let text = error?.description ?? ""
        #expect(text.contains(row.says), row.because)
        #expect(!text.contains("secret"), row.because)
    }

    @Test func `a CA file without TLS is refused`() {
        #expect(throws: AMQPError.self) { try BrokerSettings(parsing: "amqp://a:b@mq", caFile: "/ca.pem") }
    }

    @Test func `no way of printing shows the password`() throws {
        let settings = try BrokerSettings(parsing: "amqp://anna:swordfish@mq/mail")
        var dumped = ""
        dump(settings, to: &dumped)
        dump([settings], to: &dumped)
        for text in ["\(settings)", String(reflecting: settings), String(describing: [settings]), dumped] {
            #expect(!text.contains("swordfish"))
            #expect(text.contains("anna"))
        }
    }

    @Test func `limits that cannot work are refused before connecting`() throws {
        var settings = try BrokerSettings(parsing: "amqp://a:b@mq")
        settings.heartbeatSeconds = 0
        #expect(throws: AMQPError.self) { try AMQPPublisher(settings) }
        settings.heartbeatSeconds = 10
        settings.writeLimit = .zero
        #expect(throws: AMQPError.self) { try AMQPPublisher(settings) }
    }

    @Test func `a consumer without queues or without a prefetch is refused`() throws {
        let settings = try BrokerSettings(parsing: "amqp://a:b@mq")
        #expect(throws: AMQPError.self) { try AMQPConsumer(settings, queues: [], prefetch: 1) }
        #expect(throws: AMQPError.self) { try AMQPConsumer(settings, queues: ["a"], prefetch: 0) }
        #expect(throws: AMQPError.self) { try AMQPConsumer(settings, queues: ["a", "a"], prefetch: 1) }
        #expect(throws: AMQPError.self) { try AMQPConsumer(settings, queues: [""], prefetch: 1) }
    }

    @Test(arguments: [
        "the broker says 403 ACCESS_REFUSED. See its log.", "the broker says 403 ACCESS_REFUSED. See its log",
    ])
    func `an error ends its reason with one full stop, whoever wrote it`(reason: String) {
        let error = AMQPError(kind: .accessRefused, call: "login", reason: reason, remedy: "Check user and password")
        #expect(error.description == "login: the broker says 403 ACCESS_REFUSED. See its log. Check user and password.")
    }
}
