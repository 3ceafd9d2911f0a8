import CCurl
import Glibc

/// The only owner of a libcurl multi handle; freed once, after every ``CurlEasy`` in it.
///
/// Not `Sendable`: libcurl forbids two threads on one handle (libcurl-thread(3)).
final class CurlMulti {
    let raw: UnsafeMutableRawPointer

    init?() {
        guard CurlLibrary.status == CURLE_OK, let raw = curl_multi_init() else { return nil }
        self.raw = raw
    }

    deinit { curl_multi_cleanup(raw) }  // curl_multi_init(3)
}

/// The sockets that libcurl has open, and for which of our connections.
///
/// Exact, by libcurl's own callbacks: a number that libcurl has closed may be somebody else's file by now.
final class OpenSockets {
    private var owners: [Int32: ObjectIdentifier] = [:]

    func opened(_ socket: Int32, for owner: AnyObject) { owners[socket] = ObjectIdentifier(owner) }

    func closing(_ socket: Int32) { owners[socket] = nil }

    /// Ends all talk on a connection's sockets, so that libcurl's own farewell fails at once instead of waiting.
    func shutDown(for owner: AnyObject) {
        for (socket, holder) in owners where holder == ObjectIdentifier(owner) {
            shutdown(socket, Int32(SHUT_RDWR))
        }
    }
}

/// The results of libcurl's callbacks during one login.
final class LoginWatch {
    let sockets: OpenSockets
    var replies = LoginReplies()

    init(sockets: OpenSockets) { self.sockets = sockets }
}

/// The only owner of a libcurl easy handle that connects and logs in to one route.
///
/// Not `Sendable`, as its multi.
struct CurlEasy: ~Copyable {
    let raw: UnsafeMutableRawPointer
    let watch: LoginWatch
    private let multi: CurlMulti?
    private let errorBuffer: UnsafeMutablePointer<CChar>

    private init(owning raw: UnsafeMutableRawPointer, watch: LoginWatch, multi: CurlMulti?) {
        self.raw = raw
        self.watch = watch
        self.multi = multi
        errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        // curl_easy_cleanup may say QUIT and wait for the reply; 7.88 does not for a connection handed over, and
        // nothing promises that.
        watch.sockets.shutDown(for: watch)
        // curl_multi_cleanup(3): a handle leaves its multi before it is freed, and before the multi is.
        if let multi { curl_multi_remove_handle(multi.raw, raw) }
        curl_easy_cleanup(raw)  // curl_easy_init(3)
        errorBuffer.deallocate()
    }

    /// Makes a handle for a route; nothing is connected yet.
    ///
    /// The multi drives it from now on; without one it is for ``perform()``. It throws what libcurl refuses: an option
    /// that a strange build does not have.
    static func open(
        _ route: SMTPRouteSettings,
        sockets: OpenSockets,
        multi: CurlMulti?
    ) throws(SMTPRouteError) -> CurlEasy {
        guard CurlLibrary.status == CURLE_OK, let raw = curl_easy_init() else {
            throw SMTPRouteError(call: "curl_easy_init", status: CURLE_OUT_OF_MEMORY, route: route)
        }
        let easy = CurlEasy(owning: raw, watch: LoginWatch(sockets: sockets), multi: multi)
        let options = CurlOptions(easy: raw)
        options.set(pointer: CURLOPT_ERRORBUFFER, easy.errorBuffer)
        options.set(route: route)
        options.set(watch: easy.watch, sockets: sockets)
        guard options.status == CURLE_OK else {
            throw SMTPRouteError(call: "curl_easy_setopt", status: options.status, route: route)
        }
        if let multi {
            let status = curl_multi_add_handle(multi.raw, raw)
            guard status == CURLM_OK else {
                throw SMTPRouteError(call: "curl_multi_add_handle", status: CURLE_OUT_OF_MEMORY, route: route)
            }
        }
        return easy
    }

    /// Connects and logs in on the calling thread, which it blocks.
    func perform() -> CURLcode { curl_easy_perform(raw) }

    var socket: Int32 { veredus_curl_active_socket(raw) }
    var replyCode: Int { veredus_curl_reply_code(raw) }
    var isConnected: Bool { veredus_curl_is_connected(raw) != 0 }

    /// libcurl's words on the last failure.
    func words(for status: CURLcode) -> String {
        let words = String(cString: errorBuffer)
        return words.isEmpty ? CurlLibrary.explain(status) : words
    }
}
