import Core
import Crypto
import CryptoExtras
import Database
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import ReturnedMail
import TestKit
import Testing

@testable import Web

/// The address for mail providers: what they sign is stored once, what anybody else says changes nothing.
@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct WebhookTests {
    private static let secret = "0123456789abcdef0123456789abcdef"
    private static let topic = "arn:aws:sns:eu-west-1:123456789012:bounces"

    private struct Provider {
        let stage: OptOutStage
        let router: Router<WebContext>
        let amazon: _RSA.Signing.PrivateKey
        let sendGrid: P256.Signing.PrivateKey

        func post(
            _ provider: String,
            _ body: String,
            secret: String = WebhookTests.secret,
            headers: HTTPFields = [:]
        ) async throws -> HTTPResponse.Status {
            try await Application(responder: router.buildResponder()).test(.router) { client in
                try await client.execute(
                    uri: "/inbound/\(provider)/\(secret)",
                    method: .post,
                    headers: headers,
                    body: ByteBuffer(string: body)
                ).status
            }
        }

        /// An SNS notification around a message, signed.
        func notification(_ message: String, topic: String = WebhookTests.topic) throws -> String {
            var fields = [
                "Type": "Notification", "MessageId": "m-1", "TopicArn": topic, "Message": message,
                "Timestamp": "2026-11-23T10:00:00.000Z", "SignatureVersion": "2",
            ]
            let json = try #require(ProviderJSON(Array(try JSONSerialization.data(withJSONObject: fields))))
            let text = try #require(SNSSignatures.signedText(json))
            fields["Signature"] = try amazon.signature(
                for: SHA256.hash(data: Data(text.utf8)),
                padding: .insecurePKCS1v1_5
            ).rawRepresentation.base64EncodedString()
            return String(decoding: try JSONSerialization.data(withJSONObject: fields), as: UTF8.self)
        }

        func local(_ token: TrackingToken, _ prefix: String) -> String {
            prefix + String(decoding: stage.keys.sign(token), as: UTF8.self)
        }

        func stored() async throws -> Int { try await stage.number("SELECT count(*) FROM inbound_mails") }
        func number(counted what: InboundCount) async throws -> Int {
            try await stage.number(
                "SELECT coalesce(sum(n), 0)::int8 FROM inbound_counts WHERE what = \(what.rawValue)"
            )
        }
        func counted() async throws -> Int {
            try await stage.number("SELECT coalesce(sum(n), 0)::int8 FROM inbound_counts")
        }
    }

    private static func with(now: Double = 1_795_000_000, _ body: (Provider) async throws -> Void) async throws {
        try await OptOutStage.with { stage in
            let amazon = try _RSA.Signing.PrivateKey(keySize: .bits2048)
            let sendGrid = P256.Signing.PrivateKey()
            let router = Router(context: WebContext.self)
            var log = Logger(label: "test")
            log.logLevel = .critical
            WebhookRoutes(
                authentication: WebhookAuthentication(
                    secret: secret,
                    ses: (topic, SNSSignatures(keys: [amazon.publicKey])),
                    sendGrid: try SendGridSignatures(key: sendGrid.publicKey.derRepresentation.base64EncodedString())
                ),
                database: AccountDatabase(pool: stage.pool, actor: "webhook"),
                sorter: MailSorter(keys: stage.keys, seal: MailSeal(stage.keys.identity)),
                log: log,
                clock: { now }
            ).add(to: router)
            try await body(Provider(stage: stage, router: router, amazon: amazon, sendGrid: sendGrid))
        }
    }

    private static func bounce(source: String, id: String = "f-1") -> String {
        """
        {"notificationType":"Bounce","bounce":{"feedbackId":"\(id)","bounceType":"Permanent","bounceSubType":"General",
         "bouncedRecipients":[{"emailAddress":"c3@example.net","status":"5.1.1","diagnosticCode":"smtp; 550 no user"}]},
         "mail":{"source":"\(source)","messageId":"1"}}
        """
    }

    @Test func `Amazon's bounce is stored once, however often it is told`() async throws {
        try await Self.with { (provider: Provider) async throws -> Void in
            let source =
                provider.local(.bounce(DeliveryKey(campaign: 1, seq: 3), attempt: 1), "b+") + "@bounces.example"
            let message = try provider.notification(Self.bounce(source: source))
            #expect(try await provider.post("ses", message) == .ok)
            #expect(try await provider.post("ses", message) == .ok)
            #expect(try await provider.stored() == 1)
            #expect(try await provider.stage.number("SELECT seq FROM inbound_mails WHERE mailbox = 'webhook:ses'") == 3)
        }
    }

    @Test func `what Amazon did not sign for this topic, or nobody of ours, changes nothing`() async throws {
        try await Self.with { (provider: Provider) async throws -> Void in
            let source =
                provider.local(.bounce(DeliveryKey(campaign: 1, seq: 3), attempt: 1), "b+") + "@bounces.example"
            let genuine = try provider.notification(Self.bounce(source: source))
            #expect(try await provider.post("ses", genuine.replacing("c3@", with: "c4@")) == .forbidden)
            #expect(try await provider.post("ses", genuine.replacing("m-1", with: "m-2")) == .forbidden)
            let other = try provider.notification(Self.bounce(source: source), topic: "arn:aws:sns:eu-west-1:1:theirs")
            #expect(try await provider.post("ses", other) == .forbidden)
            #expect(try await provider.post("ses", genuine, secret: "0123456789abcdef0123456789abcdee") == .notFound)
            #expect(try await provider.post("mailgun", genuine) == .notFound)
            #expect(try await provider.post("ses", "{") == .badRequest)
            #expect(try await provider.post("ses", String(repeating: " ", count: 2 << 20)) == .contentTooLarge)
            #expect(try await provider.stored() == 0)
            #expect(try await provider.counted() == 0)
            // Signed by Amazon, about a message that nobody of ours signed: a number, and no more.
            let stranger = try provider.notification(Self.bounce(source: "b+aeaqaaaaaeaaaaacaabq@bounces.example"))
            #expect(try await provider.post("ses", stranger) == .ok)
            #expect(try await provider.stored() == 0)
            #expect(try await provider.counted() == 1)
        }
    }

    @Test func `SendGrid's events are taken with its signature of now, and name messages by the message's own field`()
        async throws
    {
        try await Self.with(now: 1_000_000) { (provider: Provider) async throws -> Void in
            let local = provider.local(.mailUnsubscribe(DeliveryKey(campaign: 1, seq: 5)), "u+")
            let body = """
                [{"event":"bounce","type":"bounce","status":"5.1.1","reason":"550 5.1.1 no such user","email":"c5@example.net",
                  "sg_event_id":"e1","veredus":"\(local)"},
                 {"event":"open","email":"c5@example.net","sg_event_id":"e2","veredus":"\(local)"},
                 {"event":"spamreport","email":"c5@example.net","sg_event_id":"e3","veredus":"\(local)"}]
                """
            func headers(_ time: String, of text: String) throws -> HTTPFields {
                let signature = try provider.sendGrid.signature(for: Data((time + text).utf8))
                return [
                    .unchecked("X-Twilio-Email-Event-Webhook-Signature"): signature.derRepresentation
                        .base64EncodedString(),
                    .unchecked("X-Twilio-Email-Event-Webhook-Timestamp"): time,
                ]
            }
            #expect(try await provider.post("sendgrid", body) == .forbidden)
            #expect(
                try await provider.post("sendgrid", body + " ", headers: headers("1000000", of: body)) == .forbidden
            )
            #expect(
                try await provider.post("sendgrid", body, headers: headers("900000", of: body)) == .forbidden,
                "replayed"
            )
            #expect(try await provider.stored() == 0)
            #expect(try await provider.post("sendgrid", body, headers: headers("1000000", of: body)) == .ok)
            #expect(try await provider.stored() == 2, "a bounce and a complaint")
        }
    }

    @Test func `Postmark's records are taken behind the secret alone`() async throws {
        try await Self.with { (provider: Provider) async throws -> Void in
            let local = provider.local(.mailUnsubscribe(DeliveryKey(campaign: 1, seq: 6)), "u+")
            let body = """
                {"RecordType":"Bounce","Type":"HardBounce","ID":42,"Email":"c6@example.net","Details":"550 no such user",
                 "Metadata":{"veredus":"\(local)"}}
                """
            #expect(try await provider.post("postmark", body) == .ok)
            #expect(try await provider.post("postmark", body) == .ok)
            #expect(try await provider.stored() == 1)
        }
    }

    @Test func `an event that is unknown, or names no message, is counted as that and nothing else`() async throws {
        try await Self.with { (provider: Provider) async throws -> Void in
            let local = provider.local(.mailUnsubscribe(DeliveryKey(campaign: 1, seq: 6)), "u+")
            let unknown = #"{"RecordType":"Bounce","Type":"New","Metadata":{"veredus":"\#(local)"}}"#
            #expect(try await provider.post("postmark", unknown) == .ok)
            #expect(try await provider.number(counted: .unknownEvent) == 1)
            let foreign = #"{"RecordType":"Bounce","Type":"HardBounce","ID":1,"Email":"c6@example.net"}"#
            #expect(try await provider.post("postmark", foreign) == .ok)
            #expect(try await provider.number(counted: .namesNoMessage) == 1)
            let byHand = """
                {"RecordType":"SubscriptionChange","MessageID":"00000000-0000-0000-0000-000000000000","Origin":"Customer",
                 "SuppressSending":true,"SuppressionReason":"ManualSuppression","Recipient":"c6@example.net"}
                """
            #expect(try await provider.post("postmark", byHand) == .ok)
            #expect(try await provider.counted() == 2)
            #expect(try await provider.stored() == 0)
        }
    }
}
