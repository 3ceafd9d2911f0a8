import Core
import Foundation
import TestKit

@testable import FlightLog

/// What a test cannot go on with.
struct Unexpected: Error, CustomStringConvertible {
    let description: String
}

/// A folder for a test's logs, on a file system that may have them; removed with the last reference.
final class LogFolder: Sendable {
    let path: String

    init() throws {
        path = "\(Self.root)/veredus-flight-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// In a container the temporary folder may be on overlayfs.
    private static let root =
        ["/dev/shm", "/run", FileManager.default.temporaryDirectory.path].first { path in
            (try? FlightLogFolder(path, boot: BootID(high: 0, low: 0))) != nil && access(path, W_OK) == 0
        } ?? "/tmp"

    func open(boot: BootID? = nil) throws -> FlightLogFolder { try FlightLogFolder(path, boot: boot ?? .current()) }

    func file(_ run: WorkerRun) -> String { "\(path)/\(FlightLogFolder.name(of: run))" }

    func put(_ text: String, as name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}

extension FlightLogFolder {
    /// The log of a worker run, which must be there.
    func log(_ run: WorkerRun, evenIfOwned: Bool = false) throws -> FoundFlightLog {
        let finding = open(Self.name(of: run), evenIfOwned: evenIfOwned)
        guard case .log(let log) = finding else { throw Unexpected(description: "\(finding)") }
        return log
    }

    /// Why a name proves nothing.
    func fault(_ name: String) throws -> FlightLogFault {
        let finding = open(name)
        guard case .refused(let fault) = finding else { throw Unexpected(description: "\(finding)") }
        return fault
    }
}

extension OwnedFlightLog {
    func write(_ slot: Int, _ token: ClaimToken) -> Bool {
        let sample = FlightSample(token: token)
        return write(slot, key: sample.key, token: token, attempt: sample.attempt, policy: sample.policy)
    }

    func reply(_ slot: Int, _ token: ClaimToken) -> Bool {
        let sample = FlightSample(token: token)
        return replied(slot, code: sample.code, judgement: sample.judgement, step: sample.step, text: sample.text)
    }
}

extension FlightRecord {
    /// Whether all of it is the sample of its token.
    var isOfOneSample: Bool {
        let sample = FlightSample(token: token)
        guard key == sample.key, attempt == sample.attempt, policy == sample.policy else { return false }
        guard case .replied(let reply) = step else { return true }
        return reply == sample.reply
    }
}

extension FlightSample {
    var reply: FlightReply { FlightReply(code: code, judgement: judgement, step: step, text: text) }
}
