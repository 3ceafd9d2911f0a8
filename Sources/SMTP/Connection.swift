import CCurl
import Core
import Glibc

/// One connection to a route: driven by libcurl until it is logged in, then by this session.
///
/// Belongs to the event loop's thread, as everything of libcurl's multi handle.
final class Connection {
    /// How one transfer of bytes went.
    enum Transfer {
        case moved(Int)
        /// Nothing now; epoll says when to try again.
        case again
        case ended(String)
    }

    /// The place in the loop's table, and the key of its events.
    let slot: Int
    let easy: CurlEasy
    let openedAt: MonotonicNanoseconds
    /// Of use once it is logged in.
    var session: SMTPSession
    private(set) var isLoggedIn = false
    private(set) var socket: Int32 = -1
    /// Whether TLS may be on, so that every byte must go through libcurl: for all routes but those that rule it out.
    let mayHaveTLS: Bool
    /// The message under way, kept until it has ended in case another connection must take it.
    var waiting: WaitingMessage?
    var isParked = false
    var parkedAt: MonotonicNanoseconds = 0
    /// Whether epoll is asked for writability too.
    var wantsWritable = false
    /// Whether a message has ended here by a reply other than a farewell.
    var hasProved = false
    /// Whether a message has been lost here.
    var hasLost = false

    init(slot: Int, easy: consuming CurlEasy, route: SMTPRouteSettings, now: MonotonicNanoseconds) {
        self.slot = slot
        self.easy = easy
        openedAt = now
        mayHaveTLS = route.mayHaveTLS
        session = SMTPSession(capabilities: SMTPCapabilities(), now: now)
    }

    /// The login is done: from now on the session handles the bytes.
    func takeOver(_ route: SMTPRouteSettings, now: MonotonicNanoseconds) {
        socket = easy.socket
        session = SMTPSession(
            capabilities: easy.watch.replies.capabilities,
            timeouts: route.timeouts,
            messagesLimit: route.messagesPerConnection,
            now: now
        )
        isLoggedIn = true
    }

    /// Sends the session's pending bytes, as many as go.
    func send() -> Transfer {
        session.withPending { bytes in
            guard mayHaveTLS else {
                // libcurl has no part in plain text, and looks its connection up at each call.
                let count = Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
                return count >= 0 ? .moved(count) : failed()
            }
            var count = 0
            let status = curl_easy_send(easy.raw, bytes.baseAddress, bytes.count, &count)
            return result(status, count)
        }
    }

    /// Receives what there is; moved 0 bytes means that the other side has closed.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        guard mayHaveTLS else {
            let count = recv(socket, buffer.baseAddress, buffer.count, 0)
            return count >= 0 ? .moved(count) : failed()
        }
        var count = 0
        let status = curl_easy_recv(easy.raw, buffer.baseAddress, buffer.count, &count)
        return result(status, count)
    }

    private func result(_ status: CURLcode, _ count: Int) -> Transfer {
        switch status {
        case CURLE_OK: .moved(count)
        case CURLE_AGAIN: .again
        default: .ended("connection lost: \(CurlLibrary.explain(status))")
        }
    }

    private func failed() -> Transfer {
        switch errno {
        case EAGAIN, EINTR: .again
        default: .ended("connection lost: \(String(cString: strerror(errno)))")
        }
    }
}
