import HTTPTypes
import Hummingbird

/// What every answer says to a browser: load nothing from elsewhere, tell nobody where you were, show it in no frame.
struct SecurityHeaders: RouterMiddleware {
    /// Scripts and styles come from this site's own files only: none stands in a page.
    static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    func handle(
        _ request: Request,
        context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        var headers: HTTPFields = [
            .contentSecurityPolicy: Self.policy,
            .xContentTypeOptions: "nosniff",
            .unchecked("Referrer-Policy"): "no-referrer",
            .unchecked("Cross-Origin-Opener-Policy"): "same-origin",
            .unchecked("Cross-Origin-Resource-Policy"): "cross-origin",
            .unchecked("Permissions-Policy"): "camera=(), geolocation=(), microphone=()",
        ]
        if context.isEncrypted { headers[.strictTransportSecurity] = "max-age=31536000" }
        // A route that says something of its own knows why.
        for field in headers where response.headers[field.name] == nil { response.headers[field.name] = field.value }
        return response
    }
}
