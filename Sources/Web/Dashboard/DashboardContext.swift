import Core
import Database
import DatabaseClient
import Hummingbird

/// A request of a signed-in user.
struct DashboardContext: Sendable {
    let token: SecretToken
    let session: SessionFacts
    /// The database, with the user's login for the audit log.
    let database: AccountDatabase

    init(token: SecretToken, session: SessionFacts, pool: PostgresPool) {
        self.token = token
        self.session = session
        database = AccountDatabase(pool: pool, actor: session.login, deadline: Dashboard.deadline)
    }

    /// In every form of this session; other sites cannot know it.
    var formToken: String { token.derived("form") }

    func may(_ permission: Permission) -> Bool { session.role.may(permission) }
}

/// A request for an account's data: the user's own, or one that staff access for a reason.
struct AccountContext: Sendable {
    let visit: DashboardContext
    let account: AccountID

    var database: AccountDatabase { visit.database }
}

/// Why a request is refused.
enum Refusal: Error {
    case signInFirst
    /// Staff who have not chosen an account.
    case chooseAccountFirst
    /// The role lacks the permission.
    case forbidden
    /// It does not exist, or belongs to another account: the two look the same.
    case notThere
    /// The form did not come from a page of this session.
    case foreignForm
    case badForm(String)
    case tooManyAttempts
    case busy
    case refused(String)
}

/// A form's fields, at most 16 KiB of them.
struct Form: Sendable {
    private let fields: [String: String]

    init(_ request: Request) async throws {
        guard let buffer = try? await request.body.collect(upTo: 16 << 10) else {
            throw Refusal.badForm("The form is too large.")
        }
        guard
            let fields = try? URLEncodedFormDecoder().decode(
                [String: String].self,
                from: String(decoding: buffer.readableBytesView, as: UTF8.self)
            )
        else { throw Refusal.badForm("The form could not be read.") }
        self.fields = fields
    }

    /// A field's text without surrounding blanks; empty if it was not sent.
    subscript(name: String) -> String {
        let text = raw(name)
        return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// The text as typed: a password.
    func raw(_ name: String) -> String { fields[name] ?? "" }
}
