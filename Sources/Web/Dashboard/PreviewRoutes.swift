import Core
import Database
import Foundation
import HTTPTypes
import Hummingbird
import Messages
import Templates

/// A message as recipients see it, in a frame without scripts or network access.
extension Dashboard {
    /// The frame's policy: whatever the message contains, it runs no script, loads no image, sends no form, and has no
    /// origin.
    static let messagePolicy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
        + "frame-ancestors 'self'; sandbox"

    private enum View: String, CaseIterable {
        case desktop, phone, clicks, text, headers

        var title: String {
            switch self {
            case .desktop: "Desktop"
            case .phone: "Phone"
            case .clicks: "Click map"
            case .text: "Text"
            case .headers: "Headers"
            }
        }
    }

    func addPreview(to router: Router<WebContext>) {
        accountPage(router, "campaigns/:campaign/preview", needs: .seeCampaigns) { request, context, visit in
            let view = request.uri.queryParameters["view"].flatMap { View(rawValue: String($0)) } ?? .desktop
            let asked = Asked(message: try await self.message(self.campaign(in: context), visit), request, context)
            return try await previewPage(asked, view, visit)
        }
        accountPage(router, "campaigns/:campaign/message", needs: .seeCampaigns) { request, context, visit in
            let asked = Asked(message: try await self.message(self.campaign(in: context), visit), request, context)
            return try await messagePage(asked, isMap: request.uri.queryParameters["clicks"] != nil, visit)
        }
    }

    /// A message, the account it is shown for, and the request.
    private struct Asked: Sendable {
        let message: CampaignVersion
        let wantsSample: Bool
        let isGone: @Sendable () -> Bool

        init(message: CampaignVersion, _ request: Request, _ context: WebContext) {
            self.message = message
            wantsSample = request.uri.queryParameters["contact"] == "first"
            isGone = context.isGone
        }
    }

    private func previewPage(_ asked: Asked, _ view: View, _ visit: AccountContext) async throws -> Response {
        let message = asked.message
        let campaign = message.campaign
        let isSample = asked.wantsSample && visit.visit.may(.seeContacts)
        var fields: [String: MergeValue] = [
            "campaign": .of(String(campaign)), "name": .of(message.name), "subject": .of(message.subject),
            "is_sample": .bool(isSample), "may_sample": .bool(visit.visit.may(.seeContacts)),
            "view": .of(view.rawValue), "problem": .bool(false), "missing": .bool(false), "frame": .bool(false),
            "source": .bool(false), "size": .bool(false),
            "views": .list(
                View.allCases.map { other in
                    ["view": .of(other.rawValue), "title": .of(other.title), "current": .bool(other == view)]
                }
            ),
        ]
        do {
            let preview = try await preview(asked, visit) { $0 }
            fields["size"] = .of("\(grouped((preview.sizeBytes + 512) / 1_024)) KiB")
            let missing = preview.missingFields.joined(separator: ", ")
            fields["missing"] = missing.isEmpty ? .bool(false) : .of(missing)
            switch view {
            case .text: fields["source"] = .of(preview.text)
            case .headers: fields["source"] = .of(preview.headers)
            case .desktop, .phone, .clicks:
                let query = (isSample ? "?contact=first" : "?contact=none") + (view == .clicks ? "&clicks=1" : "")
                fields["frame"] = .of("/campaigns/\(campaign)/message\(query)")
            }
        } catch let error as TemplateError {
            fields["problem"] = .of("\(error)")
        } catch let error as RenderError {
            fields["problem"] = .of("\(error)")
        }
        var response = try Views.respond(
            Views.preview,
            title: "Preview of \(message.name)",
            visit: visit.visit,
            section: "Campaigns",
            fields
        )
        // The frame with this message, and no other.
        response.headers[.contentSecurityPolicy] = SecurityHeaders.policy + "; frame-src 'self'"
        return response
    }

    private func messagePage(_ asked: Asked, isMap: Bool, _ visit: AccountContext) async throws -> Response {
        var badges: [String: String] = [:]
        if isMap {
            let engagement = try await visit.database.engagement(of: asked.message.campaign, account: visit.account)
            badges = Dictionary(
                engagement.links.map { ($0.url, EngagementFields.badge($0, engagement)) },
                uniquingKeysWith: { first, _ in first }
            )
        }
        let html: [UInt8]
        do {
            html = try await preview(asked, visit) { [badges] preview in
                let html = isMap ? ClickMap.marked(preview.html, badges: badges) : preview.html
                // A link would navigate the frame.
                return html + "<style>a{pointer-events:none}</style>".utf8
            }
        } catch let error where error is TemplateError || error is RenderError {
            throw Refusal.notThere
        }
        var response = Response.page(html)
        response.headers[.contentSecurityPolicy] = Self.messagePolicy
        return response
    }

    private func message(_ campaign: CampaignID, _ visit: AccountContext) async throws -> CampaignVersion {
        guard let message = try await visit.database.message(of: campaign, account: visit.account) else {
            throw Refusal.notThere
        }
        return message
    }

    /// With a contact's own fields only if a user who may see them asks for it; `made` processes the result.
    private func preview<Value: Sendable>(
        _ asked: Asked,
        _ visit: AccountContext,
        _ made: @escaping @Sendable (MessagePreview) -> Value
    ) async throws -> Value {
        let message = asked.message
        var sample: (address: String, attributes: [UInt8])?
        if asked.wantsSample, visit.visit.may(.seeContacts) {
            sample = try await visit.database.audience(
                of: message.campaign,
                account: visit.account,
                after: 0,
                limit: 1
            ).first.map { ($0.address, $0.attributes) }
        }
        let installation = MessageSettings(
            trackingURL: parts.settings.trackingURL,
            bounceDomain: parts.settings.bounceDomain ?? "bounces.invalid"
        )
        return try await parts.heavy.run(for: visit.account, isGone: asked.isGone) { [sample, keys = parts.keys] stop in
            let template = try MessageTemplate(message.untracked, installation: installation, stop: stop)
            let address = try EmailAddress(sample?.address ?? "recipient@example.org")
            let fields =
                try sample.map { try MergeValue(json: $0.attributes) }
                ?? MadeUpContact.fields(named: template.fieldNames)
            var random = SystemRandomNumberGenerator()
            return made(
                try MessagePreview(
                    of: template,
                    // No recipient has a negative number: its links identify no one.
                    to: RecipientFacts(
                        seq: -1,
                        address: address,
                        fields: fields,
                        dateSeconds: Int64(Date().timeIntervalSince1970)
                    ),
                    keys: keys,
                    random: &random
                )
            )
        }
    }
}
