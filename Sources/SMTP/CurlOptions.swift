import CCurl
import Core
import Glibc

/// Sets the options of an easy handle; the first refusal stays in ``status``.
final class CurlOptions {
    private let easy: UnsafeMutableRawPointer
    private(set) var status = CURLE_OK

    init(easy: UnsafeMutableRawPointer) { self.easy = easy }

    func set(_ option: CURLoption, _ value: Int) { note(veredus_curl_set_long(easy, option, value)) }
    func set(_ option: CURLoption, _ value: String) { note(veredus_curl_set_string(easy, option, value)) }
    func set(pointer option: CURLoption, _ value: UnsafeMutablePointer<CChar>) {
        note(veredus_curl_set_pointer(easy, option, value))
    }

    private func note(_ result: CURLcode) {
        if status == CURLE_OK { status = result }
    }

    /// Connect and log in, then hand the connection over: CURLOPT_CONNECT_ONLY(3).
    func set(route: SMTPRouteSettings) {
        // The path of an smtp URL is what EHLO says.
        set(CURLOPT_URL, "\(route)/\(route.ehloName)")
        set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        set(CURLOPT_CONNECT_ONLY, 1)
        set(CURLOPT_NOSIGNAL, 1)
        // An empty proxy: `all_proxy` and similar environment variables are for browsers.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOPROXY, "*")
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_BUFFERSIZE, 1_024)  // libcurl's own; replies of the log-in are all it reads
        set(CURLOPT_DNS_CACHE_TIMEOUT, 60)
        set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(route.timeouts.connect + route.timeouts.greeting))
        set(CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, milliseconds(route.timeouts.greeting) / 1_000))
        setTLS(route)
        if let credentials = route.credentials { set(credentials: credentials) }
    }

    private func setTLS(_ route: SMTPRouteSettings) {
        if !route.isTLSFirst {
            switch route.startTLS {
            case .required: set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
            case .opportunistic: set(CURLOPT_USE_SSL, Int(CURLUSESSL_TRY.rawValue))
            case .off: set(CURLOPT_USE_SSL, Int(CURLUSESSL_NONE.rawValue))
            }
        }
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_SSL_VERIFYPEER, route.verifiesServer ? 1 : 0)
        set(CURLOPT_SSL_VERIFYHOST, route.verifiesServer ? 2 : 0)
        if let file = route.authorityFile { set(CURLOPT_CAINFO, file) }
    }

    private func set(credentials: SMTPRouteSettings.Credentials) {
        set(CURLOPT_USERNAME, credentials.user)
        if credentials.mechanism?.takesToken == true {
            set(CURLOPT_XOAUTH2_BEARER, credentials.secret)
        } else {
            set(CURLOPT_PASSWORD, credentials.secret)
        }
        if let mechanism = credentials.mechanism { set(CURLOPT_LOGIN_OPTIONS, "AUTH=\(mechanism.rawValue)") }
    }

    /// The watch lives as long as the easy handle, the sockets as long as everything in libcurl that may close one.
    func set(watch: LoginWatch, sockets: OpenSockets) {
        let watcher = Unmanaged.passUnretained(watch).toOpaque()
        note(
            veredus_curl_on_header(
                easy,
                { bytes, size, count, user in
                    guard let bytes, let user else { return 0 }
                    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                    Unmanaged<LoginWatch>.fromOpaque(user).takeUnretainedValue().replies.take(line)
                    return size * count
                },
                watcher
            )
        )
        note(
            veredus_curl_on_open(
                easy,
                { user, socket, _ in
                    guard let user else { return CURL_SOCKOPT_ERROR }
                    let watch = Unmanaged<LoginWatch>.fromOpaque(user).takeUnretainedValue()
                    watch.sockets.opened(socket, for: watch)
                    return CURL_SOCKOPT_OK
                },
                watcher
            )
        )
        note(
            veredus_curl_on_close(
                easy,
                { user, socket in
                    if let user { Unmanaged<OpenSockets>.fromOpaque(user).takeUnretainedValue().closing(socket) }
                    return close(socket)
                },
                Unmanaged.passUnretained(sockets).toOpaque()
            )
        )
    }

    private func milliseconds(_ duration: Duration) -> Int { Int(clamping: duration.nanoseconds / 1_000_000) }
}
