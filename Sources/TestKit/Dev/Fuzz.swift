import Foundation
import TestKit

/// `./dev fuzz`: libFuzzer on the parser of returned mail.
///
/// Its corpus stays in .local/fuzz/corpus, so that the next run continues from there; a crash is kept as
/// .local/fuzz/crash-*.
struct Fuzz {
    private let project: Project
    private let runs: Int
    private let seconds: Int
    private let length: Int
    private let memory: Int

    init(_ project: Project, _ arguments: [String]) throws {
        self.project = project
        let options = try Options(
            ["RUNS", "SECONDS_AT_MOST", "LENGTH", "MEMORY"],
            arguments,
            environment: project.environment
        )
        runs = try options.number("RUNS", 1...1_000_000_000, default: 100_000)
        seconds = try options.number("SECONDS_AT_MOST", 1...86_400, default: 600)
        length = try options.number("LENGTH", 16...1_048_576, default: 4_096)
        memory = try options.number("MEMORY", 64...16_384, default: 512)
    }

    func run() async throws {
        let lock = try project.onlyOne("fuzz")
        let folder = "\(project.local)/fuzz"
        for name in ["corpus", "seeds"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        try copySeeds(to: "\(folder)/seeds")
        Console.heading("\(runs) mails, for \(seconds) s at most, of at most \(length) bytes")
        let program = "\(project.root)/.build-fuzz/release/FuzzReports"
        let child = try ChildProcess(
            [
                program, "-runs=\(runs)", "-max_total_time=\(seconds)", "-max_len=\(length)", "-rss_limit_mb=\(memory)",
                "-timeout=5", "-dict=Tests/Fuzz/dictionary.txt", "-artifact_prefix=\(folder)/", "-print_final_stats=1",
                "-verbosity=0", "\(folder)/corpus", "\(folder)/seeds",
            ],
            folder: project.root,
            output: .descriptor(STDOUT_FILENO),
            errors: .descriptor(STDERR_FILENO)
        )
        guard try await child.exitOrEnd() == .exit(0) else {
            throw Failure(
                "the reader crashed; the mail is .local/fuzz/crash-* (or slow-unit, oom, timeout)",
                "Repeat it with \(program), and add a test"
            )
        }
        Console.say("No crash, no hang, no more memory than \(memory) MiB.")
        withExtendedLifetime(lock) {}
    }

    /// The initial mails: the samples, those of Debian's packages, and those of a collection that
    /// `VEREDUS_TEST_DATA` names.
    private func copySeeds(to folder: String) throws {
        let more = project.environment["VEREDUS_TEST_DATA"].map { "\($0)/reports" }
        for source in ["\(project.root)/Tests/Samples/reports", project.bounces, more].compactMap(\.self) {
            guard let files = FileManager.default.enumerator(atPath: source),
                FileManager.default.fileExists(atPath: source)
            else {
                throw Failure(
                    "the initial mails for fuzzing in \(source) cannot be read",
                    "Check VEREDUS_TEST_DATA, or unset it"
                )
            }
            while let file = files.nextObject() as? String {
                guard file.hasSuffix(".eml") || file.contains("/tests/data/") && file.hasSuffix(".txt") else {
                    continue
                }
                let copy = "\(folder)/\(URL(fileURLWithPath: file).lastPathComponent)"
                try? FileManager.default.removeItem(atPath: copy)
                try FileManager.default.copyItem(atPath: "\(source)/\(file)", toPath: copy)
            }
        }
    }
}
