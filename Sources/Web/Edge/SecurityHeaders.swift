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
        // A route that says something of its own knows why.
        for field in context.isEncrypted ? Self.encrypted : Self.plain where !response.headers.contains(field.name) {
            response.headers.append(field)
        }
        return response
    }

    private static let plain: HTTPFields = [
        .contentSecurityPolicy: policy,
        .xContentTypeOptions: "nosniff",
        .unchecked("Referrer-Policy"): "no-referrer",
        .unchecked("Cross-Origin-Opener-Policy"): "same-origin",
        .unchecked("Cross-Origin-Resource-Policy"): "cross-origin",
        .unchecked("Permissions-Policy"): "camera=(), geolocation=(), microphone=()",
    ]
    private static let encrypted: HTTPFields = {
        var fields = plain
        fields[.strictTransportSecurity] = "max-age=31536000"
        return fields
    }()
}
