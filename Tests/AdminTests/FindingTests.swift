import Testing

@testable import Admin

@Suite struct FindingTests {
    static let opens: [(people: Int64, machines: Int64, isSaid: Bool, because: Comment)] = [
        (0, 0, false, "nothing was sent"),
        (0, 199, false, "too few to tell"),
        (0, 200, true, "no reader in a week"),
        (3, 997, true, "hardly a reader"),
        (20, 980, false, "2 of 100 are readers: proxies of providers ask for many pictures"),
        (500, 500, false, "as it should be"),
    ]

    @Test(arguments: opens)
    func `opens that all seem to be machines' point to the proxy`(
        row: (people: Int64, machines: Int64, isSaid: Bool, because: Comment)
    ) {
        let findings = Finding.opens((row.people, row.machines))
        #expect(findings.count == (row.isSaid ? 1 : 0), row.because)
        #expect(findings.allSatisfy { $0.text.contains("VEREDUS_WEB_TRUSTED_PROXIES") })
    }

    @Test func `a lane that does not exist is a problem of the settings`() {
        #expect(Finding.lanes(["default", "slow"], known: ["default", "slow", "bulk"]).isEmpty)
        let findings = Finding.lanes(["default", "slwo"], known: ["default", "slow"])
        #expect(findings.map(\.verdict) == [.problem])
        #expect(findings.first?.text.contains("VEREDUS_LANES names slwo, which does not exist") == true)
    }
}
