import Crypto
import CryptoExtras
import Foundation
import NIOSSL
import Shared

/// Whether a provider has sent what came to its webhook. Pure: certificates are fetched elsewhere.
///
/// Postmark signs nothing: the secret in the webhook's address is all that speaks for it.
enum ProviderSignature {
    /// How far a signed time may be from now: an old request must not be sent again by somebody who has seen it.
    static let mostSeconds: Double = 600

    /// Twilio SendGrid: ECDSA on P-256 over the time and the body, both as they came.
    ///
    /// - Parameters:
    ///   - publicKey: base64 of the key as SendGrid shows it (SubjectPublicKeyInfo).
    ///   - signature: `X-Twilio-Email-Event-Webhook-Signature`, base64 of DER.
    ///   - timestamp: `X-Twilio-Email-Event-Webhook-Timestamp`, seconds since 1970.
    ///   - body: Every byte, unparsed.
    ///   - now: Seconds since 1970.
    /// - Returns: Whether key, signature and time are right; `false` for what cannot be read.
    static func isSendGrid(
        publicKey: String,
        signature: String,
        timestamp: String,
        body: [UInt8],
        now: Double
    ) -> Bool {
        guard let seconds = QueryReader.number(timestamp), abs(Double(seconds) - now) <= mostSeconds,
            let keyBytes = Data(base64Encoded: publicKey), let signatureBytes = Data(base64Encoded: signature),
            let key = try? P256.Signing.PublicKey(derRepresentation: keyBytes),
            let signed = try? P256.Signing.ECDSASignature(derRepresentation: signatureBytes)
        else { return false }
        return key.isValidSignature(signed, for: Array(timestamp.utf8) + body)
    }

    /// A message of Amazon SNS, with what its signature is about.
    struct Notification: Sendable, Equatable {
        enum Kind: String, Sendable {
            case notification = "Notification"
            /// Its `SubscribeURL` is to be asked for once, if the topic is ours.
            case subscription = "SubscriptionConfirmation"
            case unsubscription = "UnsubscribeConfirmation"
        }

        let kind: Kind
        let topic: String
        /// What SES says: JSON of its own.
        let message: String
        let subscribeURL: String?
        let certificateURL: String
        /// When it was signed, in seconds since 1970.
        let signedAt: Double
        fileprivate let signature: Data
        /// SHA-256, or SHA-1 of version 1.
        fileprivate let version: String
        /// The fields that are signed, in the order that SNS documents.
        fileprivate let signedText: String

        /// - Returns: `nil` for what is no message of SNS.
        init?(_ body: [UInt8]) {
            guard let json = try? MergeValue(json: body) else { return nil }
            func text(_ name: String) -> String? {
                guard case .text(let text)? = json.field(MergeText(name)) else { return nil }
                return text.string
            }
            guard let kind = text("Type").flatMap({ Kind(rawValue: $0) }), let topic = text("TopicArn"),
                let message = text("Message"), let certificateURL = text("SigningCertURL"),
                let version = text("SignatureVersion"), version == "1" || version == "2",
                let signature = text("Signature").flatMap({ Data(base64Encoded: $0) }),
                let signedAt = text("Timestamp").flatMap({ Timestamp.seconds($0) })
            else { return nil }
            let names =
                kind == .notification
                ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
                : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
            var signedText = ""
            for name in names {
                // Only the subject may be missing, and is left out then.
                guard let value = text(name) else {
                    if name == "Subject" { continue }
                    return nil
                }
                signedText += "\(name)\n\(value)\n"
            }
            self.kind = kind
            self.topic = topic
            self.message = message
            self.certificateURL = certificateURL
            self.version = version
            self.signature = signature
            self.signedAt = signedAt
            self.signedText = signedText
            subscribeURL = text("SubscribeURL")
        }

        /// Whether an address is one of SNS itself: a certificate from elsewhere proves nothing, and asking for it, or
        /// for a subscription, would be done for whoever wrote the address.
        static func isOfSNS(_ url: String) -> Bool {
            url.wholeMatch(of: /https:\/\/sns\.[a-z0-9-]{1,40}\.amazonaws\.com(\.cn)?\/[!-~]*/) != nil
        }

        /// Whether SNS has signed it for that topic, a moment ago.
        ///
        /// `certificate`: What ``certificateURL`` gave, PEM; it was asked for over verified TLS.
        func isSigned(certificate: [UInt8], topic: String, now: Double) -> Bool {
            guard Self.isOfSNS(certificateURL), self.topic == topic, abs(signedAt - now) <= mostSeconds,
                let pem = try? NIOSSLCertificate(bytes: certificate, format: .pem),
                let spki = try? pem.extractPublicKey().toSPKIBytes(),
                let key = try? _RSA.Signing.PublicKey(derRepresentation: spki)
            else { return false }
            let signed = _RSA.Signing.RSASignature(rawRepresentation: signature)
            let bytes = Array(signedText.utf8)
            return version == "2"
                ? key.isValidSignature(signed, for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
                : key.isValidSignature(signed, for: Insecure.SHA1.hash(data: bytes), padding: .insecurePKCS1v1_5)
        }
    }
}
