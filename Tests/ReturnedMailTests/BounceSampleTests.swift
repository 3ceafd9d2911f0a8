import Foundation
import TestKit
import Testing

@testable import Core
@testable import ReturnedMail

/// Whole mails that come back, as files in `Tests/Samples/reports`: the shapes that the RFCs show and that servers send.
@Suite struct BounceSampleTests {
    typealias Row = (file: String, findings: [String], because: Comment)

    static let deliveries: [Row] = [
        ("delivery-given-up", ["ada@far.example failed expired soft"], "given up after five days in the queue"),
        (
            "delivery-three-recipients",
            [
                "ada@gateway.example failed mailbox-unknown hard", "bob@remote.example delayed expired nothing",
                "eve@campus.example failed mailbox-unknown hard",
            ], "a reason folded over two lines; a recipient who is only delayed; comments after the status"
        ),
        ("delivery-no-address", ["- failed mailbox-unknown hard"], "a recipient by a name that is no address"),
        ("delivery-delayed", ["ada@slow.example delayed expired nothing"], "a warning, which ends nothing"),
        (
            "delivery-two-languages", ["ada@reader.example failed mailbox-full soft"],
            "its overview names every reason there is; the fields name one"
        ),
        (
            "delivery-access-denied", ["ada@firm.example failed mailbox-unknown hard"],
            "5.4.1 with \"Access denied\" is how Exchange Online says that there is no such mailbox"
        ),
        (
            "delivery-short-year", ["ada@reader.example failed mailbox-unknown hard"],
            "a year of two digits, Action before Final-Recipient, no returned message"
        ),
    ]

    static func findings(_ report: MailReport) -> [String] {
        report.recipients.map { "\($0.address ?? "-") \($0.action) \($0.finding.reason.rawValue) \($0.consequence)" }
    }

    @Test(arguments: deliveries)
    func `a delivery report says who, what became of it and why`(row: Row) throws {
        let report = readReport(try Samples.bytes("reports/\(row.file).eml"))
        #expect(report.kind == .delivery, row.because)
        #expect(Self.findings(report) == row.findings, row.because)
    }

    static let complaints: [(file: String, type: FeedbackType, address: String?, because: Comment)] = [
        ("complaint-shortest", .abuse, nil, "the three fields that must be there, and no more"),
        ("complaint-all-fields", .abuse, "ada@mailbox.example", "every field of the format, some of them folded"),
        ("complaint-old-version", .abuse, "ada@portal.example", "version 0.1, an address without angle brackets"),
        (
            "complaint-redacted", .abuse, "0f1e2d3c4b5a69788796a5b4c3d2e1f0@cable.example",
            "the local part is a hash, and the type is the seventh field"
        ),
        ("signature-failure", .authFailure, "ada@mailbox.example", "RFC 6591: about a signature, not by a reader"),
        ("policy-failure", .authFailure, nil, "a filter's report, which names nobody and encloses header fields alone"),
        ("signature-failure-with-body", .authFailure, nil, "a field of many lines in base64"),
    ]

    @Test(arguments: complaints)
    func `a complaint says its type and, where the reporter does, the reader`(
        row: (file: String, type: FeedbackType, address: String?, because: Comment)
    ) throws {
        let report = readReport(try Samples.bytes("reports/\(row.file).eml"))
        #expect(report.kind == .complaint(row.type), row.because)
        #expect(report.recipients.first?.address == row.address, row.because)
    }

    @Test func `what is kept of each says the same`() throws {
        for url in try Samples.reports() {
            let whole = Array(try Data(contentsOf: url))
            let (before, after) = (readReport(whole), readReport(cutReport(whole)))
            #expect(after.kind == before.kind, "\(url.lastPathComponent)")
            #expect(after.recipients == before.recipients, "\(url.lastPathComponent)")
            #expect(after.messageID == before.messageID, "\(url.lastPathComponent)")
        }
    }

    @Test func `every report among the samples has its row`() throws {
        let names = try Samples.reports().map { $0.deletingPathExtension().lastPathComponent }
        #expect(Set(names) == Set(Self.deliveries.map(\.file) + Self.complaints.map(\.file)))
    }
}
