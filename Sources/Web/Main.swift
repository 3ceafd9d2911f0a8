import ArgumentParser
import Bootstrap
import Broker
import Core
import Database
import DatabaseClient
import Logging
import ServiceLifecycle

/// `veredus-web`: pixels, clicks and unsubscribe pages for recipients; the dashboard and the API for senders.
@main
struct WebProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "veredus-web",
        abstract: "Serves pixels, links, unsubscribe pages, the dashboard and the API.",
        discussion: """
            Settings come from the environment and from a file; docs/reference/settings.md lists them. Any number may \
            run behind a load balancer. On SIGTERM, /readyz fails for a while, requests in progress are answered, and \
            the program stops.
            """
    )

    @Option(name: .long, help: "A settings file with lines NAME=VALUE.")
    var settings: String?

    func run() async throws {
        await Bootstrap.runProgram("veredus-web", settingsFile: settings) { reader, log in
            let web = WebSettings(reading: &reader)
            let events = TrackingSettings(reading: &reader)
            let keys = KeyRing(reading: &reader)
            let addressKey = Int16(KeySettings.addressKey(reading: &reader).number)
            let postgres = PostgresSettings(reading: &reader)
            let broker = BrokerSettings(reading: &reader, clientName: "veredus-web")
            let proxies = TrustedProxies(web.trustedProxies, reading: &reader)
            let webhooks = WebhookAuthentication.open(WebhookSettings(reading: &reader), reading: &reader)
            var (database, amqp, ring, trusted) = try reader.finished(postgres, broker, keys, proxies)
            // A client waits for each answer: rather an error from the database than a late answer.
            database.statementTimeout = .seconds(10)
            database.replyTimeout = .seconds(15)
            let pool = PostgresPool(settings: database, name: "veredus-web", size: 8)
            let recipientPool = PostgresPool(settings: database, name: "veredus-optout", size: 4)
            try await pool.assertReady(addressKey: (addressKey, ring), log: log)
            let journalPool = PostgresPool(settings: database, name: "veredus-journal", size: 1)
            let journal = JournalWriter(pool: journalPool, state: web.state, program: "veredus-web", log: log)
            try await journal?.begin()
            let publisher = try AMQPPublisher(amqp) { log.notice("broker", metadata: ["what": "\($0)"]) }
            let drain = Drain(seconds: web.drainSeconds)
            let tracking = Tracking(
                buffer: EventBuffer(capacity: events.eventBuffer),
                links: LinkCache(TrackedLinkStore(recipientPool), log: log)
            )
            let parts = WebParts(
                settings: web,
                pool: pool,
                recipientPool: recipientPool,
                publisher: publisher,
                keys: ring,
                addressKey: addressKey,
                proxies: trusted,
                drain: drain,
                tracking: tracking,
                webhooks: webhooks,
                journal: journal,
                log: log
            )
            try await Bootstrap.run(
                (journal.map { [.init(service: JournalService($0))] } ?? []) + [
                    .init(service: EventFlow(buffer: tracking.buffer, publisher: publisher, log: log)),
                    .init(service: tracking.links),
                    .init(service: UnknownTokenReport(tokens: parts.unknownTokens, keys: ring, log: log)),
                    .init(service: try Site(parts: parts).application(), failureTerminationBehavior: .cancelGroup),
                    .init(service: drain),
                ],
                stopWithin: .seconds(web.drainSeconds + 30),
                log: log
            )
            await publisher.close()
            await pool.close()
            await recipientPool.close()
            await journalPool.close()
            log.info("web stopped")
        }
    }
}

extension WebhookAuthentication {
    /// `nil` if webhooks are off, or after a problem was reported.
    static func open(_ settings: WebhookSettings, reading reader: inout SettingsReader) -> WebhookAuthentication? {
        guard settings.secret != nil else { return nil }
        if let ses = settings.ses, (try? SNSSignatures(certificateFile: ses.certificateFile)) == nil {
            reader.report(.webhookSESCertificates, "must be a PEM file with certificates of RSA keys")
            return nil
        }
        if let key = settings.sendGridKey, (try? SendGridSignatures(key: key)) == nil {
            reader.report(.webhookSendGridKey, "must be the verification key as SendGrid shows it, base64")
            return nil
        }
        return try? WebhookAuthentication(settings)
    }
}

extension TrustedProxies {
    /// `nil` after a problem was reported.
    init?(_ texts: [String], reading reader: inout SettingsReader) {
        do throws(Malformed) {
            try self.init(texts)
        } catch {
            reader.report(.webTrustedProxies, error.description)
            return nil
        }
    }
}
