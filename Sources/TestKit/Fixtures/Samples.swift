import Foundation

/// Mails and messages that were written for these tests, in `Tests/Samples`.
package enum Samples {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../Tests/Samples").standardizedFileURL

    package static let messages = ["welcome", "receipt", "reply"]

    package static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: path)))
    }

    package static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    /// Every mail in `reports`.
    package static func reports() throws -> [URL] {
        let reports = folder.appending(path: "reports")
        return try FileManager.default.contentsOfDirectory(at: reports, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "eml" }.sorted { $0.path < $1.path }
    }
}
