import Foundation

/// Collections of other projects, each with its own licence, which are not part of this one.
///
/// They are optional: tests compare Veredus with them if `VEREDUS_TEST_DATA` names their folder, and are otherwise
/// skipped. The cases that run everywhere are this project's own, in the tests and in ``Samples``.
package enum ForeignData {
    package static let folder: URL? = ProcessInfo.processInfo.environment["VEREDUS_TEST_DATA"].flatMap { path in
        path.isEmpty ? nil : URL(filePath: path, directoryHint: .isDirectory)
    }

    /// Whether these tests run; they fail if the named folder is missing.
    package static var isNamed: Bool { folder != nil }
    package static let whySkipped = "VEREDUS_TEST_DATA is not set: it names a folder of other projects' test data"

    package static func bytes(_ path: String) throws -> [UInt8] {
        guard let folder else { throw Stage.Missing(description: whySkipped) }
        return Array(try Data(contentsOf: folder.appending(path: path)))
    }

    package static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }
}
