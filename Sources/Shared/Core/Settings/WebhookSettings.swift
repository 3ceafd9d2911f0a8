/// The settings of providers' webhooks, which are off unless a secret is set.
package struct WebhookSettings: Sendable, Equatable {
    /// The last part of the path, at least 20 characters; `nil` turns webhooks off.
    package let secret: String?
    /// The one trusted SNS topic, and a PEM file with the certificates that may sign for it.
    package let ses: SES?
    /// The verification key of SendGrid's signed event webhook, base64.
    package let sendGridKey: String?

    package struct SES: Sendable, Equatable {
        package let topic: String
        package let certificateFile: String
    }

    package init(reading reader: inout SettingsReader) {
        let secret = reader.secret(.webhookSecret, file: .webhookSecretFile)
        let isLong = (secret?.utf8.count ?? 20) >= 20 && (secret ?? "").utf8.allSatisfy(ASCII.isAlphanumeric)
        if !isLong {
            reader.report(.webhookSecret, "must be 20 or more letters and digits (make it with: openssl rand -hex 20)")
        }
        self.secret = secret
        let topic = reader.text(.webhookSESTopic)
        let file = reader.text(.webhookSESCertificates)
        if (topic == nil) != (file == nil) {
            reader.report(
                topic == nil ? .webhookSESTopic : .webhookSESCertificates,
                "is not set, but \(topic == nil ? SettingName.webhookSESCertificates.rawValue : SettingName.webhookSESTopic.rawValue) is; set both or neither"
            )
        }
        ses = topic.flatMap { topic in file.map { SES(topic: topic, certificateFile: $0) } }
        sendGridKey = reader.text(.webhookSendGridKey)
    }
}
