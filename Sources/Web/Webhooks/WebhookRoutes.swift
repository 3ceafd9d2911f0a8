import Core
import Crypto
import Database
import HTTPTypes
import Hummingbird
import Logging
import ReturnedMail

/// The enabled providers, and how each authenticates.
struct WebhookAuthentication: Sendable {
    let secret: String
    let ses: (topic: String, signatures: SNSSignatures)?
    let sendGrid: SendGridSignatures?

    init(secret: String, ses: (topic: String, signatures: SNSSignatures)? = nil, sendGrid: SendGridSignatures? = nil) {
        self.secret = secret
        self.ses = ses
        self.sendGrid = sendGrid
    }

    /// - Returns: `nil` if no secret is set: webhooks are off.
    /// - Throws: When a certificate or a key cannot be used.
    init?(_ settings: WebhookSettings) throws {
        guard let secret = settings.secret else { return nil }
        self.secret = secret
        ses = try settings.ses.map { ($0.topic, try SNSSignatures(certificateFile: $0.certificateFile)) }
        sendGrid = try settings.sendGridKey.map { try SendGridSignatures(key: $0) }
    }
}

/// `POST /inbound/<provider>/<secret>`: bounces and complaints that a provider reports by HTTP.
///
/// Each is converted to an equivalent mail and processed like one: signed address verified, shortened, stored once,
/// acknowledged after the commit, judged by `veredus-inbound`. Any status but 200 makes a provider retry.
struct WebhookRoutes: Sendable {
    static let mostBytes = 1 << 20

    let authentication: WebhookAuthentication
    let database: AccountDatabase
    let sorter: MailSorter
    let log: Logger
    /// Seconds since 1970.
    var clock: @Sendable () -> Double = { currentSeconds() }

    func add(to router: Router<WebContext>) {
        router.post("inbound/:provider/:secret") { request, context in
            let given = SHA256.hash(data: Array((context.parameters.get("secret") ?? "").utf8))
            // Digests are compared in constant time.
            guard given == SHA256.hash(data: Array(authentication.secret.utf8)) else { return Self.notThere }
            guard let body = try? await request.body.collect(upTo: Self.mostBytes) else {
                return .text("more than \(Self.mostBytes) bytes\n", status: .contentTooLarge)
            }
            return await take(Array(body.readableBytesView), from: context.parameters.get("provider") ?? "", request)
        }
    }

    private func take(_ body: [UInt8], from provider: String, _ request: Request) async -> Response {
        guard let json = ProviderJSON(body) else { return .text("the body is not JSON\n", status: .badRequest) }
        switch provider {
        case "ses":
            guard let ses = authentication.ses else { return Self.notThere }
            guard json["TopicArn"].text == ses.topic, ses.signatures.isGenuine(json) else { return Self.forged }
            if json["Type"].text == "SubscriptionConfirmation" {
                // Addresses from messages are not fetched: an operator confirms it.
                log.notice("confirm this subscription", metadata: ["address": "\(json["SubscribeURL"].text)"])
                return .text("an operator will confirm it\n")
            }
            guard let message = ProviderJSON(Array(json["Message"].text.utf8)) else { return .text("no message\n") }
            return await store(SESEvents.news(message), of: provider)
        case "sendgrid":
            guard let sendGrid = authentication.sendGrid else { return Self.notThere }
            let isGenuine = sendGrid.isGenuine(
                body,
                signature: request.headers[Self.signature],
                timestamp: request.headers[Self.timestamp],
                now: clock()
            )
            guard isGenuine else { return Self.forged }
            return await store(SendGridEvents.news(json), of: provider)
        case "postmark":
            // Postmark signs nothing: the secret in the address authenticates it.
            return await store(PostmarkEvents.news(json), of: provider)
        default: return Self.notThere
        }
    }

    private func store(_ news: ProviderNews, of provider: String) async -> Response {
        do {
            let mailbox = WebhookMailbox.name(of: provider)
            var taken = 0
            for report in news.reports {
                let outcome = try await database.storeInbound(arrival(of: report), mailbox: mailbox)
                if outcome == .stored || outcome == .known { taken += 1 }
            }
            for _ in news.unknown { _ = try await database.storeInbound(.unknownEvent, mailbox: mailbox) }
            for event in Set(news.unknown) {
                log.notice(
                    "unknown event from a provider, counted only",
                    metadata: ["provider": "\(provider)", "event": "\(bounceDetail(Array(event.utf8.prefix(100))))"]
                )
            }
            return .text("\(taken) taken\n")
        } catch {
            log.warning("a webhook is waiting for the database", metadata: ["why": "\(error)"])
            var response = Response.text("come again\n", status: .serviceUnavailable)
            response.headers[.retryAfter] = "30"
            return response
        }
    }

    /// Reports about other mail sent through the same provider name no message of this database: not a forgery.
    private func arrival(of report: ProviderReport) -> MailArrival {
        let local = Array(report.signedLocalPart.utf8)
        guard MailSorter.isSignedShape(local) else { return .namesNoMessage }
        return sorter.sort(report.mail, sentTo: local)
    }

    private static let signature = HTTPField.Name.unchecked("X-Twilio-Email-Event-Webhook-Signature")
    private static let timestamp = HTTPField.Name.unchecked("X-Twilio-Email-Event-Webhook-Timestamp")
    private static var notThere: Response { .text("not found\n", status: .notFound) }
    private static var forged: Response { .text("the signature is not the provider's\n", status: .forbidden) }
}
