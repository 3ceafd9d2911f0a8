import Foundation

/// A folder in which a server keeps its data between starts, and its owner.
package struct ServerPlace: Sendable {
    /// The user that a server runs as when this process is root, which PostgreSQL refuses and RabbitMQ should avoid.
    package struct Owner: Sendable, Equatable {
        package let id: uid_t
        package let group: gid_t

        package init(id: uid_t, group: gid_t) {
            self.id = id
            self.group = group
        }

        /// A user of this machine; `nil` if there is none of that name.
        package init?(name: String) {
            guard let entry = getpwnam(name) else { return nil }
            self.init(id: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
        }

        /// The prefix of a command that is to run as this user.
        package var command: [String] {
            ["/usr/bin/setpriv", "--reuid=\(id)", "--regid=\(group)", "--clear-groups"]
        }
    }

    package let folder: String
    /// `nil` for this process's user.
    package let owner: Owner?
    /// A locked file's descriptor: the lock is held until the server is gone, even if this process is killed.
    package let lock: Int32

    package init(folder: String, owner: Owner?, lock: Int32) {
        self.folder = folder
        self.owner = owner
        self.lock = lock
    }

    /// Copies a file into the folder, owned and readable by the server only.
    package func install(_ file: String) throws {
        let copy = "\(folder)/\(URL(fileURLWithPath: file).lastPathComponent)"
        try? FileManager.default.removeItem(atPath: copy)
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        let content = try Data(contentsOf: URL(fileURLWithPath: file))
        guard FileManager.default.createFile(atPath: copy, contents: content, attributes: attributes),
            owner.map({ chown(copy, $0.id, $0.group) == 0 }) ?? true
        else { throw POSIXError(.init(rawValue: errno) ?? .EPERM) }
    }
}
