import Core
import HTTPTypes
import Hummingbird

/// The parts shared by opens and clicks.
struct Tracking: Sendable {
    let buffer: EventBuffer
    let links: LinkCache
}

/// Pixels and links of messages: `GET /o/<token>.gif` and `GET /c/<token>`.
///
/// Neither waits for the database to record an event. They set no cookie, allow no caching, and pass on no address or
/// user agent. HEAD requests and prefetches get an answer and count nothing.
struct TrackingRoutes: Sendable {
    let keys: KeyRing
    let tracking: Tracking
    var unknown = UnknownTokens()
    /// Seconds since 1970.
    var clock: @Sendable () -> Int64 = { Int64(currentSeconds()) }

    /// A transparent picture of one pixel: 43 bytes.
    static let pixel: [UInt8] =
        Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF] + [0x21, 0xF9, 4, 1, 0, 0, 0, 0]
        + [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0] + [2, 2, 0x44, 1, 0, 0x3B]

    func add(to router: Router<WebContext>) {
        router.get("o/:token") { request, context in open(request, context) }
        router.head("o/:token") { _, _ in Self.picture(of: nil) }
        router.get("c/:token") { request, context in await click(request, context) }
        router.head("c/:token") { request, context in await click(request, context).createHeadResponse() }
    }

    /// The image, whatever the token: the answer does not reveal whether it is valid.
    private func open(_ request: Request, _ context: WebContext) -> Response {
        let name = context.parameters.get("token") ?? ""
        if name.hasSuffix(".gif") {
            let text = name.utf8.dropLast(4)
            if let token = try? keys.verify(text, as: .open) {
                count(token, request, context)
            } else {
                unknown.note(text, as: .open, keys: keys)
            }
        }
        return Self.picture(of: Self.body)
    }

    /// A redirect to the stored address, or a page; never to another address.
    private func click(_ request: Request, _ context: WebContext) async -> Response {
        let text = (context.parameters.get("token") ?? "").utf8
        guard let token = try? keys.verify(text, as: .click), case .click(let campaign, let link, _) = token else {
            unknown.note(text, as: .click, keys: keys)
            return Self.notThere(request)
        }
        do throws(LinkCache.Away) {
            guard let (target, mode) = try await tracking.links.target(of: campaign, link: link) else {
                return Self.notThere(request)
            }
            if mode != .none { count(token, request, context) }
            return Response(
                status: .found,
                headers: [.location: target.url, .cacheControl: "no-store", .contentLength: "0"]
            )
        } catch {
            return Self.comeBack
        }
    }

    private func count(_ token: TrackingToken, _ request: Request, _ context: WebContext) {
        guard request.method == .get, !MachineSigns.isAhead(purposes: Self.purposes(of: request)) else { return }
        let now = clock()
        var random = SystemRandomNumberGenerator()
        let event = TrackedEvent(
            token,
            id: EventID(from: &random),
            second: UInt16(now % 3_600),
            isMachine: MachineSigns.isMachine(agent: request.headers[.userAgent])
        )
        guard let event else { return }
        tracking.buffer.add(EventBuffer.Entry(hour: Int32(now / 3_600), event: event), from: context.client)
    }

    private static func purposes(of request: Request) -> [String] {
        purposeNames.compactMap { request.headers[$0] }
    }

    private static let purposeNames: [HTTPField.Name] = [
        .unchecked("Sec-Purpose"), .unchecked("Purpose"), .unchecked("X-Purpose"), .unchecked("X-Moz"),
    ]

    // MARK: Answers

    private static let body = ByteBuffer(bytes: pixel)
    private static let pictureHeaders: HTTPFields = [
        .contentType: "image/gif", .contentLength: "43", .cacheControl: "no-store",
        SecurityHeaders.resourcePolicy: "cross-origin",
    ]

    /// `body`: `nil` for HEAD, whose answer has the same fields.
    private static func picture(of body: ByteBuffer?) -> Response {
        Response(
            status: .ok,
            headers: pictureHeaders,
            body: body.map { ResponseBody(byteBuffer: $0) }
                ?? ResponseBody(contentLength: 43) { try await $0.finish(nil) }
        )
    }

    /// The page for an unknown or incomplete link, and for every other unknown path.
    @Sendable static func notThere(_ request: Request) -> Response {
        do {
            let page = try OptOutPages(acceptLanguage: request.headers[.acceptLanguage]).notThere()
            return .page(page, status: .notFound)
        } catch {
            return .text("This link is unknown or incomplete.\n", status: .notFound)
        }
    }

    /// A page that reloads itself: the link's target is not known yet.
    private static var comeBack: Response {
        var response = Response.page(
            Array(
                """
                <!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="3">
                <title>One moment</title></head><body><p>One moment: this page retries automatically.</p></body></html>

                """.utf8
            ),
            status: .serviceUnavailable
        )
        response.headers[.retryAfter] = "3"
        return response
    }
}
