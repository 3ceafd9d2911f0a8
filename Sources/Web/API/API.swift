import Core
import Crypto
import Database
import DatabaseClient
import HTTPTypes
import Hummingbird
import Logging

/// The API: everything below `/api/`, as JSON, for programs with a key.
///
/// It answers before any route of the pages: every error is an RFC 9457 problem, including unknown paths and methods,
/// and cookies are ignored.
struct API: RouterMiddleware {
    /// How long a request waits for a connection to the database.
    static let deadline = Duration.seconds(5)

    let parts: WebParts
    private let limits: RequestLimits

    init(parts: WebParts) {
        self.parts = parts
        limits = RequestLimits(perMinute: parts.settings.apiPerMinute)
    }

    func handle(
        _ request: Request,
        context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        guard path == "/api" || path.hasPrefix("/api/") else { return try await next(request, context) }
        do {
            let response = try await answer(request, context)
            return request.method == .head ? response.createHeadResponse() : response
        } catch {
            let response = problem(of: error, request).response
            return request.method == .head ? response.createHeadResponse() : response
        }
    }

    private func answer(_ request: Request, _ context: WebContext) async throws -> Response {
        let (route, parameters) = try APIRoute.find(request.method, request.uri.path)
        guard !route.isPublic else { return APIReply.document.response }
        let holder = try await holder(of: request, context)
        let left = try limits.count(key: holder.key)
        guard route.scopes.isEmpty || route.scopes.contains(where: { holder.scopes.contains($0.rawValue) }) else {
            throw APIProblem.scopeMissing(route.scopes)
        }
        let call = APICall(
            parts: parts,
            holder: holder,
            method: route.method,
            path: request.uri.path,
            parameters: parameters,
            query: request.uri.query,
            idempotencyKey: try Self.idempotencyKey(request.headers),
            body: try await body(of: request, for: route),
            isGone: context.isGone
        )
        var response = try await route.act(call).response
        response.headers[.unchecked("RateLimit-Policy")] = "\"key\";q=\(left.perMinute);w=60"
        response.headers[.unchecked("RateLimit")] = "\"key\";r=\(left.left);t=\(left.secondsUntilFull)"
        return response
    }

    /// Looks up the key. Unknown keys cost a database lookup, so they are limited by address.
    private func holder(of request: Request, _ context: WebContext) async throws -> APIKeyHolder {
        let field = request.headers[.authorization] ?? ""
        guard field.lowercased().hasPrefix("bearer "), let key = APIKey(String(field.dropFirst("bearer ".count))) else {
            throw APIProblem.unauthorized
        }
        if let holder = try await parts.pool.holder(ofKey: key.hash, deadline: Self.deadline) { return holder }
        // For fail2ban; never the key.
        parts.log.notice("an API key was refused", metadata: ["client": "\(context.reader?.digits ?? "unknown")"])
        try limits.countFailure(of: context.client)
        throw APIProblem.unauthorized
    }

    private func body(of request: Request, for route: APIRoute) async throws -> [UInt8] {
        guard route.method == .post || route.method == .patch else { return [] }
        let limit = route.bodyLimit
        if let text = request.headers[.contentLength], (Int(text) ?? 0) > limit {
            throw APIProblem.tooLarge(limitBytes: limit).with(.connection, "close")
        }
        var bytes: [UInt8] = []
        do {
            for try await part in request.body {
                guard bytes.count + part.readableBytes <= limit else {
                    throw APIProblem.tooLarge(limitBytes: limit).with(.connection, "close")
                }
                bytes += part.readableBytesView
            }
        } catch let problem as APIProblem {
            throw problem
        } catch {
            // The client hung up, or sent what is not HTTP.
            throw APIProblem.badRequest("The body could not be read.")
        }
        guard !bytes.isEmpty else {
            guard route.body != .required else { throw APIProblem.badRequest("The body must be a JSON object.") }
            return []
        }
        guard route.body != .none else { throw APIProblem.badRequest("This request takes no body.") }
        let type = (request.headers[.contentType] ?? "").lowercased().split(separator: ";").first
        guard type?.filter({ $0 != " " }) == "application/json" else {
            throw APIProblem(
                .unsupportedMediaType,
                "unsupported-media-type",
                "Unsupported media type",
                "The body must be JSON: `Content-Type: application/json`."
            )
        }
        return bytes
    }

    private static func idempotencyKey(_ headers: HTTPFields) throws(APIProblem) -> String? {
        guard let text = headers[.unchecked("Idempotency-Key")] else { return nil }
        guard (1...200).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .badRequest(
                "A header field is invalid.",
                [.init(pointer: "Idempotency-Key", detail: "must be 1 to 200 visible ASCII characters")]
            )
        }
        return text
    }

    private func problem(of error: any Error, _ request: Request) -> APIProblem {
        switch error {
        case let problem as APIProblem: return problem
        case let refused as IdempotencyRefused: return refused.problem
        case let refused as RequestRefused: return refused.problem
        case let refused as ChangeRefused: return refused.problem
        case let refused as HeavyWork.Refused: return APIProblem(refused)
        case let refused as TrackingRefused: return .invalid([.init(pointer: "/tracking", detail: refused.reason)])
        default: break
        }
        // What the schema refuses, and nothing before it has.
        if let problem = (error as? PostgresError)?.inputProblem {
            return .invalid([APIProblem.Field(pointer: "", detail: problem)])
        }
        let facts: Logger.Metadata = ["method": "\(request.method)", "why": "\(error)"]
        if error.isTransientFailure || error is CancellationError {
            parts.log.warning("the API could not answer", metadata: facts)
            return .unavailable
        }
        parts.log.error("the API failed", metadata: facts)
        return .internalError
    }
}

extension IdempotencyRefused {
    fileprivate var problem: APIProblem {
        switch self {
        case .inProgress:
            .conflict(
                "in-progress",
                "The first request with this Idempotency-Key is still in progress; try again in a moment."
            )
            .with(.retryAfter, "1")
        case .otherRequest:
            APIProblem(
                .unprocessableContent,
                "idempotency-key-reused",
                "Idempotency-Key reused",
                "This Idempotency-Key belongs to an earlier request; use a new one for each."
            )
        }
    }
}

extension ChangeRefused {
    fileprivate var problem: APIProblem {
        problems.isEmpty ? .conflict("wrong-state", sentence) : .conflict("not-ready", sentence, problems)
    }
}

extension RequestRefused {
    fileprivate var problem: APIProblem {
        switch why {
        case .emptyList, .nobodyLeft: .conflict("empty-list", sentence)
        case .state, .changed: .conflict("wrong-state", sentence)
        case .notReady(let problems):
            .conflict("not-ready", "\(sentence) With \"anyway\": true it is started as it is.", problems)
        case .past: .invalid([.init(pointer: "/start_at", detail: reason)])
        }
    }
}
