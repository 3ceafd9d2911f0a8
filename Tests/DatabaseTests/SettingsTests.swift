import DatabaseClient
import Testing

@Suite struct SettingsTests {
    static let accepted: [(url: String, shown: String, because: Comment)] = [
        ("postgresql://u:p@localhost/d", "postgresql://u@localhost:5432/d?sslmode=disable", "loopback by name"),
        ("postgres://u@127.1.2.3:6000/d", "postgresql://u@127.1.2.3:6000/d?sslmode=disable", "127/8 is loopback"),
        ("postgresql://u@[::1]:6000/d", "postgresql://u@::1:6000/d?sslmode=disable", "loopback, IPv6"),
        (
            "postgresql://u@/d?host=/run/postgresql", "postgresql://u@/run/postgresql:5432/d?sslmode=disable",
            "a socket, as libpq's option"
        ),
        (
            "postgresql://u@%2Frun%2Fpostgresql/d", "postgresql://u@/run/postgresql:5432/d?sslmode=disable",
            "a socket, encoded"
        ),
        (
            "postgresql://u@db.example/d?sslrootcert=/ca.pem", "postgresql://u@db.example:5432/d?sslmode=verify-full",
            "another host is verified in full when nobody says otherwise"
        ),
        (
            "postgresql://u@localhost/d?sslrootcert=/ca.pem", "postgresql://u@localhost:5432/d?sslmode=verify-full",
            "whoever gives a certificate means it"
        ),
        (
            "postgresql://u@db.example/d?sslmode=require", "postgresql://u@db.example:5432/d?sslmode=require",
            "weaker, but said"
        ),
        (
            "postgresql://u@db.example/d?sslmode=disable", "postgresql://u@db.example:5432/d?sslmode=disable",
            "weaker, but said"
        ),
        ("postgresql://%75%C3%BC@localhost/d%20e", "postgresql://uü@localhost:5432/d e?sslmode=disable", "encoded"),
    ]

    @Test(arguments: accepted)
    func `a URL is read`(row: (url: String, shown: String, because: Comment)) throws {
        #expect(try PostgresSettings(parsing: row.url).description == row.shown, row.because)
    }

    static let refused: [(url: String, says: String)] = [
        ("mysql://u@localhost/d", "must begin with postgresql://"),
        ("host=localhost user=u", "must begin with postgresql://"),
        ("postgresql://localhost/d", "the user is missing"),
        ("postgresql://u@localhost", "the database is missing"),
        ("postgresql://u@localhost/", "the database is missing"),
        ("postgresql://u@/d", "the host is missing"),
        ("postgresql://u@localhost:0/d", "the port must be"),
        ("postgresql://u@localhost:54321x/d", "the port must be"),
        ("postgresql://u@localhost:/d", "the port must be"),
        ("postgresql://u@a,b/d?sslmode=disable", "only one host"),
        ("postgresql://u@localhost/d?sslmode=prefer", "sslmode must be one of"),
        ("postgresql://u@localhost/d?sslmode=allow", "sslmode must be one of"),
        ("postgresql://u@localhost/d?sslmode", "option sslmode has no value"),
        ("postgresql://u@localhost/d?sslmode=disable&sslmode=require", "given twice"),
        ("postgresql://u@localhost/d?sslmod=disable", "option sslmod is unknown"),
        ("postgresql://u@localhost/d?options=-cfsync%3Doff", "option options is unknown"),
        ("postgresql://u@localhost/d?connect_timeout=1O", "connect_timeout must be"),
        ("postgresql://u@localhost/d?connect_timeout=0", "connect_timeout must be"),
        ("postgresql://u@db.example/d", "needs sslrootcert"),
        ("postgresql://u@localhost.example/d", "needs sslrootcert"),
        ("postgresql://u@127.0.0.1.example/d", "needs sslrootcert"),
        ("postgresql://u@localhost/d?host=/tmp", "named twice"),
        ("postgresql://u@/d?host=/tmp&sslmode=require", "socket has no TLS"),
        ("postgresql://u:se%cret@localhost/d", "the password has a %"),
        ("postgresql://u:a%00b@localhost/d", "NUL"),
        ("postgresql://u:%FF@localhost/d", "the password is not UTF-8"),
    ]

    @Test(arguments: refused)
    func `a URL that is not clear is refused, and its password not told`(row: (url: String, says: String)) {
        let error = #expect(throws: PostgresSettings.Malformed.self) { try PostgresSettings(parsing: row.url) }
        #expect(error?.description.contains(row.says) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("cret") == false)
    }

    @Test func `all problems are told at once`() {
        let error = #expect(throws: PostgresSettings.Malformed.self) {
            try PostgresSettings(parsing: "postgresql://localhost:x/?colour=red&connect_timeout=x")
        }
        #expect(error?.problems.count == 5, "\(error?.problems ?? [])")
    }

    @Test func `the password appears in no text of the settings`() throws {
        let settings = try PostgresSettings(parsing: "postgresql://u:se%63ret@localhost/d")
        #expect(settings.password == "secret")
        var dumped = ""
        dump(settings, to: &dumped)
        for text in [
            "\(settings)", String(reflecting: settings), dumped, "\([settings])", "\(Optional(settings) as Any)",
        ] {
            #expect(!text.contains("secret"))
        }
    }
}
