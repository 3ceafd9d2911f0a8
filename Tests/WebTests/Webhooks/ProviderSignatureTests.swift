import Crypto
import Foundation
import Shared
import TestKit
import Testing

@testable import Web

struct ProviderSignatureTests {
    @Test func `SendGrid is believed by its key, for its body, for a while`() throws {
        let key = P256.Signing.PrivateKey()
        let body = Array(#"[{"event": "bounce"}]"#.utf8)
        let time = "1700000000"
        let signature = try key.signature(for: Array(time.utf8) + body).derRepresentation.base64EncodedString()
        let publicKey = key.publicKey.derRepresentation.base64EncodedString()
        let other = P256.Signing.PrivateKey().publicKey.derRepresentation.base64EncodedString()
        func isBelieved(
            _ publicKey: String,
            _ signature: String,
            _ time: String,
            _ body: [UInt8],
            now: Double = 1_700_000_060
        ) -> Bool {
            ProviderSignature.isSendGrid(
                publicKey: publicKey,
                signature: signature,
                timestamp: time,
                body: body,
                now: now
            )
        }
        #expect(isBelieved(publicKey, signature, time, body))
        #expect(!isBelieved(other, signature, time, body), "another's key")
        #expect(!isBelieved(publicKey, signature, time, body + [0x20]), "another body")
        #expect(!isBelieved(publicKey, signature, "1700000001", body), "another time")
        #expect(!isBelieved(publicKey, signature, time, body, now: 1_700_000_700), "an old one, sent again")
        for wrong in ["", "AAAA", "no base64"] {
            #expect(!isBelieved(wrong, signature, time, body))
            #expect(!isBelieved(publicKey, wrong, time, body))
            #expect(!isBelieved(publicKey, signature, wrong, body))
        }
    }

    static let addresses: [(url: String, isOfSNS: Bool, because: Comment)] = [
        ("https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem", true, "theirs"),
        ("https://sns.cn-north-1.amazonaws.com.cn/x.pem", true, "theirs in China"),
        ("http://sns.eu-central-1.amazonaws.com/x.pem", false, "in the clear"),
        ("https://sns.eu-central-1.amazonaws.com.evil.example/x.pem", false, "theirs is its beginning"),
        ("https://evil.example/sns.eu-central-1.amazonaws.com/x.pem", false, "theirs is its path"),
        ("https://sns.eu.central.amazonaws.com/x.pem", false, "no region"),
        ("https://bucket.s3.amazonaws.com/x.pem", false, "anybody's files"),
        ("https://sns.eu-central-1.amazonaws.com:8443/x.pem", false, "another port"),
        ("https://user@sns.eu-central-1.amazonaws.com/x.pem", false, "with a user"),
    ]

    @Test(arguments: addresses)
    func `only an address of SNS is asked`(_ row: (url: String, isOfSNS: Bool, because: Comment)) {
        #expect(ProviderSignature.Notification.isOfSNS(row.url) == row.isOfSNS, row.because)
    }

    /// A message whose signature stands in for `SIGNATURE`.
    private static func message(_ signature: String, text: String = "{}", subject: String? = "S") -> [UInt8] {
        let value: JSONValue = [
            "Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:eu-central-1:1:t",
            "Message": .string(text),
            "Timestamp": "2026-11-23T13:00:00.123Z", "SignatureVersion": "2", "Signature": .string(signature),
            "SigningCertURL": "https://sns.eu-central-1.amazonaws.com/x.pem", "Subject": .string(orNull: subject),
        ]
        return value.bytes
    }

    @Test func `SNS is believed by its certificate, for its topic and text`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "veredus-sns-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for name in ["a", "b"] {
            let made = try await ChildProcess.run([
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
                "/CN=sns.amazonaws.com",
                "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).pem",
            ])
            try #require(made.succeeded, "\(made.errors)")
        }
        let topic = "arn:aws:sns:eu-central-1:1:t"
        let plain =
            "Message\n{}\nMessageId\n1\nSubject\nS\nTimestamp\n2026-11-23T13:00:00.123Z\nTopicArn\n\(topic)\n"
            + "Type\nNotification\n"
        try plain.write(toFile: "\(folder)/text", atomically: true, encoding: .utf8)
        let signed = try await ChildProcess.run([
            "openssl", "dgst", "-sha256", "-sign", "\(folder)/a.key", "-out", "\(folder)/signature", "\(folder)/text",
        ])
        try #require(signed.succeeded, "\(signed.errors)")
        let signature = try Data(contentsOf: URL(filePath: "\(folder)/signature")).base64EncodedString()
        let own = Array(try Data(contentsOf: URL(filePath: "\(folder)/a.pem")))
        let other = Array(try Data(contentsOf: URL(filePath: "\(folder)/b.pem")))
        let now = try #require(Timestamp.seconds("2026-11-23T13:05:00Z"))
        let message = try #require(ProviderSignature.Notification(Self.message(signature)))
        #expect(message.message == "{}")
        #expect(message.isSigned(certificate: own, topic: topic, now: now))
        #expect(!message.isSigned(certificate: other, topic: topic, now: now), "another's certificate")
        #expect(!message.isSigned(certificate: [], topic: topic, now: now), "none")
        #expect(!message.isSigned(certificate: own, topic: "\(topic)2", now: now), "another's topic")
        #expect(!message.isSigned(certificate: own, topic: topic, now: now + 3_600), "an old one, sent again")
        let changed = try #require(ProviderSignature.Notification(Self.message(signature, text: "{ }")))
        #expect(!changed.isSigned(certificate: own, topic: topic, now: now), "another text")
        let subjectless = try #require(ProviderSignature.Notification(Self.message(signature, subject: nil)))
        #expect(!subjectless.isSigned(certificate: own, topic: topic, now: now), "without its subject")
        #expect(ProviderSignature.Notification([]) == nil)
        #expect(ProviderSignature.Notification(Array(#"{"Type": "Notification"}"#.utf8)) == nil)
    }
}
