import Foundation

/// A folder in which a server keeps its data from one start to the next, and whom it belongs to.
package struct ServerPlace: Sendable {
    /// The user that a server runs as when we are root, which PostgreSQL refuses and RabbitMQ should not have.
    package struct Owner: Sendable, Equatable {
        package let id: uid_t
        package let group: gid_t

        package init(id: uid_t, group: gid_t) {
            self.id = id
            self.group = group
        }

        /// A user of this machine; `nil` when there is none of that name.
        package init?(name: String) {
            guard let entry = getpwnam(name) else { return nil }
            self.init(id: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
        }

        /// What stands before a command that is to run as this user.
        package var command: [String] {
            ["/usr/bin/setpriv", "--reuid=\(id)", "--regid=\(group)", "--clear-groups"]
        }
    }

    package let folder: String
    /// `nil` for us.
    package let owner: Owner?
    /// A locked file's descriptor: the lock is held until the server is gone, also when we are killed.
    package let lock: Int32

    package init(folder: String, owner: Owner?, lock: Int32) {
        self.folder = folder
        self.owner = owner
        self.lock = lock
    }

    /// Copies a file into the folder: it belongs to the server, and nobody else reads it.
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
