import ArgumentParser
import Foundation
import MailSimulator
import NIOSSL

/// Where the simulator listens and what it offers.
struct ServerOptions: ParsableArguments {
    enum Encryption: String, CaseIterable, ExpressibleByArgument { case never, starttls, implicit }

    @Option(help: "The address to listen on.") var host = "127.0.0.1"
    @Option(help: "The port; 0 lets the system choose.") var port = 0
    @Option(help: "Threads for connections.") var threads = 1
    @Option(help: "An extension not to offer; may be repeated.")
    var without: [MailSimulator.Configuration.Extension] = []
    @Option(help: "When connections are encrypted.") var tls = Encryption.never
    @Option(help: "The certificate chain for TLS, PEM.") var certificate: String?
    @Option(help: "The certificate's key, PEM.") var key: String?
    @Flag(help: "Refuse mail before TLS.") var requireTLS = false
    @Option(help: "NAME:PASSWORD that may log in; AUTH is offered.") var user: [String] = []
    @Option(help: "A token that XOAUTH2 accepts.") var token: [String] = []
    @Flag(help: "Refuse mail before AUTH.") var requireAuth = false
    @Flag(help: "Offer AUTH without TLS too.") var allowPlaintextAuth = false
    @Option(help: "The largest message, in octets.") var maxSize = 50 << 20
    @Flag(help: "Count bare CR and LF and overlong lines, but do not refuse them.") var lenient = false
    @Flag(help: "Answer DATA with 354 even if no recipient was accepted, as RFC 2920 allows.")
    var dataWithoutRecipients = false

    func apply(to configuration: inout MailSimulator.Configuration) throws {
        configuration.host = host
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535, 0 for a free one") }
        configuration.port = port
        configuration.threads = threads
        configuration.extensions.subtract(without)
        configuration.requiresTLS = requireTLS
        configuration.requiresAuth = requireAuth
        configuration.allowsPlaintextAuth = allowPlaintextAuth
        configuration.maxSizeBytes = maxSize
        configuration.refusesBareLineEnds = !lenient
        configuration.refusesLongLines = !lenient
        configuration.takesDataWithoutRecipients = dataWithoutRecipients
        configuration.tokens = Set(token)
        for user in user {
            guard let colon = user.firstIndex(of: ":") else { throw ValidationError("--user needs NAME:PASSWORD.") }
            configuration.users[String(user[..<colon])] = String(user[user.index(after: colon)...])
        }
        guard tls != .never else { return }
        guard let certificate, let key else { throw ValidationError("--tls needs --certificate and --key.") }
        let material = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
        )
        configuration.tls = tls == .implicit ? .implicit(material) : .startTLS(material)
    }
}

/// What the simulator does wrong by itself.
struct TroubleOptions: ParsableArguments {
    @Option(help: "Milliseconds before every reply.") var delay = 0
    @Option(help: "Share of RCPTs answered with 451, from 0 to 1.") var deferRate = 0.0
    @Option(help: "Share of recipients always answered with 550, from 0 to 1.") var rejectRate = 0.0
    @Option(help: "Share of messages stored without an answer, from 0 to 1.") var forgetRate = 0.0
    @Option(help: "Seed that selects the recipients hit by the rates.") var seed: UInt64 = 1
    @Option(help: "Maximum number of connections; further ones get 421.") var maxConnections: Int?
    @Option(help: "Messages per connection before a 421.") var maxMessagesPerConnection: Int?
    @Option(help: "Maximum mails a second; further ones get 451 4.7.28.") var rate: Int?
    @Option(help: "Seconds after which an idle connection is closed without a reply.") var idle: Int?
    @Option(help: "A JSON file with rules.") var script: String?
    @Option(help: "HOST:PORT of the SMTP server for reports and answers.") var inbound: String?

    func apply(to configuration: inout MailSimulator.Configuration) throws {
        configuration.delay = .milliseconds(delay)
        configuration.deferRate = deferRate
        configuration.rejectRate = rejectRate
        configuration.forgetRate = forgetRate
        configuration.seed = seed
        configuration.maxConnections = maxConnections
        configuration.maxMessagesPerConnection = maxMessagesPerConnection
        configuration.maxMailsPerSecond = rate
        configuration.idleLimit = idle.map { .seconds($0) }
        if let inbound {
            guard let colon = inbound.lastIndex(of: ":"), let port = UInt16(inbound[inbound.index(after: colon)...]),
                port > 0, colon > inbound.startIndex
            else { throw ValidationError("--inbound needs HOST:PORT.") }
            configuration.inbound = (String(inbound[..<colon]), Int(port))
        }
        if let script {
            configuration.script = try Script(json: Data(contentsOf: URL(fileURLWithPath: script)))
        }
    }
}

/// What recipients do with messages, over plain HTTP on this machine.
struct ReaderOptions: ParsableArguments {
    @Option(help: "Share of recipients who load the pixel, from 0 to 1.") var openRate = 0.0
    @Option(help: "Share of openers who follow a link, from 0 to 1.") var clickRate = 0.0
    @Option(help: "Share of recipients who press their mail program's unsubscribe button, from 0 to 1.")
    var leaveRate = 0.0

    func apply(to configuration: inout MailSimulator.Configuration) {
        guard openRate != 0 || leaveRate != 0 else { return }
        var habits = ReaderHabits()
        habits.openRate = openRate
        habits.clickRate = clickRate
        habits.leaveRate = leaveRate
        configuration.readers = habits
    }
}

/// What the simulator writes down.
struct KeepingOptions: ParsableArguments {
    @Option(help: "A JSON-lines file to append to, one line per accepted copy.") var record: String?
    @Option(help: "A folder for every message as NUMBER.eml, octet for octet, dots unstuffed.") var spool: String?
    @Option(help: "How many of the first messages to record with their octets (base64).") var keepBytes = 0
    @Option(help: "A file with the summary so far, replaced once a second.") var statusFile: String?

    func apply(to configuration: inout MailSimulator.Configuration) {
        configuration.recordPath = record
        configuration.spoolPath = spool
        configuration.keepsContentOfFirst = keepBytes
        configuration.keepsAccepted = false
    }

    /// Writes record and status now and then, until cancelled.
    func report(_ simulator: MailSimulator) async {
        var ticks = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(200))
            simulator.flush()
            ticks += 1
            if ticks % 5 == 0 { writeStatus(simulator) }
        }
    }

    /// A status that cannot be written is no reason to stop taking mail: it is said, and tried again.
    func writeStatus(_ simulator: MailSimulator) {
        guard let statusFile else { return }
        do {
            let line = Data((simulator.summary.json + "\n").utf8)
            try line.write(to: URL(fileURLWithPath: statusFile), options: .atomic)
        } catch {
            let message = "veredus-simulator: cannot write \(statusFile): \(error.localizedDescription)\n"
            FileHandle.standardError.write(Data(message.utf8))
        }
    }
}

extension MailSimulator.Configuration.Extension: ExpressibleByArgument {}
