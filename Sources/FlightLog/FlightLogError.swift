import Glibc

/// Why no flight log can be kept, or found, in a folder, and what an operator can do about it.
package struct FlightLogError: Error, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        case noFolder
        /// Stores to memory may be lost there, or are not shared, or fail with SIGBUS.
        case wrongFileSystem
        case noSpace
        case readOnly
        case noPermission
        /// There is something of this worker run's name.
        case nameTaken
        case other
    }

    package let kind: Kind
    package let path: String
    package let reason: String
    /// In the imperative.
    package let remedy: String

    package var description: String { "\(path): \(reason). \(remedy)." }

    init(kind: Kind, path: String, reason: String, remedy: String) {
        (self.kind, self.path, self.reason, self.remedy) = (kind, path, reason, remedy)
    }

    /// A call failed with `code`, by default errno.
    init(_ path: String, failed call: String, code: Int32 = errno) {
        let (kind, remedy): (Kind, String) =
            switch code {
            case ENOENT, ENOTDIR, ELOOP: (.noFolder, "Create the folder; it must not be a symbolic link")
            case ENOSPC, EDQUOT: (.noSpace, "Free space there, or use a larger volume")
            case EROFS: (.readOnly, "Mount it for writing, or use another folder")
            case EACCES, EPERM: (.noPermission, "Let the user of this program create files there")
            case EEXIST: (.nameTaken, "Move it away, and find out what made it")
            default: (.other, "Read the call's manual page")
            }
        self.init(kind: kind, path: path, reason: "\(call): \(String(cString: strerror(code)))", remedy: remedy)
    }
}
