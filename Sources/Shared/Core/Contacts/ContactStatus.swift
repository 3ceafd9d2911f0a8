/// Whether a contact is active; `contacts.status`.
package enum ContactStatus: Int16, WireNamed {
    case active = 0
    /// Erased: the row keeps its id and its hash, so that no import restores it.
    case erased = 1

    package var name: String {
        switch self {
        case .active: "active"
        case .erased: "erased"
        }
    }
}

/// Whether a contact gets a list's messages; `list_members.status`.
package enum MembershipStatus: Int16, WireNamed {
    case subscribed = 0
    case unsubscribed = 1

    package var name: String {
        switch self {
        case .subscribed: "subscribed"
        case .unsubscribed: "unsubscribed"
        }
    }
}
