import Testing

@testable import DevProgram

@Suite struct ReportTests {
    @Test func `of a long run the issues are told at its end, each with what the test said`() {
        let log = [
            "◇ Test run started.", "◇ Test good() started.", "noise", "✔ Test good() passed after 0.1 seconds.",
            "✘ Test bad() recorded an issue at A.swift:1:2: Expectation failed: a == b", "↳ because of this",
            "↳ and that",
            "◇ Test other() started.", "not of the issue", "✘ Test bad() failed after 0.2 seconds with 1 issue.",
            "✘ Test run with 3 tests in 1 suite failed after 1 second with 1 issue.",
        ]
        #expect(TestFailures.lines(of: log) == Array(log[4...6]))
    }

    @Test func `a run that was cut off names what began and never ended`() {
        let log = [
            "◇ Test run started.", "◇ Suite Servers started.", "◇ Test hangs() started.", "◇ Test ends() started.",
            "◇ Test case passing 1 argument x → 1 to table(x:) started.", "◇ Test table(x:) started.",
            "✔ Test table(x:) with 2 test cases passed after 0.1 seconds.",
            "✘ Test ends() failed after 0.2 seconds with 1 issue.", "A.swift:3: Fatal error: index out of range",
            "*** Program crashed: Illegal instruction at 0x1 ***", "", "Thread 9 crashed:", "  0 f(_:) in A.swift:3:1",
            "Backtrace took 0.01s", "noise", "error: Exited with unexpected signal code 5",
        ]
        #expect(
            TestFailures.lines(of: log) == [
                "never ended: Test hangs()", "never ended: Suite Servers", log[8], log[15], log[9], log[11], log[12],
            ]
        )
    }

    @Test func `a long line is cut, and of many lines the last are told`() {
        let issue = "✘ Test bad() recorded an issue: " + String(repeating: "x", count: 2_000)
        let lines = TestFailures.lines(of: Array(repeating: issue, count: 100) + ["✘ Test run with 1 test failed"])
        #expect(lines.count == 60)
        #expect(lines.allSatisfy { $0.count == 1_001 && $0.hasSuffix("…") })
    }

    @Test func `the demo's recipients have every behaviour, and what comes back is known beforehand`() {
        let rows = DemoContacts.text(1_000).split(separator: "\n")
        #expect(rows[0] == "email,name,city,code")
        #expect(rows.count == 1_001)
        #expect(rows[1] == "reader-1@station-1.example,Björn,Córdoba,V-000001")
        let counts = ["reject-", "defer-once-", "bounce-5", "bounce-later-", "autoreply+", "unsubscribe+", "complain+"]
            .map { start in rows.count { $0.hasPrefix(start) } }
        #expect(counts == [10, 20, 5, 5, 10, 10, 1])
        #expect(DemoContacts.expectedReturns(1_000) == 10 + 5 + 5 + 10 + 1)
    }

    @Test func `programs are stopped in the order that loses least`() {
        let programs = ["web": 1, "simulator": 2, "worker-2": 3, "producer": 4, "worker-1": 5, "inbound": 6]
        #expect(
            ProgramGroup.sorted(programs).map(\.0) == [
                "producer", "worker-1", "worker-2", "web", "inbound", "simulator",
            ]
        )
    }

    @Test func `a figure is found by its path, and a missing one is told with the report`() throws {
        let figures = try #require(JSONFigures(#"{"balanced": true, "opens": {"unique": 7, "total": null}}"#))
        #expect(try figures.bool("balanced"))
        #expect(try figures.number("opens", "unique") == 7)
        let missing = try #require(throws: Failure.self) { try figures.number("opens", "total") }
        #expect(missing.description.contains("opens.total"))
        #expect(JSONFigures("no JSON") == nil)
    }
}
