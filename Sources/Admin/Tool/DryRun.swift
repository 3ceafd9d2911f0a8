import Core
import Database
import Messages
import Templates

/// Renders a message for every recipient of its list and counts problems; sends nothing.
struct DryRun: Sendable {
    /// A problem of several recipients, with the number of one.
    struct Finding: Sendable, Equatable {
        var count = 0
        let exampleContact: ContactID
    }

    /// The result.
    struct Result: Sendable {
        var recipients = 0
        /// Of those, opted-out recipients, who are not mailed.
        var suppressed = 0
        /// Addresses that only servers with SMTPUTF8 accept.
        var needSMTPUTF8 = 0
        var smallestBytes = Int.max
        var largestBytes = 0
        var totalBytes = 0
        var longestLine = 0
        /// By field.
        var missing: [String: Finding] = [:]
        /// By the renderer's error.
        var failures: [String: Finding] = [:]

        var isClean: Bool { missing.isEmpty && failures.isEmpty }
        var averageBytes: Int { recipients == 0 ? 0 : totalBytes / recipients }
    }

    private static let pageRows: Int32 = 1_000

    let database: AccountDatabase
    let message: CampaignVersion
    let template: MessageTemplate
    let keys: KeyRing

    /// Reads the list page by page: it holds no snapshot, and only one page in memory. Calls `progress` with the number
    /// done.
    func run(progress: (Int) -> Void) async throws -> Result {
        var result = Result()
        var random = SystemRandomNumberGenerator()
        var last: ContactID = 0
        while true {
            let page = try await database.audience(
                of: message.campaign,
                account: message.account,
                after: last,
                limit: Self.pageRows
            )
            for contact in page { render(contact, &result, &random) }
            result.suppressed += try await database.countSuppressed(
                page.map(\.id),
                account: message.account,
                list: message.list,
                kind: message.kind
            )
            progress(result.recipients)
            guard page.count == Int(Self.pageRows), let end = page.last else { return result }
            last = end.id
        }
    }

    private func render(
        _ contact: ContactFacts,
        _ result: inout Result,
        _ random: inout SystemRandomNumberGenerator
    ) {
        result.recipients += 1
        func note(_ name: String, in findings: inout [String: Finding]) {
            findings[name, default: Finding(exampleContact: contact.id)].count += 1
        }
        do {
            let recipient = RecipientFacts(
                seq: Seq(clamping: result.recipients),
                address: try EmailAddress(contact.address),
                fields: try MergeValue(json: contact.attributes),
                dateSeconds: 0
            )
            if recipient.address.needsSMTPUTF8 { result.needSMTPUTF8 += 1 }
            let check = try template.check(recipient, keys: keys, random: &random)
            result.smallestBytes = min(result.smallestBytes, check.sizeBytes)
            result.largestBytes = max(result.largestBytes, check.sizeBytes)
            result.totalBytes += check.sizeBytes
            result.longestLine = max(result.longestLine, check.longestLine)
            for field in check.missingFields { note(field, in: &result.missing) }
        } catch let error as RenderError {
            note("\(error)", in: &result.failures)
        } catch let error as EmailAddress.Invalid {
            note("the stored address cannot be mailed: \(error.reason)", in: &result.failures)
        } catch {
            note("the stored fields cannot be read: \(error)", in: &result.failures)
        }
    }
}
