import Core
import Crypto
import Database
import DatabaseClient
import Foundation
import HTTPTypes
import Hummingbird
import Service
import Templates

/// An authorised request: its account, route and input.
struct APICall: Sendable {
    let parts: WebParts
    let holder: APIKeyHolder
    let method: HTTPRequest.Method
    let path: String
    /// The values for the route's `{…}`.
    let parameters: [String]
    let query: String?
    let idempotencyKey: String?
    let body: [UInt8]
    /// Whether the client has hung up.
    let isGone: @Sendable () -> Bool

    var account: AccountID { holder.account }

    /// The audit log names the key.
    var database: AccountDatabase {
        AccountDatabase(pool: parts.pool, actor: "API key \(holder.prefix) (\(holder.name))", deadline: API.deadline)
    }

    func allows(_ scope: APIScope) -> Bool { holder.scopes.contains(scope.rawValue) }

    /// The number in the path; not found if it is not a number.
    func number(upTo limit: Int64 = Int64(Int32.max)) throws(APIProblem) -> Int64 {
        guard let number = parameters.first.flatMap({ PageCursor.number($0) }), (1...limit).contains(number) else {
            throw .notFound
        }
        return number
    }

    func id() throws(APIProblem) -> Int32 { Int32(try number()) }

    /// Reads query parameters; throws when one is invalid or unknown.
    func reading<Value>(_ read: (inout QueryReader) -> Value) throws(APIProblem) -> Value {
        var reader = QueryReader(query)
        let value = read(&reader)
        try reader.finish()
        return value
    }

    /// Refuses every parameter.
    func takesNoParameters() throws(APIProblem) { try reading { _ in } }

    /// The key that hashes addresses, verified against the database.
    func addressKey() async throws -> (identity: AddressHashKey, number: Int16) {
        let identity = parts.keys.identity
        try await parts.pool.withConnection(deadline: API.deadline) { [number = parts.addressKey] connection in
            try await connection.assertAddressKey(number: number, checkValue: identity.checkValue)
        }
        return (identity, parts.addressKey)
    }

    /// Runs work whose CPU cost depends on the client's input, off the shared threads.
    func heavily<Value: Sendable>(_ body: @Sendable (WorkStop) throws -> Value) async throws -> Value {
        do {
            return try await parts.heavy.run(for: account, isGone: isGone, body)
        } catch let refused as HeavyWork.Refused {
            throw APIProblem(refused)
        }
    }

    /// Runs something once per Idempotency-Key.
    func once(
        _ act: @escaping @Sendable (isolated PostgresConnection) throws -> APIReply
    ) async throws -> APIReply {
        let request = Array("\(method.rawValue) \(path)\n".utf8) + body
        let (answer, isReplay) = try await database.once(
            idempotencyKey,
            requestHash: Array(SHA256.hash(data: request)),
            account: account
        ) { connection in
            let reply = try act(connection)
            return StoredAnswer(status: reply.status.code, location: reply.location ?? "", body: reply.json)
        }
        var reply = APIReply(
            status: HTTPResponse.Status(code: answer.status),
            json: answer.body,
            location: answer.location.isEmpty ? nil : answer.location
        )
        reply.isReplay = isReplay
        return reply
    }
}

/// A successful answer.
struct APIReply: Sendable {
    var status = HTTPResponse.Status.ok
    let json: [UInt8]
    /// The path of the new resource.
    var location: String?
    /// Whether it is a repeated answer to the same request.
    var isReplay = false

    static let document = APIReply(json: PackageResources.openapi_json)

    /// A page of a list.
    static func page(_ items: [JSONValue], next: PageCursor?) -> APIReply {
        APIReply(.page(items, next: next))
    }

    init(_ value: JSONValue, status: HTTPResponse.Status = .ok, location: String? = nil) {
        self.init(status: status, json: value.bytes, location: location)
    }

    init(status: HTTPResponse.Status = .ok, json: [UInt8], location: String? = nil) {
        self.status = status
        self.json = json
        self.location = location
    }

    var response: Response {
        var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        if let location { headers[.location] = location }
        if isReplay { headers[.unchecked("Idempotency-Replayed")] = "true" }
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json))
        )
    }
}
