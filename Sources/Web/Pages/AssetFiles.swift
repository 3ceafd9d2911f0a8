import Crypto
import HTTPTypes
import Hummingbird

/// The pages' scripts and styles: `/assets/<name>-<hash>.<extension>`, which browsers may cache for a year.
///
/// A page writes `/assets/<name>.<extension>`; ``Page`` puts the hash in. Add a new file to `all`.
struct AssetFiles: Sendable {
    struct File: Sendable {
        /// The file name, like `veredus.css`.
        let name: String
        /// `/assets/veredus-0123456789abcdef.css`.
        let path: String
        let type: String
        let bytes: [UInt8]

        fileprivate init(_ stem: String, _ ending: String, _ type: String, _ bytes: [UInt8]) {
            let hash = SHA256.hash(data: bytes).prefix(8).map { byte in
                let text = String(byte, radix: 16)
                return text.count == 1 ? "0" + text : text
            }
            name = "\(stem).\(ending)"
            path = "/assets/\(stem)-\(hash.joined()).\(ending)"
            self.type = type
            self.bytes = bytes
        }
    }

    private static let style = "text/css; charset=utf-8"
    private static let script = "text/javascript; charset=utf-8"

    static let all = [
        File("veredus", "css", style, PackageResources.veredus_css),
        File("optout", "js", script, PackageResources.optout_js),
        File("dash", "css", style, PackageResources.dash_css),
        File("dash", "js", script, PackageResources.dash_js),
    ]

    private static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })

    /// A page's text with hashed addresses.
    static func stamped(_ source: String) -> String {
        all.reduce(source) { text, file in
            text.split(separator: "\"/assets/\(file.name)\"", omittingEmptySubsequences: false)
                .joined(separator: "\"\(file.path)\"")
        }
    }

    /// What browsers and crawlers request by themselves. Search engines get nothing: links in messages are personal, and
    /// the dashboard needs a login.
    private static let byName: [(path: RouterPath, type: String, bytes: [UInt8])] = [
        ("robots.txt", "text/plain; charset=utf-8", Array("User-agent: *\nDisallow: /\n".utf8)),
        ("favicon.ico", "image/png", PackageResources.favicon_png),
    ]

    static func add(to router: Router<WebContext>) {
        for file in byName {
            router.get(file.path) { _, _ in answer(file.bytes, file.type, "public, max-age=86400") }
            router.head(file.path) { _, _ in
                answer(file.bytes, file.type, "public, max-age=86400").createHeadResponse()
            }
        }
        router.get("assets/:file") { request, _ in answer(request) }
        router.head("assets/:file") { request, _ in answer(request).createHeadResponse() }
    }

    private static func answer(_ request: Request) -> Response {
        guard let file = byPath[request.uri.path] else {
            return .text("not found\n", status: .notFound)
        }
        return answer(file.bytes, file.type, "public, max-age=31536000, immutable")
    }

    private static func answer(_ bytes: [UInt8], _ type: String, _ cached: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: type, .cacheControl: cached],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
