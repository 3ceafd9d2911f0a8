import SMTP
import Testing

@Suite struct RouteSettingsTests {
    @Test func `a URL says it all`() throws {
        let url =
            "smtp://ada%40example.org:p%2Fw%3A@relay.example.org:2525?auth=LOGIN&ehlo=mail.example.org"
            + "&connections=50&messages-per-connection=7&dot-timeout=900&idle-timeout=5"
        let route = try SMTPRouteSettings(parsing: url, hostName: "box")
        #expect(route.host == "relay.example.org" && route.port == 2525)
        #expect(!route.isTLSFirst && route.startTLS == .required)
        #expect(route.credentials?.user == "ada@example.org" && route.credentials?.secret == "p/w:")
        #expect(route.credentials?.mechanism == .login)
        #expect(route.ehloName == "mail.example.org")
        #expect(route.connections == 50 && route.messagesPerConnection == 7)
        #expect(route.timeouts.dot == .seconds(900) && route.idleTimeout == .seconds(5))
        #expect(route.description == "smtp://relay.example.org:2525")
    }

    @Test func `ports and names have defaults`() throws {
        let secure = try SMTPRouteSettings(parsing: "smtps://relay.example.org", hostName: "mail.example.org")
        #expect(secure.port == 465 && secure.isTLSFirst && secure.ehloName == "mail.example.org")
        let plain = try SMTPRouteSettings(parsing: "smtp://[::1]?starttls=off", hostName: "box")
        #expect(plain.port == 587 && plain.host == "::1" && plain.ehloName == "localhost")
        #expect(plain.description == "smtp://[::1]:587")
        let token = try SMTPRouteSettings(parsing: "smtps://a@b.test?auth=XOAUTH2", password: "t", hostName: "m.test")
        #expect(token.credentials?.secret == "t")
    }

    typealias Row = (url: String, problem: String)

    static let bad: [Row] = [
        ("relay", "not a URL"), ("http://relay.test", "use smtp:// or smtps://"),
        ("smtp://relay.test/path", "a path has no meaning"), ("smtp://relay.test:0", "port 0"),
        ("smtp://relay.test?starttls=maybe", "use required, opportunistic or off"),
        ("smtps://relay.test?starttls=off", "smtps has TLS from the start"),
        ("smtp://a:b@relay.test?starttls=off", "without verified TLS"),
        ("smtp://a:b@relay.test?starttls=opportunistic", "without verified TLS"),
        ("smtp://a:b@relay.test?starttls=off&plaintext-auth=yes", "without verified TLS"),
        ("smtp://a@relay.test", "the password is empty"), ("smtp://:b@relay.test", "a password without a user"),
        ("smtp://a:b@relay.test?auth=CRAM-MD5", "use PLAIN, LOGIN"), ("smtp://relay.test?auth=PLAIN", "put user"),
        ("smtp://relay.test?ehlo=box", "not fully qualified"), ("smtp://relay.test?ehlo=a.b%0d%0aRSET", "not fully"),
        ("smtp://relay.test?ehlo=localhost", "not fully qualified"),
        ("smtp://relay.test?connections=0", "connections 0"), ("smtp://relay.test?connections=1O", "whole number"),
        ("smtp://relay.test?messages-per-connection=0", "less than 1"), ("smtp://relay.test?colour=red", "unknown"),
        ("smtp://relay.test?dot-timeout=0", "whole seconds"), ("smtp://relay.test?ca=/nowhere.pem", "No such file"),
        ("smtp://relay.test?plaintext-auth=no", "leave it out"),
    ]

    @Test(arguments: bad)
    func `a bad URL says what to do`(row: Row) {
        let error = #expect(throws: SMTPSettingsError.self) {
            try SMTPRouteSettings(parsing: row.url, hostName: "mail.example.org")
        }
        #expect(error?.description.contains(row.problem) == true, "\(error?.description ?? "")")
    }

    @Test func `all problems come at once`() {
        let error = #expect(throws: SMTPSettingsError.self) {
            try SMTPRouteSettings(parsing: "smtp://a:hush@b.test?starttls=off&x=1&connections=0", hostName: "box")
        }
        #expect(error?.problems.count == 4)
        #expect(error?.description.contains("hush") == false)
    }

    @Test func `secrets are not printed`() throws {
        let route = try SMTPRouteSettings(parsing: "smtps://ada:hush@b.test", hostName: "m.test")
        var text = "\(route) \(String(reflecting: route)) \(String(describing: route.credentials))"
        dump(route, to: &text)
        #expect(!text.contains("hush"))
    }

    @Test func `a password in plain text needs loopback and a word`() throws {
        let url = "smtp://a:b@127.0.0.1?starttls=off&plaintext-auth=yes&ehlo=m.test"
        #expect(try SMTPRouteSettings(parsing: url).allowsPlaintextAuth)
    }

    @Test func `a transport does not start with bad settings`() {
        var route = SMTPRouteSettings.plain(25)
        route.credentials = .init(user: "a", secret: "b")
        #expect(throws: SMTPSettingsError.self) { try SMTPTransport(route, fence: .open) }
    }
}
