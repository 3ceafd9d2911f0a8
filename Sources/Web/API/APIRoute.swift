import Core
import HTTPTypes

/// One operation of the API. A test compares these with the OpenAPI document in both directions.
struct APIRoute: Sendable {
    enum Body: Sendable { case none, optional, required }

    let method: HTTPRequest.Method
    /// `{…}` stands for one path segment.
    let path: String
    /// One of these is needed; if empty, any key will do.
    let scopes: [APIScope]
    let body: Body
    let bodyLimit: Int
    let isPublic: Bool
    let act: @Sendable (APICall) async throws -> APIReply

    private let segments: [Substring]

    init(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ scopes: APIScope...,
        body: Body = .none,
        limit: Int = 64 << 10,
        isPublic: Bool = false,
        _ act: @escaping @Sendable (APICall) async throws -> APIReply
    ) {
        self.method = method
        self.path = "/api/v1" + path
        self.scopes = scopes
        self.body = body
        bodyLimit = limit
        self.isPublic = isPublic
        self.act = act
        segments = self.path.split(separator: "/")
    }

    /// The route of a request, and what stands for its `{…}`.
    ///
    /// - Throws: ``APIProblem``: nothing is there, or not for this method.
    static func find(
        _ method: HTTPRequest.Method,
        _ path: String
    ) throws(APIProblem) -> (route: APIRoute, parameters: [String]) {
        let found = all.compactMap { route in route.parameters(in: path).map { (route: route, parameters: $0) } }
        guard !found.isEmpty else { throw .notFound }
        let wanted = method == .head ? .get : method
        if let match = found.first(where: { $0.route.method == wanted }) { return match }
        var allowed = found.map(\.route.method)
        if allowed.contains(.get) { allowed.append(.head) }
        throw .methodNotAllowed(allowed)
    }

    private func parameters(in path: String) -> [String]? {
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == segments.count else { return nil }
        var parameters: [String] = []
        for (part, segment) in zip(parts, segments) {
            if segment.hasPrefix("{"), !part.isEmpty {
                parameters.append(String(part))
            } else if part != segment {
                return nil
            }
        }
        return parameters
    }

    static let all: [APIRoute] = [
        APIRoute(.get, "/openapi.json", isPublic: true) { _ in .document },
        APIRoute(.get, "/account") { try await $0.showAccount() },

        APIRoute(.get, "/lists", .readCampaigns, .readContacts) { try await $0.showLists() },
        APIRoute(.post, "/lists", .writeContacts, body: .required) { try await $0.createList() },
        APIRoute(.get, "/lists/{list}", .readCampaigns, .readContacts) { try await $0.showList() },

        APIRoute(.get, "/contacts", .readContacts) { try await $0.showContacts() },
        APIRoute(.post, "/contacts", .writeContacts, body: .required, limit: 8 << 20) {
            try await $0.upsertContacts()
        },
        APIRoute(.get, "/contacts/{contact}", .readContacts) { try await $0.showContact() },

        APIRoute(.get, "/campaigns", .readCampaigns) { try await $0.showCampaigns() },
        APIRoute(.post, "/campaigns", .writeCampaigns, body: .required, limit: 2 << 20) {
            try await $0.createCampaign()
        },
        APIRoute(.get, "/campaigns/{campaign}", .readCampaigns) { try await $0.showCampaign() },
        APIRoute(.patch, "/campaigns/{campaign}", .writeCampaigns, body: .required, limit: 2 << 20) {
            try await $0.changeCampaign()
        },
        APIRoute(.post, "/campaigns/{campaign}/start", .sendCampaigns, body: .optional) {
            try await $0.startCampaign()
        },
        APIRoute(.post, "/campaigns/{campaign}/pause", .sendCampaigns) { try await $0.ask(.pause) },
        APIRoute(.post, "/campaigns/{campaign}/resume", .sendCampaigns) { try await $0.ask(.resume) },
        APIRoute(.post, "/campaigns/{campaign}/cancel", .sendCampaigns) { try await $0.ask(.cancel) },
        APIRoute(.post, "/campaigns/{campaign}/unschedule", .sendCampaigns) { try await $0.ask(.unschedule) },
        APIRoute(.get, "/campaigns/{campaign}/check", .readCampaigns) { try await $0.checkCampaign() },
        APIRoute(.get, "/campaigns/{campaign}/report", .readCampaigns) { try await $0.showReport() },
        APIRoute(.get, "/campaigns/{campaign}/engagement", .readCampaigns) { try await $0.showEngagement() },
        APIRoute(.get, "/campaigns/{campaign}/links", .readCampaigns) { try await $0.showLinks() },
        APIRoute(.get, "/campaigns/{campaign}/deliveries", .readCampaigns) { try await $0.showDeliveries() },

        APIRoute(.get, "/suppressions", .readSuppressions) { try await $0.showSuppressions() },
        APIRoute(.post, "/suppressions", .writeSuppressions, body: .required) { try await $0.suppress() },

        APIRoute(.get, "/dead-letters", .readCampaigns) { try await $0.showDeadLetters() },
    ]
}
