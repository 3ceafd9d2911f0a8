/// What a person can be allowed to do.
package enum Permission: String, Sendable, CaseIterable {
    /// Campaigns, their figures and their messages.
    case seeCampaigns
    /// A message filled with a contact's own fields.
    case seeContacts
    /// Start, pause, resume, cancel, and write drafts.
    case runCampaigns
    /// Messages that nothing could be done with.
    case seeDeadLetters
    /// Who may sign in to the account, and links that set their passwords.
    case manageUsers
    /// Names of all accounts; and to look at one of them, for a reason.
    case lookAtAccounts
    /// How much each account has and sends, and nothing else of it.
    case seeCounts
    /// Workers and queues: nothing of an account's.
    case seeOperations
}

extension Role {
    /// The one table of who may do what: the dashboard asks it before every page.
    ///
    /// Staff who look at an account's data need a reason besides, and the audit log has each look.
    package var permissions: Set<Permission> {
        switch self {
        case .owner: [.seeCampaigns, .seeContacts, .runCampaigns, .seeDeadLetters, .manageUsers]
        case .editor: [.seeCampaigns, .seeContacts, .runCampaigns, .seeDeadLetters]
        case .viewer: [.seeCampaigns]
        case .admin: Set(Permission.allCases)
        // Helps accounts without their contacts' addresses.
        case .support: [.seeCampaigns, .seeDeadLetters, .lookAtAccounts, .seeOperations]
        case .billing: [.seeCounts]
        // Markets the service; what accounts do with it is none of its business.
        case .marketing: []
        }
    }

    package func may(_ permission: Permission) -> Bool { permissions.contains(permission) }
}
