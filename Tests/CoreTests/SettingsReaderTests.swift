import Core
import Testing

@Suite struct SettingsReaderTests {
    /// The settings of a worker that has everything it needs.
    static let complete: [String: String] = [
        "VEREDUS_DATABASE_URL": "postgresql://worker:hidden@127.0.0.1/veredus",
        "VEREDUS_AMQP_URL": "amqp://guest:hidden@127.0.0.1",
        "VEREDUS_SMTP_URL": "smtp://127.0.0.1:2525",
        "VEREDUS_TOKEN_KEYS": "1:\(String(repeating: "a1", count: 32)),2:\(String(repeating: "B2", count: 32))",
        "VEREDUS_ADDRESS_KEY": "7:\(String(repeating: "0f", count: 32))",
        "VEREDUS_TRACKING_URL": "https://news.example.net/",
        "VEREDUS_BOUNCE_DOMAIN": "bounces.example.net",
        "VEREDUS_EHLO_NAME": "Sender.Example.net",
    ]

    struct Everything {
        let database: DatabaseSettings
        let broker: BrokerInputs
        let smtp: SMTPInputs
        let keys: KeySettings
        let producer: ProducerSettings
        let worker: WorkerSettings

        init(_ settings: [String: String], files: [String: String] = [:]) throws(SettingsError) {
            var values: [SettingName: SettingText] = [:]
            for (name, text) in settings {
                guard let name = SettingName(rawValue: name) else { continue }
                values[name] = SettingText(text: text, origin: "environment")
            }
            var reader = SettingsReader(values: values) { path throws(SettingsReader.UnreadableFile) in
                guard let text = files[path] else { throw .init(reason: "No such file or directory") }
                return text
            }
            database = DatabaseSettings(reading: &reader)
            broker = BrokerInputs(reading: &reader)
            smtp = SMTPInputs(reading: &reader)
            keys = KeySettings(reading: &reader)
            producer = ProducerSettings(reading: &reader)
            worker = WorkerSettings(reading: &reader)
            try reader.finish()
        }
    }

    @Test func `what is not set takes its documented default`() throws {
        let read = try Everything(Self.complete)
        #expect(read.smtp.startTLS == .required)
        #expect(read.smtp.connections == 20)
        #expect(read.broker.queueType == .quorum)
        #expect(read.worker.lanes == ["default"])
        #expect(read.worker.retries == RetrySchedule(firstSeconds: 60, attempts: 12))
        #expect(read.worker.graceSeconds == 25)
        #expect(read.worker.messages.trackingURL == "https://news.example.net")
        #expect(read.smtp.ehloName == "sender.example.net")
        #expect(read.producer.jobsPerMessage == 32)
    }

    @Test func `the first token key signs and each keeps its number`() throws {
        let keys = try Everything(Self.complete).keys
        #expect(keys.tokenKeys.map(\.number) == [1, 2])
        #expect(
            keys.tokenKeys.map(\.bytes) == [[UInt8](repeating: 0xA1, count: 32), [UInt8](repeating: 0xB2, count: 32)]
        )
        #expect(keys.addressKey == NumberedKey(number: 7, bytes: [UInt8](repeating: 0x0F, count: 32)))
    }

    static let refused: [(name: String, value: String, because: Comment)] = [
        ("VEREDUS_SMTP_CONNECTIONS", "10O", "a letter O is no digit, and must not become the default"),
        ("VEREDUS_SMTP_CONNECTIONS", "0", "nothing would ever be sent"),
        ("VEREDUS_SMTP_CONNECTIONS", "1001", "above the range"),
        ("VEREDUS_SMTP_CONNECTIONS", "+5", "a sign is not part of the format"),
        ("VEREDUS_SMTP_CONNECTIONS", " 5", "nor is a blank"),
        ("VEREDUS_SMTP_CONNECTIONS", "", "an empty value is neither set nor left out"),
        ("VEREDUS_SMTP_STARTTLS", "Required", "the words are written as documented"),
        ("VEREDUS_QUEUE_TYPE", "stream", "not a queue for jobs"),
        ("VEREDUS_JOBS_PER_MESSAGE", "1.5", "half a job"),
        ("VEREDUS_RETRY_FIRST", "0.05", "below the range"),
        ("VEREDUS_RETRY_FIRST", "nan", "no number"),
        ("VEREDUS_RETRY_FIRST", "1e3", "no exponent"),
        ("VEREDUS_RETRY_FIRST", "1.2.3", "two dots"),
        ("VEREDUS_GRACE", "ten", "no number"),
        ("VEREDUS_INSTANCE", "../../etc", "it is part of a folder's name"),
        ("VEREDUS_INSTANCE", String(repeating: "1", count: 65), "too long for one"),
        ("VEREDUS_LANES", "default,,slow", "a name is missing"),
        ("VEREDUS_LANES", "slow,slow", "twice the same queue"),
        ("VEREDUS_LANES", "Slow", "the schema has lower case"),
        ("VEREDUS_LANES", "-slow", "the schema has no hyphen first"),
        ("VEREDUS_TRACKING_URL", "http://news.example.net", "tokens must not cross the network in clear"),
        ("VEREDUS_TRACKING_URL", "https://news.example.net/?a=b", "a path is appended"),
        ("VEREDUS_TRACKING_URL", "https://user@news.example.net", "no log-in in a link"),
        ("VEREDUS_TRACKING_URL", "news.example.net", "no scheme"),
        ("VEREDUS_TRACKING_URL", "https://", "no host"),
        ("VEREDUS_TRACKING_URL", "https://news.example.net:99999", "no such port"),
        ("VEREDUS_TRACKING_URL", "http://localhost.evil.example", "begins like this machine and is another"),
        ("VEREDUS_BOUNCE_DOMAIN", "localhost", "RFC 5321 §2.3.5: a domain is written in full"),
        ("VEREDUS_EHLO_NAME", "10.0.0.1", "an address is not a name"),
        ("VEREDUS_EHLO_NAME", "a_b.example.net", "no underscore in a host name"),
        ("VEREDUS_EHLO_NAME", "sender.example.net\r\nMAIL", "a line end would be a command of its own"),
        ("VEREDUS_SMTP_PASSWORD", "secret", "a password without a user"),
    ]

    @Test(arguments: refused)
    func `a bad value is an error and never a default`(row: (name: String, value: String, because: Comment)) {
        var settings = Self.complete
        settings[row.name] = row.value
        let error = #expect(throws: SettingsError.self, row.because) { try Everything(settings) }
        #expect(error?.problems.count == 1, row.because)
        let name = row.name == "VEREDUS_SMTP_PASSWORD" ? "VEREDUS_SMTP_USER" : row.name
        #expect(error?.problems.first?.name == name, row.because)
    }

    static let allowed: [(name: String, value: String, because: Comment)] = [
        ("VEREDUS_TRACKING_URL", "http://127.0.0.1:8080", "this machine needs no certificate"),
        ("VEREDUS_TRACKING_URL", "http://[::1]:8080/t", "nor by its other address"),
        ("VEREDUS_TRACKING_URL", "https://news.example.net:8443/a/b", "a port and a path"),
        ("VEREDUS_LANES", "default, slow-1", "a blank after the comma is what people write"),
        ("VEREDUS_RETRY_FIRST", "0.1", "the lower end"),
        ("VEREDUS_GRACE", "0", "no grace at all"),
        ("VEREDUS_INSTANCE", "mx-1.b\\x2d", "as systemd writes it"),
    ]

    @Test(arguments: allowed)
    func `a good value is taken`(row: (name: String, value: String, because: Comment)) {
        var settings = Self.complete
        settings[row.name] = row.value
        #expect(throws: Never.self, row.because) { try Everything(settings) }
    }

    /// What a producer does is in transactions: it may be killed at any moment, and a grace would promise nothing.
    @Test func `the producer asks for no grace`() throws {
        let grace = [SettingName.grace: SettingText(text: "no number", origin: "environment")]
        var reader = SettingsReader(values: grace) { _ throws(SettingsReader.UnreadableFile) in "" }
        _ = ProducerSettings(reading: &reader)
        try reader.finish()
    }

    static let badKeys: [(value: String, because: Comment)] = [
        (String(repeating: "a1", count: 32), "no number"),
        ("0:\(String(repeating: "a1", count: 32))", "numbers begin at 1"),
        ("256:\(String(repeating: "a1", count: 32))", "does not fit one byte"),
        ("1:\(String(repeating: "a1", count: 31))", "too short"),
        ("1:\(String(repeating: "g1", count: 32))", "no hexadecimal digit"),
        ("1:\(String(repeating: "a1", count: 32)),1:\(String(repeating: "b2", count: 32))", "two keys of one number"),
        ("1:\(String(repeating: "a1", count: 32)),", "an empty key"),
    ]

    @Test(arguments: badKeys)
    func `a bad key is refused and never shown`(row: (value: String, because: Comment)) {
        var settings = Self.complete
        settings["VEREDUS_TOKEN_KEYS"] = row.value
        let error = #expect(throws: SettingsError.self, row.because) { try Everything(settings) }
        #expect(error?.problems.map(\.value) == [nil], row.because)
        #expect(error.map { !"\($0)".contains("a1a1") } == true, row.because)
    }

    @Test func `all problems come in one error, without a secret in it`() {
        let error = #expect(throws: SettingsError.self) {
            try Everything([
                "VEREDUS_SMTP_CONNECTIONS": "10O", "VEREDUS_SMTP_PASSWORD": "hunter2", "VEREDUS_GRACE": "x",
            ])
        }
        let names = error?.problems.map(\.name) ?? []
        #expect(names.count == Set(names).count)
        for name in Self.complete.keys { #expect(names.contains(name)) }
        #expect(names.contains("VEREDUS_SMTP_CONNECTIONS"))
        #expect(names.contains("VEREDUS_GRACE"))
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("VEREDUS_SMTP_CONNECTIONS=10O (environment): must be a whole number from 1 to 1000"))
        #expect(!text.contains("hunter2"))
    }

    @Test func `a secret in a file loses its line end`() throws {
        var settings = Self.complete
        settings["VEREDUS_SMTP_USER"] = "mailer"
        settings["VEREDUS_SMTP_PASSWORD_FILE"] = "/run/secrets/smtp"
        #expect(try Everything(settings, files: ["/run/secrets/smtp": "p w\n"]).smtp.password == "p w")
    }

    static let badFiles: [(settings: [String: String], files: [String: String], because: Comment)] = [
        (["VEREDUS_SMTP_PASSWORD_FILE": "/none"], [:], "no such file"),
        (["VEREDUS_SMTP_PASSWORD_FILE": "/f"], ["/f": "\n"], "an empty file"),
        (["VEREDUS_SMTP_PASSWORD_FILE": "/f"], ["/f": "one\ntwo\n"], "two lines"),
        (["VEREDUS_SMTP_PASSWORD_FILE": "/f", "VEREDUS_SMTP_PASSWORD": "x"], ["/f": "y"], "two passwords"),
    ]

    @Test(arguments: badFiles)
    func `a file for a secret must hold one`(
        row: (settings: [String: String], files: [String: String], because: Comment)
    ) {
        var settings = Self.complete
        settings["VEREDUS_SMTP_USER"] = "mailer"
        settings.merge(row.settings) { _, new in new }
        let error = #expect(throws: SettingsError.self, row.because) { try Everything(settings, files: row.files) }
        #expect(error?.problems.map(\.name) == ["VEREDUS_SMTP_PASSWORD_FILE"], row.because)
    }

    @Test func `another parser's error becomes a problem of the setting`() {
        var reader = SettingsReader(
            values: [.databaseURL: SettingText(text: "mysql://root:hidden@db", origin: "environment")]
        ) { _ throws(SettingsReader.UnreadableFile) in "" }
        struct NotOurs: Error, CustomStringConvertible { let description = "must begin with postgresql://" }
        let parsed: Int? = reader.parsed(.databaseURL, example: "x") { _ in throw NotOurs() }
        #expect(parsed == nil)
        let error = #expect(throws: SettingsError.self) { _ = try reader.finished(parsed) }
        #expect(
            error?.problems.map(\.description) == ["VEREDUS_DATABASE_URL (environment): must begin with postgresql://"]
        )
    }
}
