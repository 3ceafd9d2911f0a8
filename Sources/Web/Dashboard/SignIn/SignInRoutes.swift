import Core
import Database
import HTTPTypes
import Hummingbird
import Logging
import Templates

extension Dashboard {
    func addSignIn(to router: Router<WebContext>) {
        open(router, "/") { request, _ in
            guard let visit = try? await visit(request) else { return .seeOther("/sign-in") }
            return try home(of: visit)
        }
        open(router, "sign-in") { request, _ in
            let isSet = request.uri.queryParameters["set"] != nil
            return try Self.signInPage(login: "", note: isSet ? "Your password is set. Sign in with it." : nil)
        }
        openForm(router, "sign-in") { form, request, context in try await signIn(form, request, context) }
        form(router, "sign-out", needs: nil) { _, _, visit in
            try await sessions.end(visit.token.hash)
            streams.end(visit.token.hash)
            var response = Response.seeOther("/sign-in")
            cookie.takeBack(from: &response)
            return response
        }
        open(router, "reset/:link") { _, context in
            let token = try Self.link(in: context)
            guard let login = try await sessions.loginOfReset(token.hash) else { return Self.usedLink }
            return try Self.passwordPage(login: login, token: token, problem: nil)
        }
        openForm(router, "reset/:link") { form, _, context in
            try await setPassword(form, Self.link(in: context))
        }
    }

    /// A user's start page.
    private func home(of visit: DashboardContext) throws -> Response {
        if visit.session.account != nil, visit.may(.seeCampaigns) { return .seeOther("/campaigns") }
        if visit.may(.lookAtAccounts) || visit.may(.seeCounts) { return .seeOther("/accounts") }
        return try Views.respond(
            Views.messagePage,
            title: "Signed in",
            visit: visit,
            ["text": "Your role has no access to account data."]
        )
    }

    // MARK: Sign in

    private func signIn(_ form: Form, _ request: Request, _ context: WebContext) async throws -> Response {
        let login = form["login"].lowercased()
        let password = form.raw("password")
        // Malformed logins and passwords are not counted: they could lock out others.
        guard password.utf8.count <= PasswordHash.longestPasswordBytes, login.unicodeScalars.count <= 200,
            !login.unicodeScalars.contains("\0")
        else {
            noteFailure("a sign-in failed", context)
            return try Self.wrongPassword(login: "")
        }
        guard limits.take(login, from: context.client) else {
            noteFailure("a sign-in was refused: too many attempts", context)
            throw Refusal.tooManyAttempts
        }
        // Unknown logins take as long as known ones: the answer reveals nothing.
        let facts = try await sessions.signInFacts(of: login)
        let isRight = try await passwords.isRight(password, stored: facts?.password)
        guard isRight, let facts else {
            noteFailure("a sign-in failed", context)
            return try Self.wrongPassword(login: login)
        }
        limits.forget(login, from: context.client)
        var random = SystemRandomNumberGenerator()
        // Always a new token: one planted in this browser is worthless.
        let token = SecretToken(from: &random)
        let old = cookie.token(in: request)
        let hasBegun = try await sessions.begin(
            token.hash,
            for: facts,
            seconds: Self.longestSeconds,
            ending: old?.hash,
            actor: login
        )
        // The password was changed while this one was checked.
        guard hasBegun else { return try Self.wrongPassword(login: login) }
        if let old { streams.end(old.hash) }
        var response = Response.seeOther("/")
        cookie.give(token, to: &response)
        return response
    }

    /// Logs the client's address, for fail2ban; never the login or the password.
    private func noteFailure(_ what: Logger.Message, _ context: WebContext) {
        parts.log.notice(what, metadata: ["client": "\(context.reader?.digits ?? "unknown")"])
    }

    private static func wrongPassword(login: String) throws -> Response {
        try signInPage(
            login: login,
            note: "Wrong login or password.",
            status: .unauthorized
        )
    }

    private static func signInPage(
        login: String,
        note: String?,
        status: HTTPResponse.Status = .ok
    ) throws -> Response {
        try Views.respond(
            Views.signIn,
            title: "Sign in",
            visit: nil,
            [
                "login": .of(login), "note": note.map { .of($0) } ?? .bool(false),
                "is_problem": .bool(status != .ok),
            ],
            status: status
        )
    }

    // MARK: Links that set a password

    private func setPassword(_ form: Form, _ token: SecretToken) async throws -> Response {
        guard let login = try await sessions.loginOfReset(token.hash) else { return Self.usedLink }
        let password = form.raw("password")
        if let problem = NewPassword.problem(password, repeated: form.raw("again"), login: login) {
            return try Self.passwordPage(login: login, token: token, problem: problem)
        }
        let hash = try await passwords.hash(password)
        guard try await sessions.setPassword(reset: token.hash, hash: hash) != nil else { return Self.usedLink }
        return .seeOther("/sign-in?set=1")
    }

    private static func passwordPage(login: String, token: SecretToken, problem: String?) throws -> Response {
        try Views.respond(
            Views.setPassword,
            title: "Set your password",
            visit: nil,
            [
                "login": .of(login), "link": .of(token.text), "problem": problem.map { .of($0) } ?? .bool(false),
                "shortest": .of(NewPassword.shortest),
            ],
            status: problem == nil ? .ok : .unprocessableContent
        )
    }

    private static var usedLink: Response {
        Views.message(
            "This link no longer works",
            "It was used, has expired, or was replaced by a newer one. Ask for another.",
            status: .gone
        )
    }

    private static func link(in context: WebContext) throws -> SecretToken {
        guard let token = context.parameters.get("link").flatMap({ SecretToken($0) }) else { throw Refusal.notThere }
        return token
    }
}

/// The rule for a new password: length. No other rule helps as much.
enum NewPassword {
    static let shortest = 12

    /// - Returns: The problem, in words for the user; `nil` if there is none.
    static func problem(_ password: String, repeated: String, login: String) -> String? {
        if password != repeated { return "The two passwords differ." }
        if password.count < shortest { return "Use at least \(shortest) characters; a sentence is fine." }
        if password.utf8.count > PasswordHash.longestPasswordBytes { return "It is too long." }
        let lower = password.lowercased()
        if lower.contains(login) || login.contains(lower) { return "It must not contain your login or be part of it." }
        if Set(password).count < 5 { return "It has too few different characters." }
        return nil
    }
}
