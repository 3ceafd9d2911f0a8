import DatabaseClient
import MailSimulator
import TestKit
import Testing

@testable import Admin

@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct DoctorTests {
    @Test func `every part is looked at although another one fails`() async throws {
        try await Tool.with { tool in
            let simulator = try await MailSimulator.start()
            let outcome = await tool.run(
                ["doctor"],
                setting: ["VEREDUS_SMTP_URL": "smtp://127.0.0.1:\(simulator.port)"]
            )
            #expect(outcome.status == 69)
            #expect(outcome.output.contains("ok       settings"))
            #expect(outcome.output.contains("ok       database"))
            #expect(outcome.output.contains("PROBLEM  broker"))
            #expect(outcome.output.contains("ok       mail route"))
            #expect(outcome.output.contains("PIPELINING"))
            #expect(outcome.errors.contains("1 problem"))
            try await simulator.stop()
        }
    }

    @Test func `bad settings have their own exit code, and what is left is still looked at`() async throws {
        try await Tool.with { tool in
            let outcome = await tool.run(
                ["doctor", "--json"],
                setting: ["VEREDUS_SMTP_CONNECTIONS": "10O", "VEREDUS_AMQP_URL": nil]
            )
            #expect(outcome.status == 78)
            #expect(outcome.json("ok") == "false")
            #expect(outcome.output.contains("VEREDUS_SMTP_CONNECTIONS=10O"))
            #expect(outcome.output.contains("VEREDUS_AMQP_URL: is not set"))
            #expect(outcome.output.contains(#""part":"database","verdict":"ok""#))
            #expect(!outcome.output.contains(Tool.addressKey))
        }
    }

    @Test func `a token key that is not the one of its number is named, and signs and verifies nothing`() async throws {
        try await Tool.with { tool in
            let unused = await tool.run("doctor")
            #expect(
                unused.output.contains("no program has started with token key 1 yet"),
                "\(unused.output)"
            )
            let mail = tool.file("mail", "From: a@b.example\n\nHello\n")
            let taken = await tool.run("inbound", "ingest", mail)
            #expect(taken.status == 0, "\(taken.errors)")
            let known = await tool.run("doctor")
            #expect(known.output.contains("token keys 1 match every program's"), "\(known.output)")
            let other = ["VEREDUS_TOKEN_KEYS": "2:\(Tool.addressKey),1:\(String(repeating: "99", count: 32))"]
            let doctor = await tool.run(["doctor"], setting: other)
            #expect(
                doctor.output.contains("VEREDUS_TOKEN_KEYS: key 1 is not the one"),
                "\(doctor.output)"
            )
            #expect(doctor.output.contains("token key 2 yet"))
            #expect(!doctor.output.contains("9999"))
            let refused = await tool.run(["inbound", "ingest", mail], setting: other)
            #expect(refused.status == 78)
            #expect(refused.errors.contains("Set the same key 1 for every program"), "\(refused.errors)")
        }
    }

    @Test func `a database that cannot keep walls or keys is named`() async throws {
        try await Tool.with { tool in
            await tool.run(
                "contacts",
                "import",
                tool.file("a.csv", "email\na@example.org\n"),
                "--account",
                "acme",
                "--list",
                "news"
            )
            let key = await tool.run(
                ["doctor"],
                setting: ["VEREDUS_ADDRESS_KEY": "1:\(String(repeating: "ff", count: 32))"]
            )
            #expect(key.output.contains("PROBLEM  keys"))
            let number = await tool.run(["doctor"], setting: ["VEREDUS_ADDRESS_KEY": "2:\(Tool.addressKey)"])
            #expect(number.output.contains("has hashes of key 1"))
            for other in ["2:\(Tool.addressKey)", "2:\(String(repeating: "ff", count: 32))"] {
                let added = await tool.run(
                    ["suppressions", "add", "--account", "acme", "b@example.org", "--reason", "test"],
                    setting: ["VEREDUS_ADDRESS_KEY": other]
                )
                #expect(added.status == 78, "a new number is no other key's excuse: \(added.errors)")
                #expect(added.errors.contains("VEREDUS_ADDRESS_KEY 2 is not the key"), "\(added.errors)")
            }
            let again = await tool.run(["doctor"], setting: ["VEREDUS_ADDRESS_KEY": "2:\(Tool.addressKey)"])
            #expect(again.output.contains("has hashes of key 1"), "what was refused is not noted")
            let owner = await tool.run(["doctor"], setting: ["VEREDUS_DATABASE_URL": tool.database.url(role: .owner)])
            #expect(owner.output.contains("bypass row level security"))
        }
    }
}
