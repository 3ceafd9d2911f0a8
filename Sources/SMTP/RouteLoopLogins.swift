import CCurl
import CLinux
import Core
import RuntimeSupport

/// Opening connections: libcurl drives them over our epoll until they are logged in.
extension RouteLoop {
    func installCurlCallbacks() {
        // The loop outlives its multi's calls: both end with `run()`.
        let loop = Unmanaged.passUnretained(self).toOpaque()
        _ = veredus_curl_on_socket(
            multi.raw,
            { _, socket, what, user, _ in
                guard let user else { return 0 }
                Unmanaged<RouteLoop>.fromOpaque(user).takeUnretainedValue().curlWatches(socket, what)
                return 0
            },
            loop
        )
        _ = veredus_curl_on_timer(
            multi.raw,
            { _, milliseconds, user in
                guard let user else { return 0 }
                let loop = Unmanaged<RouteLoop>.fromOpaque(user).takeUnretainedValue()
                loop.curlDue = milliseconds < 0 ? .max : monotonicNow() &+ UInt64(milliseconds) * 1_000_000
                return 0
            },
            loop
        )
    }

    /// Before the multi is freed, which would call them once more.
    func removeCurlCallbacks() {
        _ = veredus_curl_on_socket(multi.raw, nil, nil)
        _ = veredus_curl_on_timer(multi.raw, nil, nil)
    }

    private func curlWatches(_ socket: Int32, _ what: Int32) {
        // Once we have taken a socket over libcurl still says that it watches it no more.
        guard !connections.contains(where: { $0?.socket == socket }) else { return }
        switch what {
        case CURL_POLL_REMOVE: poll.forget(socket)
        default:
            var interest: UInt32 = 0
            if what & CURL_POLL_IN != 0 { interest |= PollSet.readable }
            if what & CURL_POLL_OUT != 0 { interest |= PollSet.writable }
            poll.watch(socket, for: interest, key: Self.curlKey | UInt64(UInt32(bitPattern: socket)))
        }
    }

    func driveCurl(_ socket: Int32, _ events: UInt32) {
        var mask: Int32 = 0
        if events & PollSet.readable != 0 { mask |= CURL_CSELECT_IN }
        if events & PollSet.writable != 0 { mask |= CURL_CSELECT_OUT }
        if events & ~(PollSet.readable | PollSet.writable) != 0 { mask |= CURL_CSELECT_ERR }
        if socket == CURL_SOCKET_TIMEOUT { curlDue = .max }
        var running: Int32 = 0
        curl_multi_socket_action(multi.raw, socket, mask, &running)
    }

    /// Opens one connection more.
    func open() {
        do {
            let easy = try CurlEasy.open(route, sockets: sockets, multi: multi)
            let raw = easy.raw
            let slot = connections.firstIndex { $0 == nil } ?? connections.count
            if slot == connections.count { connections.append(nil) }
            connections[slot] = Connection(slot: slot, easy: easy, route: route, now: now)
            slots[raw] = slot
            connecting += 1
            note(deadline: now &+ route.timeouts.connect.nanoseconds)
        } catch {
            routeFailed(error)
        }
    }

    /// Sees which log-ins have ended, and how.
    func takeLogins() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi.raw, &left) {
            let status = veredus_curl_message_result(message)
            guard let raw = message.pointee.easy_handle, let slot = slots[raw] else { continue }
            guard let connection = connections[slot] else { continue }
            loginEnded(connection, status)
        }
    }

    private func loginEnded(_ connection: Connection, _ status: CURLcode) {
        guard status == CURLE_OK, connection.easy.socket >= 0 else { return giveUp(connection, status) }
        connecting -= 1
        connection.takeOver(route, now: now)
        established += 1
        rest.succeeded()
        poll.watch(connection.socket, for: PollSet.readable, key: UInt64(connection.slot))
        pump(connection)
    }

    /// A log-in that takes longer than TCP may, and that libcurl does not watch over yet.
    func giveUpIfUnconnected(_ connection: Connection) {
        // Once TCP is there libcurl itself limits the wait for each reply.
        guard !connection.easy.isConnected else { return }
        giveUp(connection, CURLE_OPERATION_TIMEDOUT)
    }

    private func giveUp(_ connection: Connection, _ status: CURLcode) {
        let failure = connection.easy.failure(status, route)
        drop(connection)
        routeFailed(failure)
    }

    /// Forgets a connection and frees its handles.
    func drop(_ connection: Connection) {
        guard connections[connection.slot] === connection else { return }
        if !connection.isLoggedIn { connecting -= 1 } else { established -= 1 }
        if connection.socket >= 0 { poll.forget(connection.socket) }
        slots[connection.easy.raw] = nil
        connections[connection.slot] = nil
    }

    /// A connection could not be made: the route rests, and without a working connection waiting messages are returned.
    func routeFailed(_ error: SMTPRouteError) {
        rest.failed(error, at: now)
        if let change = watch.rested(error) { onChange(change) }
        guard established == 0, connecting == 0 else { return }
        while let next = waiting.popFirst() {
            report(next.message, .later, code: error.code, error.reason, step: error.step)
        }
    }
}

extension CurlEasy {
    /// The result of a login, in libcurl's words and the server's.
    func failure(_ status: CURLcode, _ route: SMTPRouteSettings) -> SMTPRouteError {
        SMTPRouteError(
            call: "curl_easy_perform",
            status: status == CURLE_OK ? CURLE_GOT_NOTHING : status,
            route: route,
            words: words(for: status),
            code: replyCode,
            lastLine: watch.replies.lastLine
        )
    }
}
