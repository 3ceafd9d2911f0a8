import Core
import Foundation
import TestKit
import Testing

@testable import ReturnedMail

/// Reports that other projects test with.
@Suite(.enabled(if: ForeignData.isNamed, "\(ForeignData.whySkipped)")) struct BounceForeignDataTests {
    typealias Row = (file: String, findings: [String], because: Comment)

    static let deliveries: [Row] = [
        ("rfc3464-1", ["louisl@larry.slip.umd.edu failed expired soft"], "given up after 5 days"),
        (
            "rfc3464-2",
            [
                "arathib@vnet.ibm.com failed mailbox-unknown hard", "johnh@hpnjld.njd.hp.com delayed expired nothing",
                "wsnell@sdcc13.ucsd.edu failed mailbox-unknown hard",
            ], "three recipients, one of them delayed"
        ),
        ("rfc3464-3", ["- failed mailbox-unknown hard"], "an address that is none"),
        ("rfc3464-4", ["thomas@de-montfort.ac.uk delayed expired nothing"], "a warning"),
        ("rfc3464-5", ["recipient@domain.com failed mailbox-full soft"], "its help text speaks of unknown users, too"),
        ("rfc3464-6", ["redacted@example.com failed mailbox-unknown hard"], "Exchange Online's 5.4.1"),
        (
            "rfc3464-obsolete_arrival_date", ["user@example.com failed mailbox-unknown hard"],
            "a date of the last century"
        ),
    ]

    @Test(arguments: deliveries)
    func `delivery reports are understood`(row: Row) throws {
        let report = readReport(try ForeignData.bytes("reports/\(row.file).eml"))
        #expect(report.kind == .delivery)
        let findings = report.recipients.map {
            "\($0.address ?? "-") \($0.action) \($0.finding.reason.rawValue) \($0.consequence)"
        }
        #expect(findings == row.findings, row.because)
    }

    @Test(arguments: ["rfc5965-1", "rfc5965-2", "rfc5965-3", "rfc5965-4"])
    func `complaints are understood`(file: String) throws {
        let report = readReport(try ForeignData.bytes("reports/\(file).eml"))
        #expect(report.kind == .complaint(.abuse))
        #expect(report.recipients.isEmpty == (file == "rfc5965-1"))
    }

    private struct Expected: Decodable {
        let feedback_type: String
        let original_rcpt_to: String?
    }

    @Test(arguments: 1...5)
    func `complaints say what another reader says`(number: Int) throws {
        let expected = try JSONDecoder().decode(
            Expected.self,
            from: Data(try ForeignData.bytes("reports/mail-auth-00\(number).json"))
        )
        let report = readReport(try ForeignData.bytes("reports/mail-auth-00\(number).eml"))
        #expect(report.kind == .complaint(expected.feedback_type == "Abuse" ? .abuse : .authFailure))
        let address = expected.original_rcpt_to?.filter { $0 != "<" && $0 != ">" }
        #expect(report.recipients.first?.address == address)
    }

    @Test func `what is kept of each says the same`() throws {
        let folder = try #require(ForeignData.folder).appending(path: "reports")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".eml") }
        #expect(files.count >= 16)
        for file in files {
            let whole = try ForeignData.bytes("reports/\(file)")
            let (before, after) = (readReport(whole), readReport(cutReport(whole)))
            #expect(after.kind == before.kind, "\(file)")
            #expect(after.recipients == before.recipients, "\(file)")
            #expect(after.messageID == before.messageID, "\(file)")
        }
    }
}
