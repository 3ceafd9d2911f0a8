import Core
import Database
import DatabaseClient
import Hummingbird

/// Somebody who is signed in and asks for something.
struct DashboardContext: Sendable {
    let token: SecretToken
    let session: SessionFacts
    /// Writes what they do under their login.
    let database: AccountDatabase

    init(token: SecretToken, session: SessionFacts, pool: PostgresPool) {
        self.token = token
        self.session = session
        database = AccountDatabase(pool: pool, actor: session.login, deadline: Dashboard.deadline)
    }

    /// Stands in every form of this session; another site cannot know it.
    var formToken: String { token.derived("form") }

    func may(_ permission: Permission) -> Bool { session.role.may(permission) }
}

/// Somebody who asks for something of an account: their own, or the one that they look at for a reason.
struct AccountContext: Sendable {
    let visit: DashboardContext
    let account: AccountID

    var database: AccountDatabase { visit.database }
}

/// Why a request is not answered with what it asked for.
enum Refusal: Error {
    case signInFirst
    /// Staff who have not said whose data they look at.
    case chooseAccountFirst
    /// The role does not allow it.
    case forbidden
    /// There is no such thing, or it is another account's: the two look the same.
    case notThere
    /// The form was not sent from a page of this session.
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

    /// A field's text without blanks at its ends; empty when it was not sent.
    subscript(name: String) -> String {
        let text = raw(name)
        return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// As it was typed: a password.
    func raw(_ name: String) -> String { fields[name] ?? "" }
}
