/// Every setting of every program; the raw value is its name in the environment and in a settings file.
package enum SettingName: String, Sendable, CaseIterable {
    // MARK: PostgreSQL

    /// For: all. The PostgreSQL database:
    /// `postgresql://veredus_worker:PASSWORD@host:5432/veredus?sslmode=verify-full&sslrootcert=FILE`. Each program logs
    /// in with its own role.
    case databaseURL = "VEREDUS_DATABASE_URL"
    /// For: migrate, maintain. The log-in of `veredus_owner`, which owns the schema. `VEREDUS_DATABASE_URL` is used
    /// where it is not set.
    case ownerURL = "VEREDUS_OWNER_URL"
    /// For: migrate. A file of `ROLE=PASSWORD` lines that `veredus migrate --bootstrap` sets.
    case rolePasswords = "VEREDUS_ROLE_PASSWORDS"

    // MARK: RabbitMQ

    /// For: producer, worker, web, recorder, admin. The RabbitMQ broker: `amqps://user:PASSWORD@host:5671/vhost`. With
    /// TLS, use a host name rather than an IP address.
    case amqpURL = "VEREDUS_AMQP_URL"
    /// For: producer, worker, web, recorder, admin. A PEM file with the authority that signed the broker's certificate.
    case amqpCAFile = "VEREDUS_AMQP_CA_FILE"
    /// For: producer, worker, web, recorder, admin. `quorum` (replicated) or `classic` (one node, cheaper). Every
    /// program needs the same value.
    case queueType = "VEREDUS_QUEUE_TYPE"

    // MARK: SMTP relay

    /// For: worker, admin. The SMTP relay: `smtp://host:587` or `smtps://host:465`.
    case smtpURL = "VEREDUS_SMTP_URL"
    /// For: worker, admin. `required`, `opportunistic` (TLS where offered, certificate not verified) or `off`.
    case smtpSTARTTLS = "VEREDUS_SMTP_STARTTLS"
    /// For: worker, admin. A PEM file with authorities to trust instead of the system's.
    case smtpCAFile = "VEREDUS_SMTP_CA_FILE"
    /// For: worker, admin. The user name at the relay. Sent only over verified TLS.
    case smtpUser = "VEREDUS_SMTP_USER"
    /// For: worker, admin. The password at the relay.
    case smtpPassword = "VEREDUS_SMTP_PASSWORD"
    /// For: worker, admin. A file with the password at the relay.
    case smtpPasswordFile = "VEREDUS_SMTP_PASSWORD_FILE"
    /// For: worker, producer, admin. `other`, `sendgrid` or `postmark`. The latter two replace the return path;
    /// messages then carry a header field that comes back in their webhooks.
    case smtpProvider = "VEREDUS_SMTP_PROVIDER"
    /// For: worker. SMTP connections open at once, divided evenly among the lanes of the worker.
    case smtpConnections = "VEREDUS_SMTP_CONNECTIONS"
    /// For: worker. Messages sent over one connection before it is closed.
    case smtpMessagesPerConnection = "VEREDUS_SMTP_MESSAGES_PER_CONNECTION"

    // MARK: Keys

    /// For: worker, web, inbound, admin. `1:64 HEX DIGITS[,2:…]`: sign the tokens in messages. The first key signs, all
    /// of them verify. A number is for one key: with another one under a known number no program starts.
    case tokenKeys = "VEREDUS_TOKEN_KEYS"
    /// For: worker, web, inbound, admin. A file with the token keys.
    case tokenKeysFile = "VEREDUS_TOKEN_KEYS_FILE"
    /// For: worker, web, inbound, admin. `1:64 HEX DIGITS`: hashes e-mail addresses. Never change the key or its
    /// number.
    case addressKey = "VEREDUS_ADDRESS_KEY"
    /// For: worker, web, inbound, admin. A file with the address key.
    case addressKeyFile = "VEREDUS_ADDRESS_KEY_FILE"

    // MARK: Public names

    /// For: producer, worker, web, admin. Where recipients reach the web program: open pixels, links and unsubscribe
    /// pages. `https`, or `http` on this machine only.
    case trackingURL = "VEREDUS_TRACKING_URL"
    /// For: web, admin. Where users and programs reach the dashboard and the API. Use another host name than that of
    /// `VEREDUS_TRACKING_URL`.
    case dashboardURL = "VEREDUS_DASHBOARD_URL"
    /// For: producer, worker, inbound, admin, web. The domain of return paths and unsubscribe addresses. The web
    /// program needs it for previews only, and may go without.
    case bounceDomain = "VEREDUS_BOUNCE_DOMAIN"
    /// For: worker, admin. The host name that this machine gives in EHLO.
    case ehloName = "VEREDUS_EHLO_NAME"

    // MARK: Web program

    /// For: web. Address and port to listen on; `[::]:8080` for every interface.
    case webListen = "VEREDUS_WEB_LISTEN"
    /// For: web. Addresses and networks of reverse proxies, separated by commas. Their `X-Forwarded-For` and
    /// `X-Forwarded-Proto` are trusted.
    case webTrustedProxies = "VEREDUS_WEB_TRUSTED_PROXIES"
    /// For: web. A PEM file with a certificate and its chain. Read at the start. Leave it out where a proxy ends TLS.
    case webCertificate = "VEREDUS_WEB_CERTIFICATE_FILE"
    /// For: web. A PEM file with the key of the certificate.
    case webKey = "VEREDUS_WEB_CERTIFICATE_KEY_FILE"

    // MARK: Returned mail

    /// For: inbound. Address and port on which mail is taken, for example `127.0.0.1:2526`. No listener without it.
    case inboundListen = "VEREDUS_INBOUND_LISTEN"
    /// For: inbound. `lmtp` or `smtp`.
    case inboundProtocol = "VEREDUS_INBOUND_PROTOCOL"
    /// For: inbound. A PEM file with a certificate and its chain: the listener then offers STARTTLS.
    case inboundCertificate = "VEREDUS_INBOUND_CERTIFICATE_FILE"
    /// For: inbound. A PEM file with the key of the certificate.
    case inboundCertificateKey = "VEREDUS_INBOUND_CERTIFICATE_KEY_FILE"
    /// For: inbound, admin. Largest mail accepted, in bytes, whichever way it arrives.
    case inboundMaxBytes = "VEREDUS_INBOUND_MAX_BYTES"
    /// For: inbound. Connections open at once.
    case inboundConnections = "VEREDUS_INBOUND_CONNECTIONS"
    /// For: inbound. Connections open at once from one address.
    case inboundPeerConnections = "VEREDUS_INBOUND_PEER_CONNECTIONS"
    /// For: inbound. Mails that one address may bring in a minute.
    case inboundPeerRate = "VEREDUS_INBOUND_PEER_RATE"
    /// For: inbound. Seconds without a byte before a connection is closed.
    case inboundIdleTimeout = "VEREDUS_INBOUND_IDLE_TIMEOUT"
    /// For: inbound. Seconds that a connection may last in all.
    case inboundSessionTimeout = "VEREDUS_INBOUND_SESSION_TIMEOUT"
    /// For: inbound. A mailbox to poll: `imaps://mail.example.net`, or `imap://` with STARTTLS.
    case inboundIMAPURL = "VEREDUS_INBOUND_IMAP_URL"
    /// For: inbound. The user name of the mailbox.
    case inboundIMAPUser = "VEREDUS_INBOUND_IMAP_USER"
    /// For: inbound. The password of the mailbox.
    case inboundIMAPPassword = "VEREDUS_INBOUND_IMAP_PASSWORD"
    /// For: inbound. A file with the password of the mailbox.
    case inboundIMAPPasswordFile = "VEREDUS_INBOUND_IMAP_PASSWORD_FILE"
    /// For: inbound. `required`, or `off` on this machine only.
    case inboundIMAPSTARTTLS = "VEREDUS_INBOUND_IMAP_STARTTLS"
    /// For: inbound. A PEM file with authorities to trust instead of the system's.
    case inboundIMAPCAFile = "VEREDUS_INBOUND_IMAP_CA_FILE"
    /// For: inbound. The folder to read. Default `INBOX`.
    case inboundIMAPFolder = "VEREDUS_INBOUND_IMAP_FOLDER"
    /// For: inbound. A folder for mail that has been stored. Without it, stored mail is deleted.
    case inboundIMAPMoveTo = "VEREDUS_INBOUND_IMAP_MOVE_TO"
    /// For: inbound. Seconds between polls.
    case inboundIMAPInterval = "VEREDUS_INBOUND_IMAP_INTERVAL"
    /// For: inbound. The full path of a Maildir to read.
    case inboundMaildir = "VEREDUS_INBOUND_MAILDIR"
    /// For: inbound. `delete` removes a file that has been stored, `keep` moves it to `cur`.
    case inboundMaildirAfter = "VEREDUS_INBOUND_MAILDIR_AFTER"
    /// For: inbound, admin. A file with rules for the wording of other servers, applied before the built-in rules.
    case inboundRules = "VEREDUS_INBOUND_RULES"
    /// For: inbound. Days for which the shortened text of a settled mail is kept.
    case inboundKeepDays = "VEREDUS_INBOUND_KEEP_DAYS"

    // MARK: Opens and clicks

    /// For: web. Opens and clicks held in memory while the broker is away. Beyond this number they are dropped, and the
    /// log says how many.
    case eventBuffer = "VEREDUS_EVENT_BUFFER"
    /// For: recorder, maintain. Days for which single events are kept. An event that arrives later than this is not
    /// counted.
    case eventDays = "VEREDUS_EVENT_DAYS"
    /// For: recorder. Seconds between writes of opens and clicks. Shorter intervals reveal more about who acted when.
    case flushSeconds = "VEREDUS_FLUSH_SECONDS"

    // MARK: Providers' webhooks

    /// For: web. At least 20 letters and digits. Opens `/inbound/ses/SECRET`, `/inbound/sendgrid/SECRET` and
    /// `/inbound/postmark/SECRET`.
    case webhookSecret = "VEREDUS_WEBHOOK_SECRET"
    /// For: web. A file with the secret of the webhooks.
    case webhookSecretFile = "VEREDUS_WEBHOOK_SECRET_FILE"
    /// For: web. The ARN of the one SNS topic that is trusted.
    case webhookSESTopic = "VEREDUS_WEBHOOK_SES_TOPIC"
    /// For: web. A PEM file with the certificates that may sign messages of that topic.
    case webhookSESCertificates = "VEREDUS_WEBHOOK_SES_CERTIFICATE_FILE"
    /// For: web. The verification key of SendGrid's signed event webhook.
    case webhookSendGridKey = "VEREDUS_WEBHOOK_SENDGRID_KEY"

    // MARK: Stopping and limits of the web program

    /// For: web. Seconds for which `/readyz` answers 503 before the program stops listening.
    case webDrain = "VEREDUS_WEB_DRAIN"
    /// For: web. Seconds within which a whole request must arrive, and a slow client must read on.
    case webRequestTime = "VEREDUS_WEB_REQUEST_TIME"
    /// For: web. API requests per minute and key, counted by each process for itself.
    case apiPerMinute = "VEREDUS_API_PER_MINUTE"

    // MARK: Sending

    /// For: worker. Names of the lanes to serve, separated by commas. Default `default`.
    case lanes = "VEREDUS_LANES"
    /// For: producer, worker. The most jobs in one broker message, and no more than a quarter of a worker's connections. A
    /// message holds as many as a lane is full, one while jobs trickle: more cost the broker less.
    case jobsPerMessage = "VEREDUS_JOBS_PER_MESSAGE"
    /// For: worker. MiB that rendered messages may take, those being sent included; it matters for large messages.
    case inFlightMiB = "VEREDUS_IN_FLIGHT_MIB"
    /// For: worker. Seconds before the first retry; later waits double.
    case retryFirst = "VEREDUS_RETRY_FIRST"
    /// For: producer, worker. Attempts in all.
    case retryAttempts = "VEREDUS_RETRY_ATTEMPTS"
    /// For: worker, inbound. Seconds that SIGTERM leaves to finish work in progress.
    case grace = "VEREDUS_GRACE"
    /// For: worker. Seconds after which a worker that no longer renews its lease loses its claims.
    case lease = "VEREDUS_LEASE"
    /// For: worker, recover. A folder for flight logs, which say how far each message in flight had come when a worker dies. All
    /// workers of a machine share it, and no two machines: a local file system in memory (tmpfs), like `/run/veredus/flight`;
    /// ext4, xfs and btrfs work, too. Without it what was in flight becomes uncertain, or is sent again.
    case flightLogs = "VEREDUS_FLIGHT_LOGS"
    /// For: producer. Seconds that the claims of a dead worker with a flight log wait for those who find the log, before its
    /// messages become uncertain.
    case settleWait = "VEREDUS_SETTLE_WAIT"
    /// For: producer. The same, before its messages are sent again under at-least-once.
    case settleWaitAgain = "VEREDUS_SETTLE_WAIT_AGAIN"
    /// For: producer. Seconds without a claim after which published jobs count as lost.
    case lostAfter = "VEREDUS_LOST_AFTER"
    /// For: producer. Dead letters at which a campaign is paused, if they are also a twentieth of the recipients in a
    /// final state. 0 for never.
    case pauseAtDead = "VEREDUS_PAUSE_AT_DEAD"
    /// For: producer. Seconds by which a scheduled start may be late. After that the start has to be requested again.
    case startGrace = "VEREDUS_START_GRACE"
    /// For: worker, recorder. Seconds that a job of an unsupported version waits for a newer program before it is
    /// dead-lettered.
    case tooNewGrace = "VEREDUS_TOO_NEW_GRACE"

    // MARK: Every program

    /// For: producer, worker, web, recorder, inbound. The machine's folder for what outlives its programs; under systemd the
    /// unit's `StateDirectory` where it is not set. Each program has its own folder in it, like `veredus-producer`: with the
    /// restore guard's epoch (producer, worker) and the journal of opt-outs (all but the worker). Put it on another disk than
    /// the database. Without it no journal is kept.
    case stateDirectory = "VEREDUS_STATE_DIRECTORY"
    /// For: producer, worker. Tells several instances of one program on a machine apart: with `1` the folder of a worker
    /// is `veredus-worker@1`. The unit `veredus-worker@` sets it.
    case instance = "VEREDUS_INSTANCE"
    /// For: producer, worker, web, recorder, inbound. `trace`, `debug`, `info`, `notice`, `warning`, `error` or
    /// `critical`. Logs are JSON lines on standard error.
    case logLevel = "VEREDUS_LOG_LEVEL"
    /// For: all. The settings file to read, where `--settings` does not name one. Only in the environment.
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

    /// The known name nearest to a misspelt `name`; `nil` if none is near.
    package static func nearest(to name: String) -> SettingName? {
        let written = Array(name.utf8)
        let candidates = allCases.map { (name: $0, distance: editDistance(written, Array($0.rawValue.utf8))) }
        guard let best = candidates.min(by: { $0.distance < $1.distance }), best.distance <= 3 else { return nil }
        return best.name
    }

    /// The Levenshtein distance in bytes.
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
