import Core
import Database
import Messages
import Templates

/// Whether a campaign's messages could be made if it started now: what every start looks at.
package struct CampaignReadiness: Sendable {
    package let campaign: CampaignID
    /// Of its message.
    package let version: Int32
    package let result: DryRun.Result
    /// Why its message cannot be rendered at all.
    private let templateProblem: String?

    init(_ message: CampaignVersion, _ result: DryRun.Result, templateProblem: String? = nil) {
        campaign = message.campaign
        version = message.version
        self.result = result
        self.templateProblem = templateProblem
    }

    /// Renders a message for at most 10,000 recipients.
    ///
    /// Keys and domains are made up: what could go wrong does not depend on them.
    init(of message: CampaignVersion, in database: AccountDatabase, on place: some RenderPlace) async throws {
        let template: MessageTemplate
        do {
            template = try await place.run { stop in
                try MessageTemplate(message, installation: CampaignDraft.anyInstallation, stop: stop)
            }
        } catch let error as TemplateError {
            self.init(message, DryRun.Result(), templateProblem: "\(error)")
            return
        }
        let secret = [UInt8](repeating: 0, count: 32)
        let keys = try KeyRing(
            keys: [TokenKey(id: 1, secret: secret)],
            signing: 1,
            identity: AddressHashKey(secret: secret)
        )
        let run = DryRun(database: database, message: message, template: template, keys: keys)
        self.init(message, try await run.run(.beforeStart, in: place))
    }

    /// What an operator should know before the start; each would leave recipients without their message.
    package var problems: [String] {
        guard messageProblems.isEmpty else { return messageProblems }
        if isEmpty { return ["it has no recipients"] }
        guard result.recipients > 0, result.suppressed == result.recipients else { return [] }
        return ["there is no message to send: all of \(all) recipients have opted out"]
    }

    /// Whether nobody would be sent anything: that cannot be started.
    package var isEmpty: Bool { result.isComplete && result.recipients == 0 }

    private var all: String {
        result.isComplete ? grouped(result.recipients) : "the \(grouped(result.recipients)) checked"
    }

    /// Those that another message would not have.
    package var messageProblems: [String] {
        if let templateProblem { return ["its message cannot be made: \(templateProblem)"] }
        var problems = result.missing.sorted { $0.key < $1.key }.map { field, finding in
            "field \"\(field)\" is missing for \(grouped(finding.count)) of \(all) recipients, such as contact "
                + "\(finding.exampleContact)"
        }
        problems += result.failures.sorted { $0.key < $1.key }.map { words, finding in
            "\(grouped(finding.count)) of \(all) messages cannot be made, such as that to contact "
                + "\(finding.exampleContact): \(words)"
        }
        guard problems.count > Self.mostProblems else { return problems }
        return problems.prefix(Self.mostProblems) + ["and \(problems.count - Self.mostProblems) more"]
    }

    private static let mostProblems = 10

    /// What was looked at, as a sentence.
    package var scope: String {
        let checked = grouped(result.recipients)
        if templateProblem != nil { return "No message was rendered." }
        if result.isComplete { return "Messages were rendered for all \(checked) recipients." }
        return "Messages were rendered for \(checked) of \(grouped(result.audience)) recipients."
    }
}

extension DryRun.Result {
    /// The fields of `CampaignCheck` in the API's document that say what rendering came to.
    package var fields: [JSONValue.JSONField] {
        func list(_ findings: [String: DryRun.Finding], _ name: String) -> JSONValue {
            .array(
                findings.sorted { $0.key < $1.key }.map { key, finding in
                    .object([
                        .init(name: name, value: .string(key)), .init(name: "count", value: .number(finding.count)),
                        .init(name: "example_contact", value: .number(finding.exampleContact)),
                    ])
                }
            )
        }
        return [
            .init(name: "recipients", value: .number(audience)), .init(name: "checked", value: .number(recipients)),
            .init(name: "suppressed", value: .number(suppressed)), .init(name: "clean", value: .bool(isClean)),
            .init(name: "missing", value: list(missing, "field")),
            .init(name: "failures", value: list(failures, "problem")),
            .init(name: "smallest_bytes", value: .number(largestBytes == 0 ? 0 : smallestBytes)),
            .init(name: "average_bytes", value: .number(averageBytes)),
            .init(name: "largest_bytes", value: .number(largestBytes)),
            .init(name: "longest_line", value: .number(longestLine)),
            .init(name: "need_smtputf8", value: .number(needSMTPUTF8)),
        ]
    }
}

extension CampaignReadiness {
    /// `CampaignCheck` in the API's document.
    package var json: JSONValue {
        .object(
            [.init(name: "campaign", value: .number(campaign)), .init(name: "version", value: .number(version))]
                + result.fields
                + [
                    .init(name: "ready", value: .bool(problems.isEmpty)),
                    .init(name: "problems", value: .array(problems.map { .string($0) })),
                ]
        )
    }
}
