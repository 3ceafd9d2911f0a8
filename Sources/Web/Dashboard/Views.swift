import Core
import Database
import HTTPTypes
import Hummingbird
import Templates

/// The pages of the dashboard, compiled once.
enum Views {
    static let signIn = page(PackageResources.dash_sign_in_mustache, "sign-in")
    static let setPassword = page(PackageResources.dash_set_password_mustache, "set-password")
    static let messagePage = page(PackageResources.dash_message_mustache, "message")
    static let accounts = page(PackageResources.dash_accounts_mustache, "accounts")
    static let campaigns = page(PackageResources.dash_campaigns_mustache, "campaigns")
    static let campaign = page(PackageResources.dash_campaign_mustache, "campaign")
    static let figures = page(PackageResources.dash_figures_mustache, "figures")
    static let contacts = page(PackageResources.dash_contacts_mustache, "contacts")
    static let confirm = page(PackageResources.dash_confirm_mustache, "confirm")
    static let preview = page(PackageResources.dash_preview_mustache, "preview")
    static let deadLetters = page(PackageResources.dash_dead_letters_mustache, "dead-letters")
    static let deadLetter = page(PackageResources.dash_dead_letter_mustache, "dead-letter")
    static let operations = page(PackageResources.dash_operations_mustache, "operations")
    static let people = page(PackageResources.dash_people_mustache, "people")
    static let link = page(PackageResources.dash_link_mustache, "link")

    private static let partials = [
        "top": PackageResources.dash_top_mustache,
        "end": PackageResources.dash_end_mustache,
        "figures": PackageResources.dash_figures_mustache,
        "chart": PackageResources.dash_chart_mustache,
        "pages": PackageResources.dash_pages_mustache,
    ]

    /// Tests compile them: embedded files do not change at run time.
    private static func page(_ source: [UInt8], _ name: String) -> Page {
        do {
            return try Page(source, name: name, partials: partials)
        } catch {
            preconditionFailure("\(name): \(error)")
        }
    }

    /// Without a referrer policy that sends the own origin, forms would send `Origin: null`.
    private static let headers: HTTPFields = [.unchecked("Referrer-Policy"): "same-origin"]

    /// A page, with the frame for the signed-in user.
    ///
    /// `visit`: `nil` before sign-in. `section`: Its menu entry. `fields`: Its own fields.
    /// `isRefreshed`: Whether a browser without scripts reloads it automatically.
    static func respond(
        _ view: Page,
        title: String,
        visit: DashboardContext?,
        section: String = "",
        _ fields: [String: MergeValue] = [:],
        isRefreshed: Bool = false,
        status: HTTPResponse.Status = .ok
    ) throws -> Response {
        var all = fields
        all["title"] = .of(title)
        all["refresh"] = .bool(isRefreshed)
        all["person"] = visit.map { person($0) } ?? .bool(false)
        all["menu"] = .list(visit.map { menu($0, section) } ?? [])
        all["token"] = .of(visit?.formToken ?? "")
        all["look"] = .bool(false)
        if let session = visit?.session, session.role.isStaff, let name = session.accountName {
            all["look"] = ["account": .of(name), "reason": .of(session.lookReason)]
        }
        var response = Response.page(try view.render(.record(all)), status: status)
        for field in headers { response.headers[field.name] = field.value }
        return response
    }

    private static func person(_ visit: DashboardContext) -> MergeValue {
        [
            "login": .of(visit.session.login), "role": .of(visit.session.role.rawValue),
            "account": .of(visit.session.accountName ?? (visit.session.role.isStaff ? "Staff" : "")),
        ]
    }

    private static func menu(_ visit: DashboardContext, _ section: String) -> [MergeValue] {
        let hasAccount = visit.session.account != nil
        let entries: [(name: String, path: String, isThere: Bool)] = [
            ("Accounts", "/accounts", visit.may(.lookAtAccounts) || visit.may(.seeCounts)),
            ("Campaigns", "/campaigns", visit.may(.seeCampaigns) && hasAccount),
            ("Contacts", "/contacts", visit.may(.seeContacts) && hasAccount),
            ("Dead letters", "/dead-letters", visit.may(.seeDeadLetters) && hasAccount),
            ("Users", "/people", visit.may(.manageUsers) && hasAccount),
            ("Operations", "/operations", visit.may(.seeOperations)),
        ]
        return entries.filter(\.isThere).map { entry in
            ["name": .of(entry.name), "path": .of(entry.path), "current": .bool(entry.name == section)]
        }
    }

    // MARK: Messages

    /// A page with one message, for anyone.
    static func message(_ title: String, _ text: String, status: HTTPResponse.Status) -> Response {
        do {
            return try respond(messagePage, title: title, visit: nil, ["text": .of(text)], status: status)
        } catch {
            return .text("\(title). \(text)\n", status: status)
        }
    }

    static func answer(to refusal: Refusal) -> Response {
        switch refusal {
        case .signInFirst: return .seeOther("/sign-in")
        case .chooseAccountFirst: return .seeOther("/accounts")
        case .forbidden:
            return message(
                "Not allowed for your role",
                "Your role does not allow this. An owner can add a user with another role.",
                status: .forbidden
            )
        case .notThere:
            return message("Not found", "There is no such page, or you have no access to it.", status: .notFound)
        case .foreignForm:
            return message(
                "Nothing was changed",
                "The form did not come from a page of this session. Go back, reload the page and try again.",
                status: .forbidden
            )
        case .badForm(let why): return message("Nothing was changed", why, status: .badRequest)
        case .refused(let why): return message("Nothing was changed", why, status: .conflict)
        case .tooManyAttempts:
            var response = message(
                "Too many attempts",
                "Wait a quarter of an hour, or ask for a link that sets a new password.",
                status: .tooManyRequests
            )
            response.headers[.retryAfter] = "900"
            return response
        case .busy:
            var response = message(
                "One moment",
                "The service is too busy. Reload the page in a few seconds.",
                status: .serviceUnavailable
            )
            response.headers[.retryAfter] = "5"
            return response
        }
    }
}

extension MergeValue {
    static func of(_ text: String) -> MergeValue { .text(MergeText(text)) }

    static func of(bytes: [UInt8]) -> MergeValue { .text(MergeText(bytes)) }

    /// A number formatted for people.
    static func of(_ number: some BinaryInteger) -> MergeValue { .of(grouped(number)) }

    static func record(_ fields: [String: MergeValue]) -> MergeValue {
        .object(fields.map { MergeField(name: MergeText($0.key), value: $0.value) })
    }

    /// A time for a `time` element: exact, and as shown without scripts; false if there is none.
    static func moment(_ seconds: Double?) -> MergeValue {
        guard let seconds else { return .bool(false) }
        let text = Timestamp.text(seconds)
        let shown = "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
        return ["exact": .of(text), "shown": .of(shown)]
    }
}
