/// A database's identity and generation, remembered outside of it.
///
/// A database that is restored from yesterday has forgotten what was sent since, and would have it sent again. Its
/// generation is raised with every start of a program and every minute; a restore guard that remembers a later one gives it
/// away.
package struct RestoreGuard: Equatable, Sendable {
    /// Drawn when the database was created, and kept by every copy: a UUID.
    package let installation: String
    /// PostgreSQL's `system_identifier`: made with the cluster, and kept by its physical copies.
    package let systemIdentifier: Int64
    /// Changes with every promotion and every recovery to a point in time.
    package let timeline: Int32
    /// Grows for as long as the database lives.
    package let generation: Int64
    /// What it had given away by then.
    package let numbers: HighestNumbers
    /// The journal that knew more than the database when a program started; empty for none, and in what is remembered.
    package let journalAhead: String

    package init(
        installation: String,
        systemIdentifier: Int64,
        timeline: Int32,
        generation: Int64,
        numbers: HighestNumbers = HighestNumbers(),
        journalAhead: String = ""
    ) {
        self.installation = installation
        self.systemIdentifier = systemIdentifier
        self.timeline = timeline
        self.generation = generation
        self.numbers = numbers
        self.journalAhead = journalAhead
    }

    /// What is not a restore guard.
    package struct Malformed: Error, Equatable, CustomStringConvertible {
        package var description: String {
            "is not a restore guard, which reads `w2 INSTALLATION IDENTIFIER TIMELINE GENERATION` and four numbers"
        }
    }

    /// As a file or a message holds it: `w2 <installation> <system identifier> <timeline> <generation>`, then the highest
    /// campaign, list, account and contact.
    package var encoded: String {
        "w2 \(installation) \(systemIdentifier) \(timeline) \(generation) \(numbers.encoded)"
    }

    /// Reads that, and what older programs left behind: `w1`, without the highest numbers.
    package init(decoding text: String) throws(Malformed) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count >= 5, words[1].utf8.count == 36, let identifier = Int64(words[2]),
            let timeline = Int32(words[3]), let generation = Int64(words[4]),
            let numbers = words[0] == "w1" && words.count == 5
                ? HighestNumbers() : words[0] == "w2" ? HighestNumbers(decoding: words.dropFirst(5)) : nil
        else { throw Malformed() }
        self.init(
            installation: String(words[1]),
            systemIdentifier: identifier,
            timeline: timeline,
            generation: generation,
            numbers: numbers
        )
    }
}

/// Why a database must not send.
package struct RestoredDatabaseFound: Error, Equatable, CustomStringConvertible {
    package let reason: String

    package var description: String {
        "this database may not know what was sent: \(reason). It sends nothing until an operator has checked it: "
            + "`veredus doctor --adopt` pauses its open campaigns and lets it send"
    }

    /// Judges a database.
    ///
    /// Without any restore guard it passes: a wiped broker must not stop sending. One of another installation is
    /// ignored: a new database has nothing to send twice.
    ///
    /// - Parameters:
    ///   - stored: What the database says that it is.
    ///   - server: What the server is that it runs on; its generation does not matter.
    ///   - restoreGuards: What was remembered elsewhere, and where.
    /// - Returns: `nil` if the database is current.
    package static func judge(
        _ stored: RestoreGuard,
        on server: RestoreGuard,
        _ restoreGuards: [(place: String, restoreGuard: RestoreGuard)]
    ) -> RestoredDatabaseFound? {
        guard stored.systemIdentifier == server.systemIdentifier else {
            return .init(
                reason: "it belongs to the PostgreSQL cluster \(stored.systemIdentifier) and runs on "
                    + "\(server.systemIdentifier), so it was copied or restored from a dump"
            )
        }
        guard stored.timeline == server.timeline else {
            return .init(
                reason:
                    "it was on timeline \(stored.timeline) and is on \(server.timeline), so its server was promoted "
                    + "or recovered to a point in time"
            )
        }
        guard stored.journalAhead.isEmpty else {
            return .init(
                reason:
                    "the journal \(stored.journalAhead) had opt-outs that it lacked, so it is an older copy of itself"
            )
        }
        let ahead = restoreGuards.first {
            $0.restoreGuard.installation == stored.installation && $0.restoreGuard.generation > stored.generation
        }
        return ahead.map { place, restoreGuard in
            .init(
                reason: "\(place) remembers its generation \(restoreGuard.generation), and it is at "
                    + "\(stored.generation), so it is an older copy of itself"
            )
        }
    }
}
