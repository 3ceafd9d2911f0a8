import Core
import Database
import HTTPTypes
import Hummingbird
import Logging

/// The checks before every page: session, permission, and an entry in the audit log for staff access.
///
/// A route is added through one of these functions, so that none skips a check.
extension Dashboard {
    typealias Handler = @Sendable (Request, WebContext, DashboardContext) async throws -> Response
    typealias AccountHandler = @Sendable (Request, WebContext, AccountContext) async throws -> Response
    typealias FormHandler = @Sendable (Form, WebContext, DashboardContext) async throws -> Response
    typealias AccountFormHandler = @Sendable (Form, WebContext, AccountContext) async throws -> Response

    /// A page for everyone, signed in or not.
    func open(
        _ router: Router<WebContext>,
        _ path: RouterPath,
        _ handler: @escaping @Sendable (Request, WebContext) async throws -> Response
    ) {
        router.get(path) { request, context in
            await self.answer(request) { try await handler(request, context) }
        }
    }

    /// A form for everyone: it must come from this site, and has no token, since there is no session yet.
    func openForm(
        _ router: Router<WebContext>,
        _ path: RouterPath,
        _ handler: @escaping @Sendable (Form, Request, WebContext) async throws -> Response
    ) {
        router.post(path) { request, context in
            await self.answer(request) {
                guard CrossSite.isOurs(request.headers, dashboardURL: parts.settings.dashboardURL) else {
                    throw Refusal.foreignForm
                }
                return try await handler(try await Form(request), request, context)
            }
        }
    }

    /// A page that needs a permission.
    func page(
        _ router: Router<WebContext>,
        _ path: RouterPath,
        needs permission: Permission?,
        _ handler: @escaping Handler
    ) {
        router.get(path) { request, context in
            await self.answer(request) {
                let visit = try await visit(request)
                try visit.require(permission)
                return try await handler(request, context, visit)
            }
        }
    }

    /// A form that needs a permission.
    func form(
        _ router: Router<WebContext>,
        _ path: RouterPath,
        needs permission: Permission?,
        _ handler: @escaping FormHandler
    ) {
        router.post(path) { request, context in
            await self.answer(request) {
                let (form, visit) = try await sentForm(request)
                try visit.require(permission)
                return try await handler(form, context, visit)
            }
        }
    }

    /// A page of an account's data: for staff the audit log is written first.
    func accountPage(
        _ router: Router<WebContext>,
        _ path: RouterPath,
        needs permission: Permission,
        _ handler: @escaping AccountHandler
    ) {
        router.get(path) { request, context in
            await self.answer(request) {
                let visit = try await visit(request)
                try visit.require(permission)
                return try await handler(request, context, try await accountContext(visit, request))
            }
        }
    }

    /// A form that changes an account's data.
    func accountForm(
        _ router: Router<WebContext>,
        _ path: RouterPath,
        needs permission: Permission,
        _ handler: @escaping AccountFormHandler
    ) {
        router.post(path) { request, context in
            await self.answer(request) {
                let (form, visit) = try await sentForm(request)
                try visit.require(permission)
                return try await handler(form, context, try await accountContext(visit, request))
            }
        }
    }

    // MARK: Tests

    /// The session named by the browser's cookie.
    func visit(_ request: Request) async throws -> DashboardContext {
        guard let token = cookie.token(in: request),
            let session = try await sessions.session(token.hash, idleSeconds: Self.idleSeconds)
        else { throw Refusal.signInFirst }
        // Once a minute is enough: idle time is measured in hours. A self-refreshing page does not count as use.
        if session.idleSeconds > 60, !AccessAudit.subject(of: request.uri.path).isRenewal {
            try await sessions.touch(token.hash)
        }
        return DashboardContext(token: token, session: session, pool: parts.pool)
    }

    private func sentForm(_ request: Request) async throws -> (Form, DashboardContext) {
        guard CrossSite.isOurs(request.headers, dashboardURL: parts.settings.dashboardURL) else {
            throw Refusal.foreignForm
        }
        let visit = try await visit(request)
        let form = try await Form(request)
        guard isSameSecret(form.raw("token").utf8, visit.formToken.utf8) else { throw Refusal.foreignForm }
        return (form, visit)
    }

    private func accountContext(_ visit: DashboardContext, _ request: Request) async throws -> AccountContext {
        guard let account = visit.session.account else { throw Refusal.chooseAccountFirst }
        if visit.session.role.isStaff {
            let (subject, isRenewal) = AccessAudit.subject(of: request.uri.path)
            if !isRenewal || !looks.has(visit.token.hash, subject) {
                // No data of the account is read before this commits.
                let entry = AuditEntry("dashboard.look", subject, reason: visit.session.lookReason)
                try await visit.database.audit(entry, account: account)
                looks.note(visit.token.hash, subject)
            }
        }
        return AccountContext(visit: visit, account: account)
    }

    // MARK: Refusals

    private func answer(_ request: Request, _ body: () async throws -> Response) async -> Response {
        do {
            return try await body()
        } catch let refusal as Refusal {
            return Views.answer(to: refusal)
        } catch let error where error is PasswordHasher.Busy || error is HeavyWork.Refused || error is CancellationError
        {
            return Views.answer(to: .busy)
        } catch let error where error.isTransientFailure {
            parts.log.warning("the database does not answer", metadata: ["why": "\(error)"])
            return Views.answer(to: .busy)
        } catch {
            parts.log.error(
                "a page failed",
                metadata: ["page": "\(request.uri.path.split(separator: "/").first ?? "")", "why": "\(error)"]
            )
            return Views.message(
                "Something went wrong",
                "The page could not be shown. Try again later; the service's log has details.",
                status: .internalServerError
            )
        }
    }
}

extension DashboardContext {
    fileprivate func require(_ permission: Permission?) throws(Refusal) {
        guard permission.map({ may($0) }) ?? true else { throw .forbidden }
    }
}
