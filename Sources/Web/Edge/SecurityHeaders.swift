import HTTPTypes
import Hummingbird

/// What every answer says to a browser, refusals as well: load nothing from elsewhere, tell nobody where you were, show
/// it in no frame.
struct SecurityHeaders: RouterMiddleware {
    /// Scripts and styles come from this site's own files only: none stands in a page.
    static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    /// Whether pages of other sites may show an answer: a message's pixel only, which a webmail's page shows.
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
            // A page that is not there, a body that is too large: the framework's own answers.
            response = try refusal.response(from: request, context: context)
        }
        Self.complete(&response, isEncrypted: context.isEncrypted)
        return response
    }

    /// Adds what the answer does not say itself: a route that says something of its own knows why.
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
