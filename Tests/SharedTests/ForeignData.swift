import Foundation
import Testing

/// The folder of test data from elsewhere, beside the project; it is not part of the project.
enum ForeignData {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../shared/data").standardizedFileURL

    /// Tests that need the folder are skipped without it, and fail without it where `REQUIRE_SERVERS=1` says so.
    static let isExpected =
        ProcessInfo.processInfo.environment["REQUIRE_SERVERS"] == "1"
        || FileManager.default.fileExists(atPath: folder.path)

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: path)))
    }

    static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }
}
