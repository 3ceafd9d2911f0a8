import Core
import Glibc

/// The newest restore guard that a program has seen, in a file of its own: `FOLDER/PROGRAM@INSTANCE/restore-guard`.
///
/// A program writes its own file and reads all of the machine's: one that has not run since yesterday must not send
/// from a database whose newer state another program has seen.
struct RestoreGuardFile: Sendable {
    /// The machine's folder.
    let folder: String
    /// This program instance's own folder below it.
    let name: String

    private static let fileName = "restore-guard"
    /// The prefix of programs' folders; others are ignored.
    private static let prefix = "veredus-"
    /// The file that all programs of a machine shared in earlier versions; it is only read.
    private static let oldName = "witness"

    private var ownFolder: String { "\(folder)/\(name)" }
    var path: String { "\(ownFolder)/\(Self.fileName)" }

    /// Why a file cannot be used.
    struct Unusable: Error, CustomStringConvertible {
        let path: String
        let reason: String

        var description: String {
            "\(path) \(reason). VEREDUS_STATE_DIRECTORY must be a folder that this program can write to. You may delete an unreadable restore "
                + "guard once you know that the database was not restored"
        }
    }

    /// Every restore guard on this machine, with its place.
    func readAll() throws -> [(place: String, restoreGuard: RestoreGuard)] {
        let paths = try programFolders().map { "\(folder)/\($0)/\(Self.fileName)" } + ["\(folder)/\(Self.oldName)"]
        return try paths.compactMap { path in try Self.read(path).map { (path, $0) } }
    }

    private func programFolders() throws -> [String] {
        guard let handle = opendir(folder) else {
            // It is created on the first write.
            guard errno == ENOENT else { throw Self.failure(folder, "cannot be read") }
            return []
        }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name.hasPrefix(Self.prefix) { names.append(name) }
        }
        return names.sorted()
    }

    /// - Returns: `nil` when there is none.
    private static func read(_ path: String) throws -> RestoreGuard? {
        guard access(path, F_OK) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw failure(path, "cannot be read") }
            return nil
        }
        do {
            return try RestoreGuard(decoding: try readSmallFile(path))
        } catch let error as SettingsReader.UnreadableFile {
            throw Unusable(path: path, reason: "cannot be read: \(error.reason)")
        } catch {
            throw Unusable(path: path, reason: "\(error)")
        }
    }

    /// Replaces the file atomically and syncs it to disk; creates missing folders.
    func write(_ restoreGuard: RestoreGuard) throws {
        for folder in [folder, ownFolder] {
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw Self.failure(path, "cannot be written") }
        }
        // Two instances with the same name share it.
        let new = "\(path).\(getpid())"
        let descriptor = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path, "cannot be written") }
        let bytes = Array((restoreGuard.encoded + "\n").utf8)
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWritten, rename(new, path) == 0 else {
            throw Self.failure(path, "cannot be written")
        }
    }

    private static func failure(_ path: String, _ what: String) -> Unusable {
        Unusable(path: path, reason: "\(what): \(String(cString: strerror(errno)))")
    }
}
