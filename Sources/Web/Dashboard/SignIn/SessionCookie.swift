import Core
import HTTPTypes
import Hummingbird

/// The cookie that names a session: for this host alone, never sent in the clear, out of reach of scripts.
struct SessionCookie: Sendable {
    /// Browsers take a cookie of that name only with Secure, with Path=/ and without Domain: no other host of the domain
    /// can set it (RFC 6265bis §4.1.3.2).
    private static let secureName = "__Host-veredus"
    /// Over http, which settings allow on this machine only, where browsers may refuse the other one.
    private static let localName = "veredus-local"

    private let name: String
    private let attributes: String

    /// `url`: Where the dashboard is found.
    init(dashboardURL url: String) {
        let isEncrypted = url.lowercased().hasPrefix("https://")
        name = isEncrypted ? Self.secureName : Self.localName
        attributes = "; Path=/; HttpOnly; SameSite=Lax" + (isEncrypted ? "; Secure" : "")
    }

    /// The token that a browser has; `nil` for none, and for what is no token.
    func token(in request: Request) -> SecretToken? {
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0] == name { return SecretToken(parts[1]) }
            }
        }
        return nil
    }

    func give(_ token: SecretToken, to response: inout Response) {
        response.headers[values: .setCookie] = ["\(name)=\(token.text)\(attributes)"]
    }

    func takeBack(from response: inout Response) {
        response.headers[values: .setCookie] = ["\(name)=\(attributes); Max-Age=0"]
    }
}

/// Whether a form was sent from a page of ours.
enum CrossSite {
    /// Browsers say where a request comes from; one that says neither is refused. A request that names no site sends
    /// `Origin: null` where the page's referrer policy is `no-referrer`: Sec-Fetch-Site decides first.
    static func isOurs(_ headers: HTTPFields, dashboardURL: String) -> Bool {
        if let site = headers[.secFetchSite] { return site == "same-origin" }
        guard let origin = headers[.origin] else { return false }
        let scheme = dashboardURL.lowercased().prefix { $0 != "/" }
        return origin.lowercased() == "\(scheme)//\(authority(of: dashboardURL))"
    }
}

extension HTTPField.Name {
    static let secFetchSite = unchecked("Sec-Fetch-Site")
}
