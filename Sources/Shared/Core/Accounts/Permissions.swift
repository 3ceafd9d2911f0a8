/// What a user may do.
package enum Permission: String, Sendable, CaseIterable {
    /// Campaigns, their figures and their messages.
    case seeCampaigns
    /// A message filled with a contact's own fields.
    case seeContacts
    /// Start, pause, resume, cancel, and write drafts.
    case runCampaigns
    /// Dead letters.
    case seeDeadLetters
    /// The account's users, and links that set their passwords.
    case manageUsers
    /// Names of all accounts; and access to one of them, for a reason.
    case lookAtAccounts
    /// Each account's counts, and nothing else of it.
    case seeCounts
    /// Workers and queues: no account data.
    case seeOperations
}

extension Role {
    /// The table of permissions by role: the dashboard checks it before every page.
    ///
    /// Staff access to an account's data also needs a reason, and the audit log records it.
    package var permissions: Set<Permission> {
        switch self {
        case .owner: [.seeCampaigns, .seeContacts, .runCampaigns, .seeDeadLetters, .manageUsers]
        case .editor: [.seeCampaigns, .seeContacts, .runCampaigns, .seeDeadLetters]
        case .viewer: [.seeCampaigns]
        case .admin: Set(Permission.allCases)
        // Supports accounts, without seeing contacts' addresses.
        case .support: [.seeCampaigns, .seeDeadLetters, .lookAtAccounts, .seeOperations]
        case .billing: [.seeCounts]
        // Markets the service, without access to account data.
        case .marketing: []
        }
    }

    package func may(_ permission: Permission) -> Bool { permissions.contains(permission) }
}
