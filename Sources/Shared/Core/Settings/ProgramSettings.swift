/// The producer's settings besides database and broker.
package struct ProducerSettings: Sendable, Equatable {
    /// The most jobs in one message of the broker.
    package let jobsPerMessage: Int
    /// How long a lane with pending rows, an empty queue and no claim counts as slow rather than lost.
    package let lostAfterSeconds: Double
    /// A campaign pauses automatically at this number of dead letters, if they are a twentieth of the ended rows; 0 for
    /// never.
    package let pauseAtDead: Int
    /// How late a scheduled start may be without needing another request.
    package let startGraceSeconds: Double
    /// The maximum number of attempts per message; the workers' setting.
    package let attempts: Int
    /// How long the claims of a dead worker with a flight log are left to those who find it: before its messages become
    /// uncertain, and before they are sent again.
    package let settleWaitSeconds: Double
    package let settleWaitAgainSeconds: Double
    package let state: StateSettings

    package init(reading reader: inout SettingsReader) {
        jobsPerMessage = reader.whole(.jobsPerMessage, 1...JobMessage.maximumJobs, default: 32)
        lostAfterSeconds = reader.seconds(.lostAfter, 1...3_600, default: 30)
        attempts = reader.retryAttempts()
        pauseAtDead = reader.whole(.pauseAtDead, 0...1_000_000_000, default: 100)
        startGraceSeconds = reader.seconds(.startGrace, 1...604_800, default: 3_600)
        settleWaitSeconds = reader.seconds(.settleWait, 0...86_400, default: 300)
        settleWaitAgainSeconds = reader.seconds(.settleWaitAgain, 0...86_400, default: 60)
        state = StateSettings(reading: &reader)
    }
}

/// The worker's settings besides database, broker, mail route and keys.
package struct WorkerSettings: Sendable, Equatable {
    /// The lanes whose queues it consumes.
    package let lanes: [String]
    /// The most jobs in one message of the broker: how many a prefetched message may bring.
    package let jobsPerMessage: Int
    /// The most memory of rendered messages, those being sent included.
    package let inFlightMiB: Int
    package let messages: MessageSettings
    package let retries: RetrySchedule
    /// How long a stop may take.
    package let graceSeconds: Double
    /// How long a worker's messages stay in flight without a renewed lease, before a producer settles them.
    package let leaseSeconds: Double
    /// How long a job of a newer version waits for a newer worker.
    package let tooNewGraceSeconds: Double
    /// The folder for flight logs; `nil` for none.
    package let flightLogs: String?
    package let state: StateSettings

    package init(reading reader: inout SettingsReader) {
        lanes = reader.lanes()
        jobsPerMessage = reader.whole(.jobsPerMessage, 1...JobMessage.maximumJobs, default: 32)
        inFlightMiB = reader.whole(.inFlightMiB, 1...4_096, default: 8)
        messages = MessageSettings(reading: &reader)
        retries = RetrySchedule(reading: &reader)
        leaseSeconds = reader.seconds(.lease, 5...300, default: 30)
        tooNewGraceSeconds = reader.seconds(.tooNewGrace, 1...604_800, default: 3_600)
        graceSeconds = reader.seconds(.grace, 0...600, default: 25)
        flightLogs = reader.text(.flightLogs)
        state = StateSettings(reading: &reader)
    }
}

extension RetrySchedule {
    package init(reading reader: inout SettingsReader) {
        self.init(
            firstSeconds: reader.seconds(.retryFirst, 0.1...86_400, default: 60),
            attempts: reader.retryAttempts()
        )
    }
}

/// What is needed to settle the flight logs of a machine.
package struct RecoverySettings: Sendable, Equatable {
    /// The folder with the logs.
    package let flightLogs: String
    package let retries: RetrySchedule

    /// `nil` after a problem was noted.
    package init?(reading reader: inout SettingsReader) {
        retries = RetrySchedule(reading: &reader)
        guard let folder = reader.required(.flightLogs, example: "/run/veredus/flight") else { return nil }
        flightLogs = folder
    }
}

/// The installation's settings that every rendered message needs.
package struct MessageSettings: Sendable, Equatable {
    /// Where pixels, links and unsubscribe pages are served: no slash at its end.
    package let trackingURL: String
    /// The domain of return paths and unsubscribe addresses.
    package let bounceDomain: String
    /// The provider, if it does not keep the return path.
    package let relay: RelayProvider

    package init(trackingURL: String, bounceDomain: String, relay: RelayProvider = .other) {
        self.trackingURL = trackingURL
        self.bounceDomain = bounceDomain
        self.relay = relay
    }

    package init(reading reader: inout SettingsReader) {
        trackingURL = reader.webAddress(.trackingURL, example: "https://news.example.net")
        bounceDomain = reader.hostName(.bounceDomain, example: "bounces.example.net")
        relay = reader.choice(.smtpProvider, default: .other)
    }
}

extension SettingsReader {
    fileprivate mutating func retryAttempts() -> Int { whole(.retryAttempts, 1...100, default: 12) }

    fileprivate mutating func lanes() -> [String] {
        guard let text = text(.lanes) else { return ["default"] }
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map {
            String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        guard names.allSatisfy(LaneName.isValid), Set(names).count == names.count else {
            report(.lanes, "must be distinct lane names separated by commas: \(LaneName.rule)")
            return ["default"]
        }
        return names
    }

    /// An https address without query and fragment; http only on this machine.
    mutating func webAddress(_ name: SettingName, example: String) -> String {
        guard let text = required(name, example: example) else { return example }
        var address = text[...]
        while address.hasSuffix("/") { address.removeLast() }
        let allowed =
            "must be an https address without query, like \(example); http only for 127.0.0.1, ::1 or localhost"
        guard let scheme = ["https://", "http://"].first(where: { address.lowercased().hasPrefix($0) }) else {
            report(name, allowed)
            return example
        }
        let rest = address.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        let host = Self.host(of: authority)
        let isLoopback = ["127.0.0.1", "[::1]", "localhost"].contains(host)
        guard isLoopback || (scheme == "https://" && HostName.isQualified(host)),
            rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Array("?#\"<>\\@".utf8).contains($0) })
        else {
            report(name, allowed)
            return example
        }
        return scheme + rest
    }

    private static func host(of authority: Substring) -> String {
        guard let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") else { return authority.lowercased() }
        let port = authority[authority.index(after: colon)...]
        guard let number = UInt16(port), number > 0 else { return "" }
        return authority[..<colon].lowercased()
    }
}

/// The rule for a lane's name; the schema checks the same.
package enum LaneName {
    package static let rule = "1 to 40 lower-case letters, digits and hyphens, not starting with a hyphen"

    package static func isValid(_ name: String) -> Bool {
        guard (1...40).contains(name.utf8.count), name.utf8.first != UInt8(ascii: "-") else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }
}
