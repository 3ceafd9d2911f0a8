import CCurl
import Synchronization

/// Whether to abort the transfer.
final class Interruption: Sendable {
    private let isAsked = Atomic(false)
    func ask() { isAsked.store(true, ordering: .relaxed) }
    var value: Bool { isAsked.load(ordering: .relaxed) }
}

/// The only owner of a libcurl easy handle that talks IMAP; freed once, after its farewell.
///
/// Not `Sendable`: libcurl forbids two threads on one handle (libcurl-thread(3)). The connection stays open between
/// commands, as libcurl keeps it.
final class IMAPHandle {
    private let raw: UnsafeMutableRawPointer
    private let settings: IMAPSettings
    private let interruption: Interruption
    private let errorBuffer: UnsafeMutablePointer<CChar>

    private static let libraryStatus = veredus_curl_global_init()

    init(_ settings: IMAPSettings, _ interruption: Interruption) throws(IMAPError) {
        guard Self.libraryStatus == CURLE_OK, let raw = curl_easy_init() else {
            throw IMAPError(.misuse, "curl_easy_init: out of memory", remedy: "Give the machine more memory")
        }
        self.raw = raw
        self.settings = settings
        self.interruption = interruption
        errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(raw)  // curl_easy_init(3); it says LOGOUT
        errorBuffer.deallocate()
    }

    /// Collects what the server sends, up to a limit.
    private final class Answer {
        var bytes: [UInt8] = []
        let limit: Int
        init(limit: Int) { self.limit = limit }
    }

    /// Runs one command on the mailbox, and blocks the thread until it is answered.
    ///
    /// - Parameters:
    ///   - command: `nil` fetches what the path names.
    ///   - path: Behind the host, percent-encoded; empty selects no folder.
    ///   - limit: Bytes of an answer.
    ///   - keepsPart: Whether the beginning of a longer answer is acceptable; the connection is lost with the rest.
    ///   - step: For an error.
    /// - Returns: The untagged lines, or the mail.
    /// - Throws: The error of libcurl or the server.
    func perform(
        _ command: String?,
        path: String,
        limit: Int,
        keepsPart: Bool,
        step: String
    ) throws(IMAPError) -> [UInt8] {
        let answer = Answer(limit: limit)
        curl_easy_reset(raw)  // keeps the connection, curl_easy_reset(3)
        errorBuffer.pointee = 0
        var status = setOptions(path: path, command: command, answer: answer)
        if status == CURLE_OK { status = withExtendedLifetime(answer) { curl_easy_perform(raw) } }
        if keepsPart, status == CURLE_WRITE_ERROR, !answer.bytes.isEmpty { return answer.bytes }
        guard status == CURLE_OK else {
            let words = String(cString: errorBuffer)
            throw IMAPError(
                status,
                "\(step) at \(settings)",
                words: words.isEmpty ? String(cString: curl_easy_strerror(status)) : words
            )
        }
        return answer.bytes
    }

    private func setOptions(path: String, command: String?, answer: Answer) -> CURLcode {
        var status = CURLE_OK
        func note(_ result: CURLcode) { if status == CURLE_OK { status = result } }
        func set(_ option: CURLoption, _ value: Int) { note(veredus_curl_set_long(raw, option, value)) }
        func set(_ option: CURLoption, _ value: String) { note(veredus_curl_set_string(raw, option, value)) }
        note(veredus_curl_set_pointer(raw, CURLOPT_ERRORBUFFER, errorBuffer))
        set(CURLOPT_URL, "\(settings)/\(path)")
        set(CURLOPT_PROTOCOLS_STR, "imap,imaps")
        set(CURLOPT_NOSIGNAL, 1)
        // `all_proxy` and similar environment variables are for browsers.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOPROXY, "*")
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, Int(settings.connectTimeout / .milliseconds(1)))
        set(CURLOPT_TIMEOUT_MS, Int(settings.commandTimeout / .milliseconds(1)))
        set(CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, Int(settings.commandTimeout / .seconds(1))))
        set(CURLOPT_USERNAME, settings.user)
        set(CURLOPT_PASSWORD, settings.password)
        let usesTLS = settings.isTLSFirst || settings.startsTLS
        if !settings.isTLSFirst {
            set(CURLOPT_USE_SSL, Int((usesTLS ? CURLUSESSL_ALL : CURLUSESSL_NONE).rawValue))
        }
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        if let file = settings.authorityFile { set(CURLOPT_CAINFO, file) }
        if let command { set(CURLOPT_CUSTOMREQUEST, command) }
        note(
            veredus_curl_on_write(
                raw,
                { bytes, size, count, user in
                    guard let bytes, let user else { return 0 }
                    let answer = Unmanaged<Answer>.fromOpaque(user).takeUnretainedValue()
                    guard answer.bytes.count + size * count <= answer.limit else { return 0 }
                    answer.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: size * count))
                    return size * count
                },
                Unmanaged.passUnretained(answer).toOpaque()
            )
        )
        note(
            veredus_curl_on_progress(
                raw,
                { user, _, _, _, _ in
                    guard let user else { return 0 }
                    return Unmanaged<Interruption>.fromOpaque(user).takeUnretainedValue().value ? 1 : 0
                },
                Unmanaged.passUnretained(interruption).toOpaque()
            )
        )
        return status
    }
}
