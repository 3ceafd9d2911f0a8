import Core
import Database
import Hummingbird

/// The dashboard, for account users and staff: a role's permissions decide what it shows (``Role/permissions``), and it
/// loads nothing from other sites.
struct Dashboard: Sendable {
    /// How long a session may be idle, and how long it lasts at most.
    static let idleSeconds = 3_600.0
    static let longestSeconds = 12 * 3_600.0
    /// How long an owner's link to set a password is valid.
    static let resetSeconds = 24 * 3_600.0

    /// How long a page waits for the database: any longer seems to hang.
    static let deadline = Duration.seconds(3)

    let parts: WebParts
    let cookie: SessionCookie
    let sessions: SessionStore
    let passwords: PasswordHasher
    let limits: SignInLimits
    let feeds: CampaignFeeds
    let streams: LiveStreams
    let looks = AccessAudit()

    init(parts: WebParts, passwords: PasswordHasher = PasswordHasher(), limits: SignInLimits = SignInLimits()) {
        self.parts = parts
        self.passwords = passwords
        self.limits = limits
        cookie = SessionCookie(dashboardURL: parts.settings.dashboardURL)
        sessions = SessionStore(parts.pool, deadline: Self.deadline)
        feeds = CampaignFeeds(
            database: AccountDatabase(pool: parts.pool, actor: "dashboard", deadline: Self.deadline)
        )
        streams = LiveStreams()
    }

    func add(to router: Router<WebContext>) {
        addSignIn(to: router)
        addStaff(to: router)
        addCampaigns(to: router)
        addContacts(to: router)
        addFigures(to: router)
        addLive(to: router)
        addPreview(to: router)
        addDeadLetters(to: router)
        addOperations(to: router)
        addUsers(to: router)
    }
}
