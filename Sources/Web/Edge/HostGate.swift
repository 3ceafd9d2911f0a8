import HTTPTypes
import Hummingbird

/// Routes a request to the site of its host; unknown hosts get 421 (RFC 9110 §15.5.20).
///
/// Messages use the tracking host, users and programs the dashboard's. Neither serves the other's pages, so the
/// dashboard's cookie never goes to an address that appears in messages. Health checks work on any host: a load
/// balancer asks by address.
struct HostGate<Site: HTTPResponder>: HTTPResponder where Site.Context == WebContext {
    let health: Site
    /// By authority, in lower case, with the port where it is not the scheme's own.
    let sites: [String: Site]
    var endsTLS = false

    func respond(to request: Request, context: WebContext) async throws -> Response {
        // A second Host field could mean another site to a proxy (RFC 9112 §3.2).
        guard !request.headers.contains(.unchecked("Host")) else { return refusal(.badRequest) }
        if request.uri.path == HealthRoutes.alive || request.uri.path == HealthRoutes.ready {
            return try await health.respond(to: request, context: context)
        }
        // RFC 9112 §3.2: a request of HTTP/1.1 without a host is malformed.
        guard let authority = request.head.authority, !authority.isEmpty else { return refusal(.badRequest) }
        guard let site = sites[authority.lowercased()] else { return refusal(.misdirectedRequest) }
        return try await site.respond(to: request, context: context)
    }

    private func refusal(_ status: HTTPResponse.Status) -> Response {
        var refusal = Response(status: status, headers: [.cacheControl: "no-store"])
        SecurityHeaders.complete(&refusal, isEncrypted: endsTLS)
        return refusal
    }
}

/// The authority of a configured address as browsers send it: lower case, without the default port.
func authority(of url: String) -> String {
    let rest = url.drop { $0 != "/" }.dropFirst(2)
    let authority = rest.prefix { $0 != "/" }.lowercased()
    for (scheme, port) in [("https://", ":443"), ("http://", ":80")]
    where url.lowercased().hasPrefix(scheme) && authority.hasSuffix(port) {
        return String(authority.dropLast(port.count))
    }
    return authority
}
