import Foundation
import TestKit
import Testing

@testable import Core
@testable import ReturnedMail

/// What three others say of the same mails: flufl.bounce, on its own test messages; Sisimai; and
/// Mail::DeliveryStatus::BounceParser. `./dev test` fetches them from Debian into `.local/bounces`.
@Suite struct BounceSecondOpinionTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../.local/bounces").standardizedFileURL
    static let isExpected =
        ProcessInfo.processInfo.environment["REQUIRE_SERVERS"] == "1"
        || FileManager.default.fileExists(atPath: folder.path)
    static let messages = folder.appending(path: "usr/lib/python3/dist-packages/flufl/bounce/tests/data")

    /// Where we say something else than flufl.bounce, and why.
    static let fluflDifferences = [
        "aol_01.txt": "the notice has a screen name without a domain; we do not put AOL's behind it",
        "microsoft_01.txt": "it takes a piece of an X.400 address for the address; we read the one inside",
        "microsoft_04.txt": "it takes a piece of an X.400 address for the address; we read the one inside",
        "yale_01.txt": "the notice has a user name without a domain, and another's address as an example",
    ]

    static func paths() throws -> [String] {
        let own = try FileManager.default.contentsOfDirectory(atPath: messages.path).filter { $0.hasSuffix(".txt") }
            .sorted().map { messages.appending(path: $0).path }
        guard own.count > 100 else { throw Missing() }
        return own
    }

    struct Missing: Error, CustomStringConvertible {
        var description: String {
            "no messages below .local/bounces; run ./dev test, or fetch_bounces of scripts/install.sh"
        }
    }

    static func run(_ program: String, _ script: String, _ paths: [String]) async throws -> [[String]] {
        let support = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Support/\(script)")
        let outcome = try await ChildProcess.run(
            [
                "/usr/bin/env", "PYTHONPATH=\(folder.path)/usr/lib/python3/dist-packages", "PYTHONDONTWRITEBYTECODE=1",
                "PERL5LIB=\(folder.path)/usr/share/perl5", program, support.path,
            ] + paths
        )
        #expect(outcome.succeeded, "\(outcome.errors.prefix(2_000))")
        return outcome.output.utf8.split(separator: 0x0A).map { line in
            line.split(separator: 0x09, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    static func read(_ path: String) throws -> MailReport {
        readReport(Array(try Data(contentsOf: URL(filePath: path))))
    }

    /// Addresses that the mail itself names, in lower case.
    static func addresses(_ report: MailReport, _ action: ReportedAction) -> Set<String> {
        var result: Set<String> = []
        guard report.kind == .delivery else { return [] }
        for recipient in report.recipients where recipient.action == action && recipient.source != .returnedMessage {
            result.formUnion([recipient.address, recipient.original].compactMap { $0?.lowercased() })
        }
        return result
    }

    @Test(.enabled(if: isExpected))
    func `the failed addresses are those of flufl bounce, but for four that are explained`() async throws {
        let paths = try Self.paths()
        let lines = try await Self.run("/usr/bin/python3", "judge_bounces.py", paths)
        #expect(lines.count == paths.count)
        var differences: Set<String> = []
        for (path, line) in zip(paths, lines) where line.count == 3 {
            let report = try Self.read(path)
            let permanent = Set(line[1].lowercased().split(separator: ",").map(String.init))
            let temporary = Set(line[2].lowercased().split(separator: ",").map(String.init))
            let failed = Self.addresses(report, .failed)
            let delayed = Self.addresses(report, .delayed)
            // An alias is one address more.
            let isSame =
                permanent.isEmpty == failed.isEmpty && permanent.isSubset(of: failed)
                && temporary.isSubset(of: delayed) && temporary.isEmpty == delayed.isEmpty
                && failed.count <= permanent.count + report.recipients.count(where: { $0.original != nil })
            guard !isSame else { continue }
            differences.insert(line[0])
            #expect(
                Self.fluflDifferences[line[0]] != nil,
                "\(line[0]): theirs \(permanent) and \(temporary), ours \(failed) and \(delayed)"
            )
        }
        #expect(differences == Set(Self.fluflDifferences.keys), "an explained difference is gone: \(differences)")
        #expect(differences.count * 20 < paths.count, "95 in 100 agree")
    }

    /// Sisimai's reasons that leave open whether the address is at fault; it calls them soft, we read their texts.
    static let undecided: Set<String> = ["filtered", "onhold", "undefined", "suspend", "rejected", "policyviolation"]

    /// Where we say something else than Sisimai about hard, soft or no bounce, and why.
    static let sisimaiDifferences = [
        "aol_01.txt": "it does not know the form", "bounce_01.txt": "it does not know the form",
        "delivery-no-address.eml": "the address is no address; the report is one",
        "dsn_15.txt": "the report is enclosed as a message, which we look into",
        "dumbass_01.txt": "it does not know the form", "hotpop_01.txt": "it does not know the form",
        "llnl_01.txt": "it does not know the form", "rfc3464-3.eml": "the address is no address; the report is one",
        "simple_39.txt": "it does not know Mail.ru's newer form", "simple_41.txt": "it does not know MailEnable",
        "simple_43.txt": "it does not know the form", "simple_44.txt": "it does not know the form",
        "yahoo_12.txt": "HTML, which it does not take apart there",
    ]

    @Test(.enabled(if: isExpected))
    func `hard, soft and no bounce are told apart as Sisimai does, and addresses as two others do`() async throws {
        var paths = try Self.paths()
        paths += try Samples.reports().map(\.path)
        if let reports = ForeignData.folder?.appending(path: "reports") {
            let names = try FileManager.default.contentsOfDirectory(atPath: reports.path)
            paths += names.filter { $0.hasSuffix(".eml") }.sorted().map { reports.appending(path: $0).path }
        }
        let lines = try await Self.run("/usr/bin/perl", "judge_bounces.pl", paths)
        #expect(lines.count >= 2 * paths.count)
        var wrongClass: [String] = []
        var wrongAddress: [String] = []
        var judged = 0
        var named = 0
        for path in paths {
            let file = URL(filePath: path).lastPathComponent
            let report = try Self.read(path)
            let ours = Self.addresses(report, .failed).union(Self.addresses(report, .delayed))
            let theirs = lines.filter { $0.count == 5 && $0[1] == file && $0[0] == "sisimai" }
            judged += 1
            if !Self.agrees(report, theirs) { wrongClass.append(file) }
            for tool in ["sisimai", "bounceparser"] where report.kind == .delivery {
                let addresses = lines.filter { $0.count == 5 && $0[0] == tool && $0[1] == file && $0[3] != "feedback" }
                    .map { $0[2].lowercased() }.filter { $0.contains("@") }
                guard !addresses.isEmpty, !ours.isEmpty else { continue }
                named += 1
                if ours.isDisjoint(with: addresses) {
                    wrongAddress.append("\(file) (\(tool)): \(addresses), ours \(ours)")
                }
            }
        }
        let unexplained = wrongClass.filter { Self.sisimaiDifferences[$0] == nil }
        #expect(unexplained.isEmpty)
        print(
            "second opinions: \(judged) judged, \(wrongClass.count) otherwise than Sisimai, all explained: \(wrongClass)"
        )
        print("second opinions: \(named) addresses named, \(wrongAddress.count) otherwise: \(wrongAddress)")
        #expect(wrongAddress.count * 20 < named, "95 in 100 agree: \(wrongAddress)")
    }

    /// Per mail: bounce or not, and the class of each recipient where Sisimai is decided.
    private static func agrees(_ report: MailReport, _ theirs: [[String]]) -> Bool {
        let bounces = theirs.filter { $0[3] != "feedback" && $0[3] != "vacation" }
        guard (report.kind == .delivery) == !bounces.isEmpty else { return false }
        return bounces.allSatisfy { line in
            if undecided.contains(line[3]) { return true }
            let own = report.recipients.filter {
                [$0.address?.lowercased(), $0.original?.lowercased()].contains(line[2].lowercased())
            }
            // It counts a delay as a soft bounce; we count it as nothing.
            return own.isEmpty || own.contains { ($0.consequence == .hard) == (line[4] == "0") }
        }
    }
}
