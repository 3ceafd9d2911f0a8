import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient
import ReturnedMail
import Service

struct InboundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbound",
        abstract: "Ingest and inspect bounces, complaints and replies.",
        discussion: """
            Only mail to a valid signed address is stored, cut down to the relevant parts; other mail is only counted. \
            `veredus-inbound` judges stored mail.
            """,
        subcommands: [
            InboundIngest.self, InboundList.self, InboundShow.self, InboundExplain.self, InboundRules.self,
        ]
    )
}

struct InboundIngest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Ingest returned mail from a file or a pipe.",
        discussion: """
            Reads one mail, or an mbox: a file that begins with "From " and holds several. Safe to repeat: each mail \
            is stored once. Exits with 75 to make a mail server keep the mail and try again.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "The envelope recipient of the mail.") var sentTo: String?
    @Argument(help: "The file, or - for standard input.", completion: .file()) var file: String

    /// Bytes of an mbox.
    private static let mostBytes = 256 << 20

    func run() async throws {
        var reader = try Session.settings(common)
        let inbound = InboundLimits(reading: &reader)
        let (settings, keys) = try reader.finished(PostgresSettings(reading: &reader), KeyRing(reading: &reader))
        let mails = Mbox.mails(in: try bytes())
        if mails.count == 1, mails[0].count > inbound.mostBytes {
            throw AdminFailure(
                .badData,
                "\(file) has \(mails[0].count) bytes; VEREDUS_INBOUND_MAX_BYTES allows \(inbound.mostBytes). Nothing was stored"
            )
        }
        var limits = MIMELimits()
        limits.messageBytes = inbound.mostBytes
        let sorter = MailSorter(
            keys: keys,
            seal: MailSeal(keys.identity),
            book: try InboundExplain.ruleBook(inbound.rulesPath),
            limits: limits
        )
        let local = sentTo.map { Array($0.prefix { $0 != "@" }.utf8) }
        do {
            try await Session.run(settings) { session in
                try await session.confirm(keys)
                var outcomes: [InboundOutcome] = []
                for mail in mails {
                    outcomes.append(
                        try await session.database.storeInbound(
                            sorter.sort(mail, sentTo: local),
                            mailbox: "ingest"
                        )
                    )
                }
                tell(outcomes, session.console)
            }
        } catch let error as PostgresError where error.isTransient {
            // With 69 a mail server would give up.
            throw AdminFailure(.temporary, "\(error)")
        }
    }

    private func bytes() throws(AdminFailure) -> [UInt8] {
        let input = file == "-" ? try ByteFile(standardInput: "standard input") : try ByteFile(path: file)
        var bytes: [UInt8] = []
        while true {
            let piece = try input.next()
            if piece.isEmpty { return bytes }
            bytes += piece
            guard bytes.count <= Self.mostBytes else {
                throw AdminFailure(.badData, "\(file) has more than \(Self.mostBytes >> 20) MiB; split it")
            }
        }
    }

    private func tell(_ outcomes: [InboundOutcome], _ console: Console) {
        let stored = outcomes.count { $0 == .stored }
        let known = outcomes.count { $0 == .known }
        let counted = outcomes.count - stored - known
        if output.json {
            return console.print(["stored": .number(stored), "known": .number(known), "counted": .number(counted)])
        }
        console.print(
            "\(stored) stored, \(known) already known, \(counted) only counted (unknown address, or over the limits)"
        )
    }
}

struct InboundList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract:
            "List an account's newest returned mail, and count the mail that is not stored."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var account: AccountOption
    @OptionGroup var page: PageOptions
    @Option(help: "Days to count, 1 to 400.") var days = 30

    func validate() throws {
        guard (1...400).contains(days) else { throw ValidationError("--days is 1 to 400") }
    }

    func run() async throws {
        let before = try page.before(.mails)
        try await Session.run(common) { session in
            let account = try await session.account(named: account.name)
            let mails = try await session.database.recentInbound(of: account.id, before: before, limit: page.limit)
            let next = mails.next(page.limit) { PageCursor(.mails, [$0.mail]) }
            let tallies = try await session.database.inboundTallies(days: days)
            if output.json {
                return session.console.print(
                    .page(mails.map(\.json), next: next)
                        .adding(["counted": .array(tallies.map(\.json)), "days": .number(days)])
                )
            }
            if mails.isEmpty { session.console.print("\(account.name) has no returned mail") }
            if !mails.isEmpty {
                session.console.print(
                    Table(
                        ["MAIL", "RECEIVED", "MESSAGE", "STATE", "WAY IN"],
                        mails.map { mail in
                            [
                                String(mail.mail), Timestamp.text(mail.receivedAt),
                                "\(mail.message.campaign)/\(mail.message.seq)", mail.words, mail.mailbox,
                            ]
                        }
                    ).text
                )
            }
            for tally in tallies {
                session.console.print("\(tally.mailbox): \(grouped(tally.count)) \(tally.words) in \(days) days")
            }
            if let next { session.console.sayMore(next) }
        }
    }
}

struct InboundShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the stored part of a returned mail. The audit log records the access.",
        discussion: """
            Shows the notice, the report's fields and the message's header of a mail that was understood; other mail \
            is decrypted and shown whole, within 72 hours.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "The reason, for the audit log.") var reason: String
    @Argument(help: "The mail's number.") var id: Int64

    func validate() throws {
        try checkReason(reason)
    }

    func run() async throws {
        var reader = try Session.settings(common)
        let (settings, key) = try reader.finished(
            PostgresSettings(reading: &reader),
            NumberedAddressHashKey(reading: &reader)
        )
        try await Session.run(settings) { session in
            guard let (facts, content) = try await session.database.inboundMail(id, reason: reason) else {
                throw AdminFailure(.badData, "there is no mail \(id). `veredus inbound list` lists them")
            }
            var text: String?
            if let content {
                let plain = facts.state == .notUnderstood ? try MailSeal(key.identity).open(content) : content
                text = String(decoding: plain, as: UTF8.self)
            }
            if output.json {
                return session.console.print(["mail": facts.json, "text": .string(orNull: text)])
            }
            session.console.print(
                "mail \(facts.mail): \(facts.words), message \(facts.message.campaign)/\(facts.message.seq)"
            )
            session.console.print(
                "received by \(facts.mailbox), \(Timestamp.text(facts.receivedAt)), \(facts.sizeBytes) bytes"
            )
            // `print` makes foreign control characters visible.
            session.console.print(
                text.map { "\n" + String(String.UnicodeScalarView($0.unicodeScalars.filter { $0 != "\r" })) }
                    ?? "its text is no longer stored"
            )
        }
    }
}

/// Several mails in one file, in the format of mail programs.
enum Mbox {
    /// The mails of an mbox without their "From " lines, `>From ` restored; anything else is one mail.
    static func mails(in bytes: [UInt8]) -> [[UInt8]] {
        let mark = Array("From ".utf8)
        let hasByteOrderMark = bytes.starts(with: UTF8Scalar.byteOrderMark)
        let bytes = hasByteOrderMark ? Array(bytes.dropFirst(UTF8Scalar.byteOrderMark.count)) : bytes
        guard bytes.starts(with: mark) else { return bytes.isEmpty ? [] : [bytes] }
        var mails: [[UInt8]] = []
        var current: [UInt8] = []
        var isAfterBlank = true
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if isAfterBlank, line.starts(with: mark) {
                if !current.isEmpty { mails.append(current) }
                current = []
                isAfterBlank = false
                continue
            }
            isAfterBlank = line.isEmpty || line.elementsEqual([0x0D])
            let quotes = line.prefix { $0 == UInt8(ascii: ">") }
            let isQuoted = !quotes.isEmpty && line.dropFirst(quotes.count).starts(with: mark)
            current.append(contentsOf: isQuoted ? line.dropFirst() : line)
            current.append(0x0A)
        }
        if !current.isEmpty { mails.append(current) }
        return mails
    }
}

extension InboundMailFacts {
    fileprivate var words: String { settlement.map { "settled: \($0.name)" } ?? state.name }

    fileprivate var json: JSONValue {
        [
            "mail": .number(mail), "mailbox": .string(mailbox), "received_at": .string(Timestamp.text(receivedAt)),
            "campaign": .number(message.campaign), "seq": .number(message.seq), "bytes": .number(sizeBytes),
            "state": .string(state.name), "settlement": .string(orNull: settlement?.name),
            "has_text": .bool(hasContent),
        ]
    }
}

extension InboundTally {
    fileprivate var words: String { what?.name ?? "other" }

    fileprivate var json: JSONValue {
        ["mailbox": .string(mailbox), "what": .string(words), "count": .number(count)]
    }
}
