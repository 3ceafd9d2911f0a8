import Foundation
import TestKit

/// How many returned mails Veredus and Sisimai (Perl) judge in a second of CPU time, in turn on the same files in one
/// run.
struct BouncesBench: Sendable {
    private static let rounds = 5
    private static let sisimai = """
        for (glob "$ARGV[0]/*") { my $r = eval { Sisimai->make($_, delivered => 1) }; $n += @{ $r || [] } } print "$n\\n"
        """

    private let bench: Bench
    private var mails: String { "\(bench.folder)/mails" }

    init(_ project: Project, _ options: Options) throws { bench = try Bench(project, options, name: "bounces") }

    func run() async throws {
        let lock = try bench.project.onlyOne("bench")
        try? FileManager.default.removeItem(atPath: mails)
        try bench.makeFolders()
        let count = try copyMails()
        Console.heading("Judging \(count) mails with each reader in turn, five rounds")
        let veredus = [bench.project.program("veredus"), "inbound", "explain", "--json", mails]
        let perl = [
            "env", "PERL5LIB=\(bench.project.bounces)/usr/share/perl5", "perl", "-MSisimai", "-e", Self.sisimai, mails,
        ]
        var (ours, theirs) = (Int.max, Int.max)
        for _ in 1...Self.rounds {
            ours = min(ours, try await milliseconds(veredus))
            theirs = min(theirs, try await milliseconds(perl))
        }
        let ratio = (Double(theirs) / Double(ours) * 10).rounded() / 10
        let figures = """
            {"mails": \(count), "veredus_cpu_ms": \(ours), "sisimai_cpu_ms": \(theirs), \
            "veredus_per_cpu_second": \(count * 1_000 / ours), "sisimai_per_cpu_second": \(count * 1_000 / theirs), \
            "ratio": \(ratio)}
            """
        Console.say(figures)
        try "\(figures)\n".write(toFile: "\(bench.output).json", atomically: false, encoding: .utf8)
        Console.say(
            "Each figure is the minimum of five rounds and includes the start of the program. Written: \(bench.output).json"
        )
        withExtendedLifetime(lock) {}
    }

    /// The test messages of flufl.bounce, forty times, so that a slow start does not dominate.
    private func copyMails() throws -> Int {
        let files = FileManager.default
        let source = "\(bench.project.bounces)/usr/lib/python3/dist-packages/flufl/bounce/tests/data"
        let names = ((try? files.contentsOfDirectory(atPath: source)) ?? []).filter { $0.hasSuffix(".txt") }
        try files.createDirectory(atPath: mails, withIntermediateDirectories: true)
        for round in 0..<40 {
            for name in names { try files.copyItem(atPath: "\(source)/\(name)", toPath: "\(mails)/\(round)-\(name)") }
        }
        let count = 40 * names.count
        guard count > 4_000 else {
            throw Failure("there are only \(count) mails below .local/bounces", "Delete .local/bounces and try again")
        }
        return count
    }

    /// User and system time of a command, with all that it has waited for.
    private func milliseconds(_ command: [String]) async throws -> Int {
        let before = Self.childrenMilliseconds()
        guard try await ChildProcess.run(command, within: .seconds(600)).succeeded else {
            throw Failure("\(command[0]) failed", "Try it by hand: \(command.joined(separator: " "))")
        }
        return max(1, Self.childrenMilliseconds() - before)
    }

    private static func childrenMilliseconds() -> Int {
        var usage = rusage()
        getrusage(RUSAGE_CHILDREN.rawValue, &usage)
        return [usage.ru_utime, usage.ru_stime].map { $0.tv_sec * 1_000 + $0.tv_usec / 1_000 }.reduce(0, +)
    }
}
