import Core
import Testing

@Suite struct SettingsFileTests {
    @Test func `names and values are read, comments and blank lines are not`() {
        let file = SettingsFile(
            parsing: "\u{FEFF}# a comment\r\n\r\nVEREDUS_GRACE = 5 \r\n\tVEREDUS_SMTP_USER=a=b#c\n",
            path: "x.env"
        )
        #expect(file.problems.isEmpty)
        #expect(
            file.values == [
                "VEREDUS_GRACE": SettingText(text: "5", origin: "x.env:3"),
                "VEREDUS_SMTP_USER": SettingText(text: "a=b#c", origin: "x.env:4"),
            ]
        )
    }

    static let refused: [(text: String, says: String, because: Comment)] = [
        ("VEREDUS_SMTP_CONECTIONS=5", "did you mean VEREDUS_SMTP_CONNECTIONS?", "one message is missing"),
        ("veredus_grace=5", "unknown setting", "names are upper case"),
        ("PATH=/bin", "unknown setting", "not ours, so it has no effect here"),
        ("VEREDUS_GRACE", "not NAME=VALUE", "no value"),
        ("VEREDUS_GRACE=\"5\"", "quotation mark", "systemd would take them off, a container would not"),
        ("VEREDUS_GRACE=5\nVEREDUS_GRACE=6", "already set in x.env:1", "which of the two would depend on the reader"),
    ]

    @Test(arguments: refused)
    func `a line that would be misread is refused`(row: (text: String, says: String, because: Comment)) {
        let problems = SettingsFile(parsing: row.text, path: "x.env").problems.map(\.description)
        #expect(problems.count == 1, row.because)
        #expect(problems.first?.contains(row.says) == true, row.because)
        #expect(problems.first?.contains("x.env:") == true, row.because)
    }

    @Test func `a refused line's value is not repeated`() {
        let problems = SettingsFile(parsing: "VEREDUS_SMTP_PASSWROD=hunter2", path: "x.env").problems
        #expect(problems.map { $0.description.contains("hunter2") } == [false])
        #expect(problems.first?.description.contains("VEREDUS_SMTP_PASSWORD?") == true)
    }
}
