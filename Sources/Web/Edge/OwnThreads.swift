import Hummingbird
import RuntimeSupport

/// Which threads a request is answered on: opt-outs have their own, and so has everything that tenants and staff ask.
///
/// Pixels, links, assets and health run on the program's shared threads, which no tenant's request uses.
struct OwnThreads: RouterMiddleware {
    let optOuts: ThreadPool
    /// `nil` on a site of recipients alone.
    let tenants: ThreadPool?

    func handle(
        _ request: Request,
        context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard let threads = threads(of: request.uri.path) else { return try await next(request, context) }
        return try await withTaskExecutorPreference(threads) { try await next(request, context) }
    }

    private func threads(of path: String) -> ThreadPool? {
        switch path.split(separator: "/", maxSplits: 1).first {
        case "u", "p": optOuts
        case "o", "c", "assets", "robots.txt", "favicon.ico": nil
        default: tenants
        }
    }
}
