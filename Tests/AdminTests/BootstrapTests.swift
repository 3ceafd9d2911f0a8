import Bootstrap
import Core
import Glibc
import Testing

@Suite struct BootstrapTests {
    /// A file that is removed with the test.
    private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let path = "/tmp/veredus-settings-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).env"
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
        defer { unlink(path) }
        try body(path)
    }

    static let modes: [(mode: mode_t, setting: String, isSaid: Bool, because: Comment)] = [
        (0o600, "VEREDUS_SMTP_PASSWORD=x\n", false, "its owner's alone"),
        (0o640, "VEREDUS_SMTP_PASSWORD=x\n", false, "a group that somebody chose"),
        (0o644, "VEREDUS_SMTP_PASSWORD=x\n", true, "everybody's"),
        (0o644, "VEREDUS_LOST_AFTER=5\n", false, "there is no secret in it"),
    ]

    @Test(arguments: modes)
    func `a settings file with a secret that everybody can read is said`(
        row: (mode: mode_t, setting: String, isSaid: Bool, because: Comment)
    ) throws {
        try withFile(row.setting) { path in
            chmod(path, row.mode)
            let secrets = SecretFiles()
            _ = try Bootstrap.settings(file: path, environment: [:], secrets: secrets)
            #expect(secrets.paths == (row.isSaid ? [path] : []), row.because)
        }
    }

    @Test func `a file that a setting names for its secret is looked at, too`() throws {
        try withFile("hush\n") { path in
            chmod(path, 0o644)
            let secrets = SecretFiles()
            var reader = try Bootstrap.settings(
                file: nil,
                environment: ["VEREDUS_SMTP_PASSWORD_FILE": path],
                secrets: secrets
            )
            #expect(reader.secret(.smtpPassword, file: .smtpPasswordFile) == "hush")
            #expect(secrets.paths == [path])
        }
    }

    @Test func `the environment comes before the file`() throws {
        try withFile("VEREDUS_LOST_AFTER=5\nVEREDUS_JOBS_PER_MESSAGE=7\n") { path in
            var reader = try Bootstrap.settings(file: path, environment: ["VEREDUS_LOST_AFTER": "7"])
            let settings = ProducerSettings(reading: &reader)
            try reader.finish()
            #expect(settings.lostAfterSeconds == 7)
            #expect(settings.jobsPerMessage == 7)
        }
    }

    static let stateFolders: [(file: String, unit: String?, folder: String?, because: Comment)] = [
        ("", nil, nil, "none is kept unless somebody says where"),
        ("", "/var/lib/veredus", "/var/lib/veredus", "systemd tells a unit its StateDirectory"),
        ("", "/var/lib/veredus:/var/lib/more", "/var/lib/veredus", "the first of several"),
        ("VEREDUS_STATE_DIRECTORY=/srv/state\n", "/var/lib/veredus", "/srv/state", "what was set before stays"),
    ]

    @Test(arguments: stateFolders)
    func `under systemd the state folder is the unit's, unless another is set`(
        row: (file: String, unit: String?, folder: String?, because: Comment)
    ) throws {
        try withFile("VEREDUS_LOST_AFTER=5\n\(row.file)") { path in
            let environment = row.unit.map { ["STATE_DIRECTORY": $0] } ?? [:]
            var reader = try Bootstrap.settings(file: path, environment: environment)
            let settings = ProducerSettings(reading: &reader)
            try reader.finish()
            #expect(settings.state.machineFolder == row.folder, row.because)
        }
    }

    @Test func `a problem names the place where the value stands`() throws {
        try withFile("VEREDUS_LOST_AFTER=x\n") { path in
            var reader = try Bootstrap.settings(
                file: nil,
                environment: [
                    "VEREDUS_SETTINGS": path, "VEREDUS_JOBS_PER_MESSAGE": "y",
                ]
            )
            _ = ProducerSettings(reading: &reader)
            let error = #expect(throws: SettingsError.self) { try reader.finish() }
            #expect(error?.problems.map(\.origin) == ["environment", "\(path):1"])
        }
    }

    @Test func `a settings file that cannot be read is an error`() {
        let error = #expect(throws: SettingsError.self) {
            try Bootstrap.settings(file: "/none/x.env", environment: [:])
        }
        #expect(error.map { "\($0)" }?.contains("--settings=/none/x.env: cannot be read: No such file") == true)
    }

    @Test func `what is wrong with the file comes with what is wrong with the values`() throws {
        try withFile("VEREDUS_LOST_AFTER=x\nVEREDUS_LOST_AFTERS=1\n") { path in
            var reader = try Bootstrap.settings(file: path, environment: [:])
            _ = ProducerSettings(reading: &reader)
            let error = #expect(throws: SettingsError.self) { try reader.finish() }
            #expect(error?.problems.map(\.name) == ["VEREDUS_LOST_AFTERS", "VEREDUS_LOST_AFTER"])
        }
    }
}
