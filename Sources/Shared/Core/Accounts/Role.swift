/// A user's role; `users.role`.
package enum Role: String, WireNamed {
    // Of an account.
    case owner = "owner"
    case editor = "editor"
    case viewer = "viewer"
    // Of the service.
    case admin = "admin"
    case support = "support"
    case billing = "billing"
    case marketing = "marketing"

    /// Whether users with this role are staff, and belong to no account.
    package var isStaff: Bool {
        switch self {
        case .owner, .editor, .viewer: false
        case .admin, .support, .billing, .marketing: true
        }
    }

    package static let ofAccounts: [Role] = allCases.filter { !$0.isStaff }
}
