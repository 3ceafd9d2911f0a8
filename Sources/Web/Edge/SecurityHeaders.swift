import HTTPTypes
import Hummingbird

/// The header fields of every answer, including errors: load nothing from elsewhere, send no referrer, allow no
/// framing.
struct SecurityHeaders: RouterMiddleware {
    /// Scripts and styles come only from this site's files: none is inline.
    static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    /// Whether the site's URL is https; a proxy may end TLS without saying so.
    var isSecureSite = false
    /// The page for unknown paths; `nil` for the framework's own empty answer.
    var notFound: (@Sendable (Request) -> Response)?
    /// Whether other sites may show an answer: only a message's pixel, which webmail shows.
    static let resourcePolicy = HTTPField.Name.unchecked("Cross-Origin-Resource-Policy")

    func handle(
        _ request: Request,
        context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let refusal as any HTTPResponseError {
            // Errors of the framework itself, such as 404 and 413.
            response =
                refusal.status == .notFound
                ? try notFound?(request) ?? refusal.response(from: request, context: context)
                : try refusal.response(from: request, context: context)
            if request.method == .head { response = response.createHeadResponse() }
        }
        Self.complete(&response, isEncrypted: context.isEncrypted || isSecureSite)
        return response
    }

    /// Adds the fields that the route did not set itself.
    static func complete(_ response: inout Response, isEncrypted: Bool) {
        for field in isEncrypted ? encrypted : plain where !response.headers.contains(field.name) {
            response.headers.append(field)
        }
    }

    private static let plain: HTTPFields = [
        .contentSecurityPolicy: policy,
        .xContentTypeOptions: "nosniff",
        .unchecked("Referrer-Policy"): "no-referrer",
        .unchecked("Cross-Origin-Opener-Policy"): "same-origin",
        resourcePolicy: "same-origin",
        .unchecked("Permissions-Policy"): "camera=(), geolocation=(), microphone=()",
    ]
    private static let encrypted: HTTPFields = {
        var fields = plain
        fields[.strictTransportSecurity] = "max-age=31536000"
        return fields
    }()
}
