import Synchronization

/// Files with secrets that every user of the machine can read. They are reported, not refused: containers mount them so.
package final class SecretFiles: Sendable {
    private let state = Mutex<(paths: [String], tell: (@Sendable (String) -> Void)?)>(([], nil))

    package init() {}

    /// The files found so far.
    package var paths: [String] { state.withLock { $0.paths } }

    /// Checks a file with a secret.
    func note(_ path: String) {
        guard isReadableByAll(path) else { return }
        let tell = state.withLock { state -> (@Sendable (String) -> Void)? in
            guard !state.paths.contains(path) else { return nil }
            state.paths.append(path)
            return state.tell
        }
        tell?(path)
    }

    /// Reports each file, those found so far first.
    func tell(_ body: @escaping @Sendable (String) -> Void) {
        let noted = state.withLock { state in
            state.tell = body
            return state.paths
        }
        noted.forEach(body)
    }
}
