import Core
import Glibc
import RuntimeSupport

/// The files of a Maildir's `new`, on a thread of its own.
///
/// Names come from outside: they are used only relative to the open folder, links are not followed, and only regular
/// files are read.
actor MaildirFolder {
    /// Why the folder cannot be read.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    enum Content: Equatable {
        case mail([UInt8])
        case tooLarge
        /// Another program took it, or it is not a file.
        case nothing
    }

    private let executor = ThreadExecutor(name: "maildir")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let path: String
    private let after: InboundMaildirSettings.After
    private let mostBytes: Int
    /// Stored files that could not be moved: not read again by this process.
    private var stuck: Set<[UInt8]> = []

    init(_ settings: InboundMaildirSettings, mostBytes: Int) {
        path = settings.path
        after = settings.after
        self.mostBytes = mostBytes
    }

    /// The names of new files, in order, at most `limit`.
    func names(limit: Int) throws(Unreadable) -> [[UInt8]] {
        guard let folder = opendir("\(path)/new") else { throw failure("\(path)/new cannot be listed") }
        defer { closedir(folder) }
        var names: [[UInt8]] = []
        while names.count < limit, let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name.first != UInt8(ascii: "."), !stuck.contains(name) { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    func read(_ name: [UInt8]) throws(Unreadable) -> Content {
        let folder = try openFolder("new")
        defer { close(folder) }
        // Not blocking: a named pipe would wait for a writer.
        let file = openat(folder, Self.terminated(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT || errno == ELOOP { return .nothing }
            throw failure("a file in \(path)/new cannot be opened")
        }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return .nothing }
        guard facts.st_size <= mostBytes else { return .tooLarge }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("a file in \(path)/new cannot be read") }
            if count == 0 { return .mail(bytes) }
            bytes += buffer[..<count]
            guard bytes.count <= mostBytes else { return .tooLarge }
        }
    }

    /// Deletes a stored file, or moves it to `cur` as seen.
    ///
    /// - Throws: When the file had to stay; it is not listed again.
    func putAway(_ name: [UInt8]) throws(Unreadable) {
        let new = try openFolder("new")
        defer { close(new) }
        let isDone: Bool
        switch after {
        case .delete: isDone = unlinkat(new, Self.terminated(name), 0) == 0
        case .keep:
            let cur = try openFolder("cur")
            defer { close(cur) }
            let hasFlags = name.indices.contains { name[$0...].starts(with: ":2,".utf8) }
            let seen = hasFlags ? name : name + Array(":2,S".utf8)
            isDone = renameat(new, Self.terminated(name), cur, Self.terminated(seen)) == 0
        }
        guard isDone || errno == ENOENT else {
            let why = failure("a file in \(path)/new cannot be moved")
            stuck.insert(name)
            throw why
        }
    }

    private func openFolder(_ name: String) throws(Unreadable) -> Int32 {
        let folder = open("\(path)/\(name)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure("\(path)/\(name) cannot be opened") }
        return folder
    }

    private func failure(_ what: String) -> Unreadable {
        Unreadable(
            description: "\(what): \(String(cString: strerror(errno))). "
                + "Check VEREDUS_INBOUND_MAILDIR and its permissions."
        )
    }

    private static func terminated(_ name: [UInt8]) -> [CChar] { name.map { CChar(bitPattern: $0) } + [0] }
}
