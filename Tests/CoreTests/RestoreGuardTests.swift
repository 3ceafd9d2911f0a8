import Core
import Testing

private let ours = "6b1f0c1e-0000-4000-8000-000000000001"

@Suite struct RestoreGuardTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let because: Comment
        var stored = RestoreGuard(installation: ours, systemIdentifier: 7, timeline: 1, generation: 100)
        var server = RestoreGuard(installation: ours, systemIdentifier: 7, timeline: 1, generation: 0)
        var restoreGuards: [RestoreGuard] = []
        /// Words of the refusal; `nil` where it goes on.
        let says: String?

        var testDescription: String { because.rawValue }
    }

    static let cases: [Case] = [
        Case(because: "nobody remembers anything: a first start, or a wiped broker", says: nil),
        Case(
            because: "everybody remembers this one, as it was",
            restoreGuards: [
                RestoreGuard(installation: ours, systemIdentifier: 7, timeline: 1, generation: 100),
                RestoreGuard(installation: ours, systemIdentifier: 7, timeline: 1, generation: 3),
            ],
            says: nil
        ),
        Case(
            because: "restored from before: a restore guard is ahead",
            restoreGuards: [
                RestoreGuard(installation: ours, systemIdentifier: 7, timeline: 1, generation: 99),
                RestoreGuard(installation: ours, systemIdentifier: 7, timeline: 1, generation: 101),
            ],
            says: "place 2 remembers its generation 101, and it is at 100"
        ),
        Case(
            because: "a dump in another cluster",
            server: RestoreGuard(installation: ours, systemIdentifier: 8, timeline: 1, generation: 0),
            says: "copied or restored from a dump"
        ),
        Case(
            because: "a promoted standby, or a recovery to a point in time",
            server: RestoreGuard(installation: ours, systemIdentifier: 7, timeline: 2, generation: 0),
            says: "promoted or recovered"
        ),
        Case(
            because: "a journal had opt-outs that it lacked: no other restore guard need be left",
            stored: RestoreGuard(
                installation: ours,
                systemIdentifier: 7,
                timeline: 1,
                generation: 100,
                journalAhead: "host/veredus-web"
            ),
            says: "the journal host/veredus-web had opt-outs"
        ),
        Case(
            because: "another installation's: this one was made anew and has nothing to send twice",
            restoreGuards: [
                RestoreGuard(
                    installation: "6b1f0c1e-0000-4000-8000-000000000002",
                    systemIdentifier: 7,
                    timeline: 1,
                    generation: 101
                )
            ],
            says: nil
        ),
        Case(
            because: "adopted since: what is remembered of the cluster before is older",
            restoreGuards: [RestoreGuard(installation: ours, systemIdentifier: 8, timeline: 3, generation: 99)],
            says: nil
        ),
    ]

    @Test(arguments: cases)
    func `a database that may have forgotten what was sent is refused`(row: Case) {
        let places = row.restoreGuards.enumerated().map { (place: "place \($0.offset + 1)", restoreGuard: $0.element) }
        let strange = RestoredDatabaseFound.judge(row.stored, on: row.server, places)
        #expect((strange == nil) == (row.says == nil), row.because)
        if let says = row.says {
            #expect(strange?.description.contains(says) == true, "\(strange?.description ?? "")")
            #expect(strange?.description.contains("veredus doctor --adopt") == true, "says what to do")
        }
    }

    @Test func `a restore guard is read back as it was written, and nothing else is one`() throws {
        let restoreGuard = RestoreGuard(
            installation: ours,
            systemIdentifier: .max,
            timeline: 3,
            generation: 29_000_000,
            numbers: HighestNumbers(campaign: 12, list: 3, account: 2, contact: 5_000_000_000)
        )
        #expect(try RestoreGuard(decoding: restoreGuard.encoded + "\n") == restoreGuard)
        #expect(try RestoreGuard(decoding: "w1 \(ours) 7 1 100").generation == 100, "of an older program")
        for text in [
            "", "w1", "w1 1 2 3", "w1 \(ours) 1 2", "w1 \(ours) 1 2 3 4", "w2 \(ours) 1 2 3", "w3 \(ours) 1 2 3",
            "w2 \(ours) 1 2 3 4 5 6", "w2 \(ours) 1 2 3 4 5 6 -7",
            "w1 \(ours) 1 99999999999 3",
        ] {
            #expect(throws: RestoreGuard.Malformed.self, "\(text)") { try RestoreGuard(decoding: text) }
        }
    }
}
