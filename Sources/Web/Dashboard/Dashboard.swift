import Core
import Database
import Hummingbird

/// The site for those who send and those who run the service: who signs in sees what their role allows
/// (``Role/permissions``), and nothing of it loads anything from elsewhere.
struct Dashboard: Sendable {
    /// How long a session may rest, and how long it lasts at most.
    static let idleSeconds = 3_600.0
    static let longestSeconds = 12 * 3_600.0
    /// How long a link that sets a password is good when an owner makes it.
    static let resetSeconds = 24 * 3_600.0

    /// How long a page waits for the database: longer, and who waits believes that the page hangs.
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
        addFigures(to: router)
        addLive(to: router)
        addPreview(to: router)
        addDeadLetters(to: router)
        addOperations(to: router)
        addUsers(to: router)
    }
}
