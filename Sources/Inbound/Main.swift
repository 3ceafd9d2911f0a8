import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient
import IMAP
import Logging
import ReturnedMail
import ServiceLifecycle

/// `veredus-inbound`: receives bounces, complaints and unsubscribe mails, stores them, judges them.
@main
struct InboundProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "veredus-inbound",
        abstract: "Processes returned mail: bounces, complaints, unsubscribe requests.",
        discussion: """
            Settings come from the environment and from a file; docs/reference/settings.md lists them. Mail arrives \
            through an LMTP or SMTP listener, an IMAP folder or a Maildir, whichever the settings enable, and through \
            `veredus inbound ingest`. The program never sends mail.
            """
    )

    @Option(name: .long, help: "A settings file with lines NAME=VALUE.")
    var settings: String?

    func run() async throws {
        await Bootstrap.runProgram("veredus-inbound", settingsFile: settings) { reader, log in
            let inbound = InboundSettings(reading: &reader)
            let keys = KeyRing(reading: &reader)
            let addressKey = Int16(KeySettings.addressKey(reading: &reader).number)
            let postgres = PostgresSettings(reading: &reader)
            let book = RuleBook(inbound.rulesPath, reading: &reader)
            let imap = IMAPSettings(inbound, reading: &reader)
            let (database, ring, rules) = try reader.finished(postgres, keys, book)

            let pool = PostgresPool(settings: database, name: "veredus-inbound", size: 6)
            try await pool.assertReady(addressKey: (addressKey, ring), log: log)
            let journalPool = PostgresPool(settings: database, name: "veredus-journal", size: 1)
            let journal = JournalWriter(pool: journalPool, state: inbound.state, program: "veredus-inbound", log: log)
            try await journal?.begin()
            var limits = MIMELimits()
            limits.messageBytes = inbound.mostBytes
            let bell = Bell()
            let store = InboundStore(pool)
            let sorter = MailSorter(keys: ring, seal: MailSeal(ring.identity), book: rules, limits: limits)
            let ingest = Ingest(sorter: sorter, store: store, log: log, onStored: { bell.ring() })
            let judge = Judge(
                store: store,
                book: rules,
                limits: limits,
                retention: InboundRetention(contentDays: inbound.keepDays),
                log: log,
                bell: bell,
                onSettled: { await journal?.flush() }
            )
            // In the order in which they start: the judges stop last.
            var services: [any Service] = [judge, ReplyJudge(pool: pool, book: rules, log: log)]
            let judges = services.count
            if let maildir = inbound.maildir {
                let folder = MaildirFolder(maildir, mostBytes: inbound.mostBytes)
                services.append(MaildirReader(folder: folder, ingest: ingest))
            }
            if let imap, let inputs = inbound.imap {
                services.append(
                    MailboxPoller(
                        mailbox: IMAPMailbox(imap),
                        name: String("\(imap)/\(imap.folder)".prefix(200)),
                        mostBytes: inbound.mostBytes,
                        interval: .seconds(inputs.intervalSeconds),
                        ingest: ingest
                    )
                )
            }
            if let listener = inbound.listener {
                services.append(
                    MailListener(
                        listener,
                        domain: inbound.bounceDomain,
                        mostBytes: inbound.mostBytes,
                        graceSeconds: inbound.graceSeconds,
                        ingest: ingest,
                        log: log
                    )
                )
            }
            log.info("inbound started", metadata: ["ways": "\(services.count - judges)"])
            try await Bootstrap.run(
                (journal.map { [.init(service: JournalService($0))] } ?? []) + services.map { .init(service: $0) },
                stopWithin: .seconds(inbound.graceSeconds + 10),
                log: log
            )
            await pool.close()
            await journalPool.close()
            log.info("inbound stopped")
        }
    }
}

extension RuleBook {
    /// The operator's rules, then the built-in ones; `nil` after a problem was reported.
    fileprivate init?(_ path: String?, reading reader: inout SettingsReader) {
        guard let path else {
            self = .builtIn
            return
        }
        do {
            try self.init(parsing: readSmallFile(path), path: path)
        } catch let error as SettingsReader.UnreadableFile {
            reader.report(.inboundRules, "cannot be read: \(error.reason)")
            return nil
        } catch {
            reader.report(.inboundRules, "\(error)")
            return nil
        }
    }
}

extension IMAPSettings {
    /// `nil` if no mailbox is configured, or after a problem was reported.
    fileprivate init?(_ inbound: InboundSettings, reading reader: inout SettingsReader) {
        guard let inputs = inbound.imap else { return nil }
        do throws(IMAPSettings.Malformed) {
            try self.init(inputs, mostBytes: inbound.mostBytes)
        } catch {
            reader.report(.inboundIMAPURL, error.description)
            return nil
        }
    }
}
