import Core
import HTTPTypes
import Hummingbird

/// The cookie that names a session: for this host only, never sent unencrypted, inaccessible to scripts.
struct SessionCookie: Sendable {
    /// Browsers accept a cookie of that name only with Secure, with Path=/ and without Domain: no other host of the
    /// domain can set it (RFC 6265bis §4.1.3.2).
    private static let secureName = "__Host-veredus"
    /// For http, which settings allow only on this machine, where browsers may refuse the other name.
    private static let localName = "veredus-local"

    private let name: String
    private let attributes: String

    /// `url`: The dashboard's address.
    init(dashboardURL url: String) {
        let isEncrypted = url.lowercased().hasPrefix("https://")
        name = isEncrypted ? Self.secureName : Self.localName
        attributes = "; Path=/; HttpOnly; SameSite=Lax" + (isEncrypted ? "; Secure" : "")
    }

    /// The browser's token; `nil` for none, or an invalid one.
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

/// Whether a form was sent from a page of this site.
enum CrossSite {
    /// Browsers send a request's origin; requests without either field are refused. Where the page's referrer policy is
    /// `no-referrer`, a request may send `Origin: null`: Sec-Fetch-Site decides first.
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
