import Bootstrap
import Core
import Database
import DatabaseClient
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ReturnedMail
import RuntimeSupport
import ServiceLifecycle

/// The shared parts of the web program.
struct WebParts: Sendable {
    let settings: WebSettings
    let pool: PostgresPool
    /// For recipients and health checks: tenants' requests use none of its connections.
    let recipientPool: PostgresPool
    let publisher: any JobPublisher
    let keys: KeyRing
    /// The key that hashes addresses.
    let addressKey: Int16
    let proxies: TrustedProxies
    let drain: Drain
    let tracking: Tracking
    /// `nil`: webhooks are off.
    var webhooks: WebhookAuthentication?
    /// `nil`: none is kept. What changed somebody's right to mail is answered when it is in there.
    var journal: JournalWriter?
    /// Runs CPU work on tenants' messages.
    var heavy = HeavyWork()
    let unknownTokens = UnknownTokens()
    let log: Logger
}

/// The two sites behind the host gate, and the gate.
struct Site: Sendable {
    let parts: WebParts
    /// Tests use cheaper ones.
    var passwords = PasswordHasher()
    private let optOutThreads = ThreadPool(name: "veredus-optout", count: 2)
    private let tenantThreads = ThreadPool(name: "veredus-tenant", count: 4)

    init(parts: WebParts, passwords: PasswordHasher = PasswordHasher()) {
        self.parts = parts
        self.passwords = passwords
    }

    /// The responder; also used by tests, without a server.
    func responder() -> some HTTPResponder<WebContext> {
        let health = Router(context: WebContext.self)
        health.add(middleware: SecurityHeaders(isSecureSite: endsTLS))
        HealthRoutes(pool: parts.recipientPool, drain: parts.drain).add(to: health)
        let trackingHost = authority(of: parts.settings.trackingURL)
        let dashboardHost = authority(of: parts.settings.dashboardURL)
        let strangers = UntrustedProxies(log: parts.log)
        let tracking = router(
            parts.settings.trackingURL,
            tenants: trackingHost == dashboardHost ? tenantThreads : nil,
            strangers: strangers,
            notFound: TrackingRoutes.notThere
        )
        addTracking(to: tracking)
        let dashboard = router(parts.settings.dashboardURL, tenants: tenantThreads, strangers: strangers) { _ in
            Views.answer(to: .notThere)
        }
        addDashboard(to: dashboard)
        guard trackingHost != dashboardHost else {
            // For the demo on one host: the routes of both.
            addDashboard(to: tracking)
            return HostGate(
                health: health.buildResponder(),
                sites: [trackingHost: tracking.buildResponder()],
                endsTLS: endsTLS
            )
        }
        return HostGate(
            health: health.buildResponder(),
            sites: [trackingHost: tracking.buildResponder(), dashboardHost: dashboard.buildResponder()],
            endsTLS: endsTLS
        )
    }

    private var endsTLS: Bool { parts.settings.certificate != nil }

    private func router(
        _ url: String,
        tenants: ThreadPool?,
        strangers: UntrustedProxies,
        notFound: @escaping @Sendable (Request) -> Response
    ) -> Router<WebContext> {
        let router = Router(context: WebContext.self)
        router.add(middleware: OwnThreads(optOuts: optOutThreads, tenants: tenants))
        router.add(middleware: ForwardedMiddleware(proxies: parts.proxies, endsTLS: endsTLS, strangers: strangers))
        let isSecure = url.lowercased().hasPrefix("https://")
        router.add(middleware: SecurityHeaders(isSecureSite: isSecure, notFound: notFound))
        AssetFiles.add(to: router)
        return router
    }

    /// The addresses in messages.
    private func addTracking(to router: Router<WebContext>) {
        TrackingRoutes(keys: parts.keys, tracking: parts.tracking, unknown: parts.unknownTokens).add(to: router)
        OptOutRoutes(
            pool: parts.recipientPool,
            keys: parts.keys,
            unknown: parts.unknownTokens,
            journal: parts.journal,
            log: parts.log
        ).add(to: router)
    }

    /// The addresses for users and programs.
    private func addDashboard(to router: Router<WebContext>) {
        if let authentication = parts.webhooks {
            WebhookRoutes(
                authentication: authentication,
                database: AccountDatabase(pool: parts.pool, actor: "webhook"),
                sorter: MailSorter(keys: parts.keys, seal: MailSeal(parts.keys.identity)),
                log: parts.log
            ).add(to: router)
        }
        router.add(middleware: API(parts: parts))
        Dashboard(parts: parts, passwords: passwords).add(to: router)
    }

    /// The server, not running yet.
    func application() throws -> some ApplicationProtocol {
        let requestTime = TimeAmount.milliseconds(Int64(parts.settings.requestSeconds * 1_000))
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [RequestClock(limit: requestTime)],
                // Also the time limit for a request's head.
                idleTimeout: min(requestTime, .seconds(60)),
                httpDecoderConfiguration: .init(maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 16 << 10)
            )
        )
        var server = plain
        if let certificate = parts.settings.certificate {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate.chainFile).map {
                NIOSSLCertificateSource.certificate($0)
            }
            let key = try NIOSSLPrivateKey(file: certificate.keyFile, format: .pem)
            server = try .tls(
                plain,
                tlsConfiguration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
            )
        }
        return Application(
            responder: responder(),
            server: server,
            configuration: .init(
                address: .hostname(parts.settings.listenHost, port: parts.settings.listenPort),
                backlog: 4_096
            ),
            logger: parts.log
        )
    }
}
