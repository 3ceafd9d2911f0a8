import Core
import HTTPTypes
import Hummingbird

/// Why a request is refused, as in RFC 9457: `application/problem+json`.
struct APIProblem: Error, Equatable {
    /// A problem with one place of the body, or with one parameter.
    struct Field: Equatable {
        /// JSON Pointer (RFC 6901) into the body; a query parameter or a header by its name.
        let pointer: String
        let detail: String
    }

    /// Never changes for a kind of problem: clients compare it.
    let type: String
    let title: String
    let status: HTTPResponse.Status
    let detail: String
    var errors: [Field] = []
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ type: String, _ title: String, _ detail: String, errors: [Field] = []) {
        self.status = status
        self.type = "urn:veredus:problem:\(type)"
        self.title = title
        self.detail = detail
        self.errors = errors
    }

    func with(_ name: HTTPField.Name, _ value: String) -> APIProblem {
        var copy = self
        copy.headers[name] = value
        return copy
    }

    var response: Response {
        let json: JSONValue = [
            "type": .string(type), "title": .string(title), "status": .number(status.code),
            "detail": .string(detail),
            "errors": .array(errors.map { ["pointer": .string($0.pointer), "detail": .string($0.detail)] }),
        ]
        var fields = headers
        fields[.contentType] = "application/problem+json"
        fields[.cacheControl] = "no-store"
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }
}

extension APIProblem {
    /// The account has no such resource, whether or not another has.
    static let notFound = APIProblem(.notFound, "not-found", "Not found", "Nothing exists at this address.")

    static let unauthorized = APIProblem(
        .unauthorized,
        "unauthorized",
        "Unauthorized",
        "Send a valid API key: `Authorization: Bearer vrd_…`."
    ).with(.wwwAuthenticate, #"Bearer realm="veredus""#)

    static let unavailable = APIProblem(
        .serviceUnavailable,
        "unavailable",
        "Unavailable",
        "The database does not answer. Repeat the request, with the same Idempotency-Key if it had one."
    ).with(.retryAfter, "5")

    /// The work on tenants' messages is limited.
    init(_ refused: HeavyWork.Refused) {
        let seconds = Double(HeavyWork.retryAfterSeconds)
        switch refused {
        case .tooManyOfAccount: self = .tooManyRequests(retryAfterSeconds: seconds)
        case .tooMany, .tooLate:
            self = APIProblem(
                .serviceUnavailable,
                "busy",
                "Busy",
                "The server is compiling other campaigns. Nothing was changed; repeat the request in a moment."
            ).with(.retryAfter, String(HeavyWork.retryAfterSeconds))
        }
    }

    static let internalError = APIProblem(
        .internalServerError,
        "internal-error",
        "Internal error",
        "This is a bug; the service's log has details."
    )

    static func scopeMissing(_ scopes: [APIScope]) -> APIProblem {
        let names = scopes.map(\.rawValue)
        return APIProblem(
            .forbidden,
            "insufficient-scope",
            "Insufficient scope",
            "The key does not have the scope \(names.joined(separator: " or "))."
        ).with(
            .wwwAuthenticate,
            #"Bearer realm="veredus", error="insufficient_scope", scope="\#(names.joined(separator: " "))""#
        )
    }

    static func methodNotAllowed(_ allowed: [HTTPRequest.Method]) -> APIProblem {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        return APIProblem(.methodNotAllowed, "method-not-allowed", "Method not allowed", "Allowed methods: \(names).")
            .with(.allow, names)
    }

    static func tooManyRequests(retryAfterSeconds: Double) -> APIProblem {
        APIProblem(.tooManyRequests, "too-many-requests", "Too many requests", "Wait as long as Retry-After says.")
            .with(.retryAfter, String(max(1, Int(retryAfterSeconds.rounded(.up)))))
    }

    static func tooLarge(limitBytes: Int) -> APIProblem {
        APIProblem(.contentTooLarge, "too-large", "Too large", "The body must not exceed \(limitBytes) bytes.")
    }

    /// The request itself is unreadable.
    static func badRequest(_ detail: String, _ errors: [Field] = []) -> APIProblem {
        APIProblem(.badRequest, "bad-request", "Bad request", detail, errors: errors)
    }

    /// The body is JSON, but not in the documented shape.
    static func malformed(_ errors: [Field]) -> APIProblem {
        APIProblem(
            .badRequest,
            "malformed",
            "Malformed",
            "The body does not match the documentation; see `errors`. Nothing was changed.",
            errors: errors
        )
    }

    /// The shape is right, but a value is not.
    static func invalid(_ errors: [Field]) -> APIProblem {
        APIProblem(
            .unprocessableContent,
            "invalid",
            "Invalid",
            "The request is invalid; see `errors`. Nothing was changed.",
            errors: errors
        )
    }

    static func conflict(_ type: String, _ detail: String, _ problems: [String] = []) -> APIProblem {
        APIProblem(.conflict, type, "Conflict", detail, errors: problems.map { Field(pointer: "", detail: $0) })
    }
}
