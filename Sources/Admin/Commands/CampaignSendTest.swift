import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient
import Glibc
import Messages
import SMTP
import Templates

struct CampaignSendTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send-test",
        abstract: "Send one message of a campaign to your own address over the real mail route.",
        discussion: """
            The message uses the fields of the list's first contact, or of --as. Its links lead straight to their \
            addresses and count nothing; its unsubscribe link leads to a page that says it is a test. The campaign does \
            not change.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(name: .customLong("as"), help: "The address of the contact whose fields to use.") var sample: String?
    @OptionGroup var campaign: CampaignArgument
    @Argument(help: "The address to send to.") var address: String

    func run() async throws {
        let address = try EmailAddress(address)
        let sample = try sample.map { try EmailAddress($0) }
        var reader = try Session.settings(common)
        let database = PostgresSettings(reading: &reader)
        let keyRing = KeyRing(reading: &reader)
        let installation = MessageSettings(reading: &reader)
        let mailRoute = SMTPRouteSettings(reading: &reader)
        var (settings, keys, route) = try reader.finished(database, keyRing, mailRoute)
        route.connections = 1
        route.startWithin = .seconds(15)
        let (rendered, console) = try await Session.run(settings) { session in
            try await session.confirm(keys)
            let message = try await session.message(of: campaign.id)
            let isSuppressed = try await session.database.isSuppressed(
                keys.identity.addressHash(address),
                account: message.account,
                list: message.list,
                kind: message.kind
            )
            guard !isSuppressed else {
                throw AdminFailure(
                    .badData,
                    "that address has opted out of this campaign's mail, so it gets no test message either"
                )
            }
            let fields = try await self.fields(of: sample, message, session)
            let template = try MessageTemplate(message.untracked, installation: installation)
            return (try render(template, to: address, fields, keys), session.console)
        }
        let outcome = try await send(rendered, over: route)
        if output.json {
            console.print([
                "campaign": .number(campaign.id), "accepted": .bool(outcome.judgement == .accepted),
                "code": .number(outcome.code), "reply": .string(outcome.text), "bytes": .number(rendered.content.count),
            ])
        } else if outcome.judgement == .accepted {
            console.print(
                "\(route) took the message of \(grouped(rendered.content.count)) bytes: \(outcome.code) \(outcome.text)"
            )
        }
        guard outcome.judgement != .accepted else { return }
        let words = outcome.code == 0 ? outcome.text : "\(outcome.code) \(outcome.text)"
        let isLater = outcome.judgement == .later || outcome.judgement == .notStarted || outcome.judgement == .unknown
        throw AdminFailure(
            isLater ? .unavailable : .badData,
            "\(route) did not take the message (\(outcome.step)): \(words). "
                + (isLater ? "`veredus doctor` checks the route" : "Correct what the reply names and try again")
        )
    }

    private func fields(of sample: EmailAddress?, _ message: CampaignVersion, _ session: Session) async throws
        -> MergeValue
    {
        let contact: ContactFacts?
        if let sample {
            contact = try await session.database.contact(at: sample, account: message.account)
        } else {
            contact = try await session.database.audience(
                of: message.campaign,
                account: message.account,
                after: 0,
                limit: 1
            ).first
        }
        guard let contact else {
            throw AdminFailure(
                .badData,
                sample == nil
                    ? "the list has no subscribers: import contacts first, or name a contact with --as"
                    : "--as: the account has no contact with that address"
            )
        }
        return try MergeValue(json: contact.attributes)
    }

    private func render(
        _ template: MessageTemplate,
        to address: EmailAddress,
        _ fields: MergeValue,
        _ keys: KeyRing
    ) throws -> OutgoingMessage {
        // No recipient has a negative number: trying the link unsubscribes no one.
        let seq = -Seq.random(in: 1...Seq.max)
        var random = SystemRandomNumberGenerator()
        var content: [UInt8] = []
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        do throws(RenderError) {
            try template.render(
                RecipientFacts(seq: seq, address: address, fields: fields, dateSeconds: Int64(now.tv_sec)),
                keys: keys,
                random: &random,
                into: &content
            )
        } catch {
            throw AdminFailure(.badData, "\(error)")
        }
        return OutgoingMessage(
            id: 1,
            sender: template.returnPath(seq: seq, attempt: 1, keys: keys),
            recipient: address.bytes,
            content: content
        )
    }

    private func send(_ message: OutgoingMessage, over route: SMTPRouteSettings) async throws -> MessageOutcome {
        // A connection test explains a broken route better than an unsent message.
        _ = try await route.probe()
        let fence = LeaseFence()
        fence.extend(until: .max)
        let transport = try SMTPTransport(route, fence: fence)
        transport.send([message])
        let outcomes = await transport.outcomes()
        await transport.close(grace: .seconds(5))
        guard let outcome = outcomes.first else {
            throw AdminFailure(.internalError, "the mail route ended without an answer")
        }
        return outcome
    }
}
