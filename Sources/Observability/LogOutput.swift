import Glibc
import Synchronization

/// Writes lines to a file descriptor without ever waiting for the reader.
///
/// Output that does not fit is buffered, up to a limit, and written with the next line; beyond the limit lines are
/// dropped and counted, and the count is written when there is room. So a full pipe, a terminal stopped with ^S or a
/// full disk never stops delivery.
package final class LogOutput: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var dropped = 0
    }

    /// The buffer.
    private static let keptBytes = 256 << 10

    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private let isSocket: Bool
    private let state = Mutex(State())

    /// Reopens a pipe or terminal, since O_NONBLOCK on a shared file description would affect every process that has
    /// it. A regular file keeps its own: two would overwrite each other.
    package init(descriptor original: Int32) {
        var facts = stat()
        let kind = fstat(original, &facts) == 0 ? facts.st_mode & S_IFMT : 0
        isSocket = kind == S_IFSOCK
        let canWait = kind == S_IFIFO || kind == S_IFCHR
        let own = !canWait ? -1 : open("/proc/self/fd/\(original)", O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC)
        ownsDescriptor = own >= 0
        descriptor = own >= 0 ? own : original
    }

    deinit {
        if ownsDescriptor { close(descriptor) }
    }

    /// Writes one line, or buffers it for the next call.
    package func write(_ line: [UInt8]) {
        state.withLock { state in
            if state.waiting.count + line.count > Self.keptBytes {
                state.dropped += 1
            } else {
                state.waiting += line
            }
            flush(&state)
            guard state.dropped > 0, state.waiting.isEmpty else { return }
            state.waiting += Array(
                "{\"level\":\"warning\",\"message\":\"log records dropped\",\"count\":\(state.dropped)}\n".utf8
            )
            state.dropped = 0
            flush(&state)
        }
    }

    private func flush(_ state: inout State) {
        var start = 0
        while start < state.waiting.count {
            let written = writeSome(state.waiting[start...])
            guard written > 0 else { break }
            start += written
        }
        state.waiting.removeFirst(start)
    }

    /// The number of bytes written; 0 without room, and also when writing has become impossible.
    private func writeSome(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes { bytes in
            if isSocket {
                return max(
                    0,
                    send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
                )
            }
            guard !ownsDescriptor else { return max(0, Glibc.write(descriptor, bytes.baseAddress, bytes.count)) }
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&ready, 1, 0) == 1, ready.revents & Int16(POLLOUT) != 0 else { return 0 }
            // A writable pipe takes at least this many without waiting (pipe(7), PIPE_BUF).
            return max(0, Glibc.write(descriptor, bytes.baseAddress, min(bytes.count, 4096)))
        }
    }
}
