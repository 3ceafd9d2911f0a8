import Bootstrap
import Core
import Database
import DatabaseClient
import HTTPTypes
import Hummingbird
import Logging

/// `/u/<token>`, the unsubscribe link of messages, and `/p/<token>`, the preferences.
///
/// The token in the path is the only credential: no cookie, no login, no redirect (RFC 8058). GET and HEAD change
/// nothing. Success is reported only after the commit; without the database the answer is 503, with a page that keeps
/// trying.
struct OptOutRoutes: Sendable {
    /// Seconds until a retry when the database is unavailable.
    static let retryAfter = 5

    private let database: AccountDatabase
    private let keys: KeyRing
    private let limits = OptOutLimits()
    private let unknown: UnknownTokens
    private let journal: JournalWriter?
    private let log: Logger

    init(
        pool: PostgresPool,
        keys: KeyRing,
        unknown: UnknownTokens = UnknownTokens(),
        journal: JournalWriter? = nil,
        log: Logger
    ) {
        self.unknown = unknown
        self.journal = journal
        // How long a page waits for a connection before it says that it must retry.
        database = AccountDatabase(pool: pool, actor: "recipient", deadline: .seconds(3))
        self.keys = keys
        self.log = log
    }

    func add(to router: Router<WebContext>) {
        for (path, place) in [("u/:token", Place.unsubscribe), ("p/:token", Place.preferences)] {
            let path = RouterPath(path)
            router.get(path) { request, context in await look(place, request, context) }
            router.head(path) { request, context in await look(place, request, context).createHeadResponse() }
            router.post(path) { request, context in await act(place, request, context) }
        }
    }

    private enum Place { case unsubscribe, preferences }

    // MARK: Looking

    private func look(_ place: Place, _ request: Request, _ context: WebContext) async -> Response {
        await answering(request, context) { token, key, mark in
            do {
                switch place {
                case .unsubscribe:
                    guard let (message, standing) = try await database.message(key, mark) else {
                        return try await lost(mark, request)
                    }
                    let pages = OptOutPages(message)
                    if let standing { return .page(try pages.receipt(standing, token: token)) }
                    return .page(try pages.ask(token: token))
                case .preferences:
                    guard let found = try await database.preferences(of: key, mark) else {
                        return try await lost(mark, request)
                    }
                    return .page(try OptOutPages(found.message).preferences(found, notes: []))
                }
            } catch let error as PostgresError {
                let pages = OptOutPages(acceptLanguage: request.headers[.acceptLanguage])
                return busy(
                    error,
                    place == .unsubscribe
                        ? try pages.busy([("action", "unsubscribe")], .sign) : try pages.busyReading()
                )
            }
        }
    }

    // MARK: Acting

    private func act(_ place: Place, _ request: Request, _ context: WebContext) async -> Response {
        let start = ContinuousClock.now
        return await answering(request, context) { token, key, mark in
            guard let act = OptOutAct(try await SmallForm(request)), act != .oneClick || place == .unsubscribe else {
                return .text("not a form of this page\n", status: .badRequest)
            }
            if let seconds = limits.ask(for: key) { return try tooOften(seconds, request) }
            do {
                guard let done = try await carryOut(act, place, token, key, mark, request) else { return nil }
                if done.isOptOut { await note(start) }
                // Committed, then on the journal's disk, then answered.
                await journal?.flush()
                return done.response
            } catch let error as PostgresError {
                if act == .oneClick { return busy(error, nil) }
                let pages = OptOutPages(acceptLanguage: request.headers[.acceptLanguage])
                return busy(error, try pages.busy(act.fields, .now))
            }
        }
    }

    /// Stores it, and answers once it is on the database's disk.
    private func carryOut(
        _ act: OptOutAct,
        _ place: Place,
        _ token: String,
        _ key: DeliveryKey,
        _ mark: RecipientMark?,
        _ request: Request
    ) async throws -> (response: Response, isOptOut: Bool)? {
        let way: OptOutWay = act == .oneClick ? .oneClick : place == .unsubscribe ? .page : .preferences
        if case .undo(let proof) = act {
            let done = try await database.takeBack(proof, of: key, mark, by: way)
            if place == .unsubscribe {
                guard let (message, standing) = try await database.message(key, mark) else { return nil }
                let pages = OptOutPages(message)
                // An old page sent again, after another opt-out.
                if let standing, standing.proof != proof {
                    return (.page(try pages.receipt(standing, token: token)), false)
                }
                return (.page(try pages.undone(done, token: token)), false)
            }
            guard let found = try await database.preferences(of: key, mark) else { return nil }
            let pages = OptOutPages(found.message)
            return (.page(try pages.preferences(found, notes: [try pages.outcome(done)])), false)
        }
        let done = try await database.optOut(
            key,
            mark,
            of: { message in
                switch act {
                case .leave(let list): .list(list)
                case .marketing: .marketing
                case .oneClick, .unsubscribe, .undo: .list(message.list)
                }
            },
            by: way
        )
        guard let (message, receipt) = done else {
            return try await carryOutLost(act, key, mark, way, request).map { ($0, true) }
        }
        if act == .oneClick { return (.text("unsubscribed\n"), true) }
        let pages = OptOutPages(message)
        if place == .unsubscribe { return (.page(try pages.receipt(receipt, token: token)), true) }
        guard let found = try await database.preferences(of: key, mark) else { return nil }
        return (.page(try pages.preferences(found, notes: try pages.notes(receipt, found))), true)
    }

    // MARK: Messages that a restore forgot

    /// The page for a message that is not known, of an account that is: it ends all of its marketing.
    private func lost(_ mark: RecipientMark?, _ request: Request) async throws -> Response? {
        guard let mark, let sender = try await database.sender(ofLost: mark) else { return nil }
        let pages = OptOutPages(acceptLanguage: request.headers[.acceptLanguage], sender: sender)
        return .page(try pages.askAboutMarketing())
    }

    private func carryOutLost(
        _ act: OptOutAct,
        _ key: DeliveryKey,
        _ mark: RecipientMark?,
        _ way: OptOutWay,
        _ request: Request
    ) async throws -> Response? {
        // A known message asked for something else, such as a list that its recipient is not on.
        guard let mark, try await database.message(key, mark) == nil,
            let sender = try await database.sender(ofLost: mark),
            let receipt = try await database.optOut(lost: mark, key, by: way)
        else { return nil }
        if act == .oneClick { return .text("unsubscribed\n") }
        let pages = OptOutPages(acceptLanguage: request.headers[.acceptLanguage], sender: sender)
        return .page(try pages.receipt(receipt, token: nil))
    }

    private func note(_ start: ContinuousClock.Instant) async {
        do {
            try await database.noteOptOut(ContinuousClock.now - start)
        } catch {
            log.warning("an opt-out's latency could not be recorded", metadata: ["why": "\(error)"])
        }
    }

    // MARK: What is the same for all

    /// Verifies the token first; `body` returns `nil` for an unknown message.
    private func answering(
        _ request: Request,
        _ context: WebContext,
        _ body: (String, DeliveryKey, RecipientMark?) async throws -> Response?
    ) async -> Response {
        do {
            let token = context.parameters.get("token") ?? ""
            guard case .unsubscribe(let key, let mark)? = try? keys.verify(token.utf8, as: .unsubscribe) else {
                unknown.note(token.utf8, as: .unsubscribe, keys: keys)
                if let seconds = limits.note(stranger: context.client) { return try tooOften(seconds, request) }
                return try unknown(request)
            }
            // `campaign send-test` signs links with a number below 0, which no recipient has.
            guard key.seq >= 0 else {
                return .page(try OptOutPages(acceptLanguage: request.headers[.acceptLanguage]).test())
            }
            return try await body(token, key, mark) ?? unknown(request)
        } catch let error as SmallForm.Refusal {
            return .text("not a form of this page\n", status: error.status)
        } catch {
            // A page that could not be rendered, or a client that closed the connection.
            log.error("an opt-out page failed", metadata: ["why": "\(error)"])
            return .text(
                "Internal error. Nothing was changed unless this page confirmed it.\n",
                status: .internalServerError
            )
        }
    }

    private func unknown(_ request: Request) throws -> Response {
        let pages = OptOutPages(acceptLanguage: request.headers[.acceptLanguage])
        return .page(try pages.unknown(), status: .notFound)
    }

    private func tooOften(_ seconds: Int, _ request: Request) throws -> Response {
        let pages = OptOutPages(acceptLanguage: request.headers[.acceptLanguage])
        var response = Response.page(try pages.tooOften(), status: .tooManyRequests)
        response.headers[.retryAfter] = String(seconds)
        return response
    }

    /// 503: the database may work again when the page retries.
    private func busy(_ error: PostgresError, _ page: [UInt8]?) -> Response {
        if error.isTransient {
            log.notice("an opt-out page could not be served", metadata: ["why": "\(error)"])
        } else {
            log.error("an opt-out page could not be served", metadata: ["why": "\(error)"])
        }
        var response =
            page.map { Response.page($0, status: .serviceUnavailable) }
            ?? Response.text("not done yet; try again\n", status: .serviceUnavailable)
        response.headers[.retryAfter] = String(Self.retryAfter)
        return response
    }
}

/// The request in a form of the opt-out pages, or of a mail program.
enum OptOutAct: Equatable {
    case oneClick
    case unsubscribe
    case leave(Int32)
    case marketing
    case undo(Int64)

    /// - Returns: `nil` for any other form.
    init?(_ form: SmallForm) {
        if let value = form["List-Unsubscribe"] {
            // RFC 8058 §3.2 defines only this field; a form with further fields still counts.
            guard value == "One-Click" else { return nil }
            self = .oneClick
            return
        }
        switch form["action"] {
        case "unsubscribe": self = .unsubscribe
        case "marketing": self = .marketing
        case "leave":
            guard let list = form["list"].flatMap({ Int32($0) }), list > 0 else { return nil }
            self = .leave(list)
        case "undo":
            guard let proof = form["proof"].flatMap({ Int64($0) }), proof > 0 else { return nil }
            self = .undo(proof)
        default: return nil
        }
    }

    /// The form for the request.
    var fields: [(String, String)] {
        switch self {
        case .oneClick: [("List-Unsubscribe", "One-Click")]
        case .unsubscribe: [("action", "unsubscribe")]
        case .marketing: [("action", "marketing")]
        case .leave(let list): [("action", "leave"), ("list", String(list))]
        case .undo(let proof): [("action", "undo"), ("proof", String(proof))]
        }
    }
}
