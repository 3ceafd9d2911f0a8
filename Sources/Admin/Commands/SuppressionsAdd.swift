import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient
import Service

struct SuppressionsAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Suppress an address and recall its queued messages.",
        discussion: """
            --scope all stops everything, marketing stops mail that needs consent, list unsubscribes from one list. \
            Afterwards no message to the address is claimed any more; messages in flight may still arrive and are \
            counted. The address need not be a contact. Safe to repeat.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var account: AccountOption
    // A default of its own would be shown by its number.
    @Option(name: .customLong("scope"), help: "all, marketing or list (default: marketing).")
    var givenScope: SuppressionScope?
    @Option(help: "The list's name, for --scope list.") var list: String?
    private var scope: SuppressionScope { givenScope ?? .marketing }
    @Option(help: "The reason, stored with it and in the audit log.") var reason: String
    @Argument(help: "The address.") var address: String

    func validate() throws {
        guard SuppressAddress.isWhole(scope: scope, hasList: list != nil) else {
            throw ValidationError("--list \(SuppressAddress.listRule)")
        }
        try checkReason(reason)
    }

    func run() async throws {
        let askedAt = ContinuousClock.now
        let address = try EmailAddress(address)
        var reader = try Session.settings(common)
        let (settings, key) = try reader.finished(
            PostgresSettings(reading: &reader),
            NumberedAddressHashKey(reading: &reader)
        )
        try await Session.run(settings) { session in
            let account = try await session.account(named: account.name)
            var listID: Int32?
            if let list { listID = try await session.list(named: list, of: account) }
            try await session.confirm(key)
            let receipt = try await SuppressAddress(address, scope: scope, list: listID, note: reason, by: .commandLine)
                .store(of: account.id, in: session.database, identity: key.identity, number: key.number)
            let tookMilliseconds = await session.note(.optOut, since: askedAt) / .milliseconds(1)
            await session.awaitJournal()
            if output.json {
                let latency = try await session.database.latencies(of: .optOut)
                return session.console.print(
                    receipt.json(scope: scope).adding([
                        "took_ms": .decimal(tookMilliseconds), "opt_out_latency": latency.json,
                    ])
                )
            }
            session.console.print(
                "\(receipt.isNew ? "suppressed" : "was suppressed already"), scope \(scope.name): "
                    + "\(receipt.recalled) queued messages recalled, \(receipt.alreadyOnTheirWay) already in flight"
            )
        }
    }
}

extension Session {
    /// Records the latency so far. The suppression is stored: a failure is only reported.
    func note(_ what: MeasuredLatency, since start: ContinuousClock.Instant) async -> Duration {
        let duration = ContinuousClock.now - start
        do {
            try await database.note(what, duration)
        } catch {
            console.complain("the opt-out's latency could not be recorded: \(AdminFailure(error).message)")
        }
        return duration
    }
}

extension LatencyHistogram {
    /// Upper bounds in milliseconds.
    var json: JSONValue {
        func bound(_ milliseconds: Int32?) -> JSONValue { milliseconds.map { .number($0) } ?? .null }
        return [
            "count": .number(total), "p50_ms": bound(quantile(0.5)), "p99_ms": bound(quantile(0.99)),
            "worst_ms": bound(worst),
        ]
    }
}

extension SuppressionScope: ExpressibleByArgument {
    /// - Parameter argument: The scope's name.
    package init?(argument: String) {
        self.init(name: argument)
    }

    package static var allValueStrings: [String] { names }
}
