import CCurl

/// libcurl as a whole.
enum CurlLibrary {
    /// curl_global_init(3), once a process; every use of libcurl looks at it first.
    static let status: CURLcode = veredus_curl_global_init()

    /// Whether it was built with libgsasl, which is what SCRAM needs.
    static var hasSCRAM: Bool {
        guard let info = veredus_curl_version() else { return false }
        return info.pointee.features & CURL_VERSION_GSASL != 0
    }

    static func explain(_ status: CURLcode) -> String { String(cString: curl_easy_strerror(status)) }
}
