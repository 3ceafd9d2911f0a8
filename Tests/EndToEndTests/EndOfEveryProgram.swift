import DatabaseClient
import Foundation
import Glibc
import TestKit
import Testing

extension Scenarios {
    /// A program that has done its work ends with its status and nothing else.
    @Suite struct EndOfEveryProgram {
        /// The dynamic loader tells of every library whose clean-up it runs.
        @Test func `the clean-up of the C libraries does not run beside threads that still end`() async throws {
            try await Stage.with { stage in
                let loaderTells = ["LD_DEBUG": "files"]
                let list = try await stage.tool(["account", "list"], loaderTells)
                #expect(list.end == .exit(0))
                #expect(list.errors.contains("calling init: "), "or the loader tells nothing")
                #expect(!list.errors.contains("calling fini: "))
                let refused = try await stage.tool(["account", "show", "nobody"], loaderTells)
                #expect(refused.end == .exit(65))
                #expect(!refused.errors.contains("calling fini: "))

                let programs = [
                    try stage.startProducer(loaderTells), try stage.startWorker(loaderTells),
                    try stage.startRecorder(loaderTells), try await stage.startWeb(loaderTells).program,
                    try stage.start("veredus-inbound", role: .inbound, settings: loaderTells),
                ]
                for program in programs {
                    try await stage.wait { try Self.catchesSIGTERM(program.process.pid) }
                    program.send(SIGTERM)
                    let end = try await program.exit(within: .seconds(30))
                    #expect(end == .exit(0), "\(program.name): \(program.lastWords)")
                    let log = try String(contentsOfFile: program.logPath, encoding: .utf8)
                    #expect(log.contains("calling init: "))
                    #expect(!log.contains("calling fini: "), "\(program.name)")
                }
            }
        }

        /// Whether a program has set itself up to be stopped: the mask of caught signals in proc_pid_status(5).
        private static func catchesSIGTERM(_ pid: pid_t) throws -> Bool {
            let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") })
            let caught = try #require(UInt64(line.split(separator: "\t")[1], radix: 16))
            return caught & (1 << (UInt64(SIGTERM) - 1)) != 0
        }
    }
}
