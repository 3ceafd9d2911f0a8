import Core
import Glibc

/// The newest witness that a program has seen, in a file of its own.
struct WitnessFile: Sendable {
    let folder: String
    var path: String { folder + "/witness" }

    /// Why a file cannot be used.
    struct Unusable: Error, CustomStringConvertible {
        let path: String
        let reason: String

        var description: String {
            "\(path) \(reason). VEREDUS_STATE_DIRECTORY must be a folder that this program may write to; a witness that "
                + "cannot be read may be deleted once you know that the database was not restored"
        }
    }

    /// - Returns: `nil` when there is none yet.
    func read() throws -> Witness? {
        guard access(path, F_OK) == 0 else {
            guard errno == ENOENT else { throw Unusable(path: path, reason: String(cString: strerror(errno))) }
            return nil
        }
        do {
            return try Witness(decoding: try readSmallFile(path))
        } catch let error as SettingsReader.UnreadableFile {
            throw Unusable(path: path, reason: "cannot be read: \(error.reason)")
        } catch {
            throw Unusable(path: path, reason: "\(error)")
        }
    }

    /// Replaces the file in one step, and makes sure that it is on the disk; makes the folder when it is missing.
    func write(_ witness: Witness) throws {
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure("cannot be written") }
        // Several programs of one machine may share a folder.
        let new = "\(path).\(getpid())"
        let descriptor = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be written") }
        let bytes = Array((witness.encoded + "\n").utf8)
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWritten, rename(new, path) == 0 else { throw failure("cannot be written") }
    }

    private func failure(_ what: String) -> Unusable {
        Unusable(path: path, reason: "\(what): \(String(cString: strerror(errno)))")
    }
}
