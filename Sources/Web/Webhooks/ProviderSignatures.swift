import Crypto
import CryptoExtras
import Foundation
import NIOSSL

/// Amazon SNS: verifies a message's signature,
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>.
///
/// The certificates come from the operator, not from the address in a message: the program fetches no addresses from
/// incoming messages.
struct SNSSignatures: Sendable {
    private let keys: [_RSA.Signing.PublicKey]

    /// Of keys that are trusted.
    init(keys: [_RSA.Signing.PublicKey]) { self.keys = keys }

    /// - Parameter certificateFile: PEM, one certificate or several.
    /// - Throws: When it cannot be read, or holds no RSA key of 2,048 bits or more.
    init(certificateFile: String) throws {
        keys = try NIOSSLCertificate.fromPEMFile(certificateFile).map {
            try _RSA.Signing.PublicKey(derRepresentation: try $0.extractPublicKey().toSPKIBytes())
        }
    }

    /// Whether one of the certificates signed the message.
    func isGenuine(_ message: ProviderJSON) -> Bool {
        guard let text = Self.signedText(message),
            let signature = Data(base64Encoded: message["Signature"].text)
        else { return false }
        let bytes = Data(text.utf8)
        return keys.contains { key in
            let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
            switch message["SignatureVersion"].text {
            case "1":
                return key.isValidSignature(
                    signature,
                    for: Insecure.SHA1.hash(data: bytes),
                    padding: .insecurePKCS1v1_5
                )
            case "2":
                return key.isValidSignature(signature, for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
            default: return false
            }
        }
    }

    /// The signed fields, in Amazon's order.
    static func signedText(_ message: ProviderJSON) -> String? {
        let names: [String]
        switch message["Type"].text {
        case "Notification": names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
        case "SubscriptionConfirmation", "UnsubscribeConfirmation":
            names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        default: return nil
        }
        return names.filter { $0 != "Subject" || !message["Subject"].text.isEmpty }
            .map { "\($0)\n\(message[$0].text)\n" }.joined()
    }
}

/// SendGrid's signed event webhook: ECDSA on P-256 over the time and the body.
struct SendGridSignatures: Sendable {
    /// Older messages are refused as replays.
    static let oldestSeconds: Double = 86_400

    private let key: P256.Signing.PublicKey

    /// - Parameter key: As SendGrid shows it: base64 of a public key in DER.
    /// - Throws: When it is none.
    init(key: String) throws {
        self.key = try P256.Signing.PublicKey(derRepresentation: Data(base64Encoded: key) ?? Data())
    }

    /// `now`: Seconds since 1970.
    func isGenuine(_ body: [UInt8], signature: String?, timestamp: String?, now: Double) -> Bool {
        guard let timestamp, let seconds = Double(timestamp), abs(now - seconds) <= Self.oldestSeconds,
            let bytes = signature.flatMap({ Data(base64Encoded: $0) }),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: bytes)
        else { return false }
        return key.isValidSignature(signature, for: Data(timestamp.utf8) + Data(body))
    }
}
