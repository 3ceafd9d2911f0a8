/// Every setting of every program; the raw value is its name in the environment and in a settings file.
package enum SettingName: String, Sendable, CaseIterable {
    case databaseURL = "VEREDUS_DATABASE_URL"
    case ownerURL = "VEREDUS_OWNER_URL"
    case rolePasswords = "VEREDUS_ROLE_PASSWORDS"

    case amqpURL = "VEREDUS_AMQP_URL"
    case amqpCAFile = "VEREDUS_AMQP_CA_FILE"
    case queueType = "VEREDUS_QUEUE_TYPE"

    case smtpURL = "VEREDUS_SMTP_URL"
    case smtpSTARTTLS = "VEREDUS_SMTP_STARTTLS"
    case smtpCAFile = "VEREDUS_SMTP_CA_FILE"
    case smtpUser = "VEREDUS_SMTP_USER"
    case smtpPassword = "VEREDUS_SMTP_PASSWORD"
    case smtpPasswordFile = "VEREDUS_SMTP_PASSWORD_FILE"
    case smtpProvider = "VEREDUS_SMTP_PROVIDER"
    case smtpConnections = "VEREDUS_SMTP_CONNECTIONS"
    case smtpMessagesPerConnection = "VEREDUS_SMTP_MESSAGES_PER_CONNECTION"

    case tokenKeys = "VEREDUS_TOKEN_KEYS"
    case tokenKeysFile = "VEREDUS_TOKEN_KEYS_FILE"
    case addressKey = "VEREDUS_ADDRESS_KEY"
    case addressKeyFile = "VEREDUS_ADDRESS_KEY_FILE"

    case trackingURL = "VEREDUS_TRACKING_URL"
    case dashboardURL = "VEREDUS_DASHBOARD_URL"
    case bounceDomain = "VEREDUS_BOUNCE_DOMAIN"
    case ehloName = "VEREDUS_EHLO_NAME"

    case webListen = "VEREDUS_WEB_LISTEN"
    case webTrustedProxies = "VEREDUS_WEB_TRUSTED_PROXIES"
    case webCertificate = "VEREDUS_WEB_CERTIFICATE_FILE"
    case webKey = "VEREDUS_WEB_CERTIFICATE_KEY_FILE"
    case inboundListen = "VEREDUS_INBOUND_LISTEN"
    case inboundProtocol = "VEREDUS_INBOUND_PROTOCOL"
    case inboundCertificate = "VEREDUS_INBOUND_CERTIFICATE_FILE"
    case inboundCertificateKey = "VEREDUS_INBOUND_CERTIFICATE_KEY_FILE"
    case inboundMaxBytes = "VEREDUS_INBOUND_MAX_BYTES"
    case inboundConnections = "VEREDUS_INBOUND_CONNECTIONS"
    case inboundPeerConnections = "VEREDUS_INBOUND_PEER_CONNECTIONS"
    case inboundPeerRate = "VEREDUS_INBOUND_PEER_RATE"
    case inboundIdleTimeout = "VEREDUS_INBOUND_IDLE_TIMEOUT"
    case inboundSessionTimeout = "VEREDUS_INBOUND_SESSION_TIMEOUT"
    case inboundIMAPURL = "VEREDUS_INBOUND_IMAP_URL"
    case inboundIMAPUser = "VEREDUS_INBOUND_IMAP_USER"
    case inboundIMAPPassword = "VEREDUS_INBOUND_IMAP_PASSWORD"
    case inboundIMAPPasswordFile = "VEREDUS_INBOUND_IMAP_PASSWORD_FILE"
    case inboundIMAPSTARTTLS = "VEREDUS_INBOUND_IMAP_STARTTLS"
    case inboundIMAPCAFile = "VEREDUS_INBOUND_IMAP_CA_FILE"
    case inboundIMAPFolder = "VEREDUS_INBOUND_IMAP_FOLDER"
    case inboundIMAPMoveTo = "VEREDUS_INBOUND_IMAP_MOVE_TO"
    case inboundIMAPInterval = "VEREDUS_INBOUND_IMAP_INTERVAL"
    case inboundMaildir = "VEREDUS_INBOUND_MAILDIR"
    case inboundMaildirAfter = "VEREDUS_INBOUND_MAILDIR_AFTER"
    case inboundRules = "VEREDUS_INBOUND_RULES"
    case inboundKeepDays = "VEREDUS_INBOUND_KEEP_DAYS"

    case eventBuffer = "VEREDUS_EVENT_BUFFER"
    case eventDays = "VEREDUS_EVENT_DAYS"
    case flushSeconds = "VEREDUS_FLUSH_SECONDS"
    case webhookSecret = "VEREDUS_WEBHOOK_SECRET"
    case webhookSecretFile = "VEREDUS_WEBHOOK_SECRET_FILE"
    case webhookSESTopic = "VEREDUS_WEBHOOK_SES_TOPIC"
    case webhookSESCertificates = "VEREDUS_WEBHOOK_SES_CERTIFICATE_FILE"
    case webhookSendGridKey = "VEREDUS_WEBHOOK_SENDGRID_KEY"
    case webDrain = "VEREDUS_WEB_DRAIN"
    case webRequestTime = "VEREDUS_WEB_REQUEST_TIME"
    case apiPerMinute = "VEREDUS_API_PER_MINUTE"

    case lanes = "VEREDUS_LANES"
    case jobsPerMessage = "VEREDUS_JOBS_PER_MESSAGE"
    case retryFirst = "VEREDUS_RETRY_FIRST"
    case retryAttempts = "VEREDUS_RETRY_ATTEMPTS"
    case grace = "VEREDUS_GRACE"
    case lease = "VEREDUS_LEASE"
    case lostAfter = "VEREDUS_LOST_AFTER"
    case pauseAtDead = "VEREDUS_PAUSE_AT_DEAD"
    case startGrace = "VEREDUS_START_GRACE"
    case tooNewGrace = "VEREDUS_TOO_NEW_GRACE"
    case stateDirectory = "VEREDUS_STATE_DIRECTORY"
    case instance = "VEREDUS_INSTANCE"
    case logLevel = "VEREDUS_LOG_LEVEL"
    case settingsFile = "VEREDUS_SETTINGS"

    /// Whether its value may never be shown: a password, a key, or a URL that can hold one.
    package var isSecret: Bool {
        switch self {
        case .databaseURL, .ownerURL, .amqpURL, .smtpURL, .smtpPassword, .webhookSecret, .tokenKeys, .addressKey,
            .inboundIMAPURL, .inboundIMAPPassword:
            true
        default: false
        }
    }

    /// The known name that somebody who wrote `name` most likely meant; `nil` when none is near.
    package static func nearest(to name: String) -> SettingName? {
        let written = Array(name.utf8)
        let candidates = allCases.map { (name: $0, distance: editDistance(written, Array($0.rawValue.utf8))) }
        guard let best = candidates.min(by: { $0.distance < $1.distance }), best.distance <= 3 else { return nil }
        return best.name
    }

    /// How many single bytes must be put in, taken out or replaced to make one of the other (Levenshtein).
    private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (i, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (byte == other ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
