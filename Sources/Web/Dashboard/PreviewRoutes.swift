import Core
import Database
import Foundation
import HTTPTypes
import Hummingbird
import Messages
import Templates

/// A message as recipients see it, in a frame that runs nothing and loads nothing.
extension Dashboard {
    /// The message's own page: whatever its author wrote, it runs no script, loads no picture, sends no form, and belongs
    /// to no origin.
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
            return try await previewPage(self.campaign(in: context), view, Self.wantsSample(request), visit)
        }
        accountPage(router, "campaigns/:campaign/message", needs: .seeCampaigns) { request, context, visit in
            let campaign = try self.campaign(in: context)
            let isMap = request.uri.queryParameters["clicks"] != nil
            return try await messagePage(campaign, Self.wantsSample(request), isMap, visit)
        }
    }

    private static func wantsSample(_ request: Request) -> Bool { request.uri.queryParameters["contact"] == "first" }

    private func previewPage(
        _ campaign: CampaignID,
        _ view: View,
        _ wantsSample: Bool,
        _ visit: AccountContext
    ) async throws -> Response {
        let message = try await self.message(campaign, visit)
        let isSample = wantsSample && visit.visit.may(.seeContacts)
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
            let preview = try await preview(message, wantsSample, visit)
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
        // The message's frame, and no other one.
        response.headers[.contentSecurityPolicy] = SecurityHeaders.policy + "; frame-src 'self'"
        return response
    }

    private func messagePage(
        _ campaign: CampaignID,
        _ wantsSample: Bool,
        _ isMap: Bool,
        _ visit: AccountContext
    ) async throws -> Response {
        let message = try await self.message(campaign, visit)
        var html: [UInt8]
        do {
            html = try await preview(message, wantsSample, visit).html
        } catch let error where error is TemplateError || error is RenderError {
            throw Refusal.notThere
        }
        if isMap {
            let engagement = try await visit.database.engagement(of: campaign, account: visit.account)
            let badges = engagement.links.map { ($0.url, EngagementFields.badge($0, engagement)) }
            html = ClickMap.marked(html, badges: Dictionary(badges) { first, _ in first })
        }
        // A link would lead the frame away.
        html += "<style>a{pointer-events:none}</style>".utf8
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

    /// With a contact's own fields only where somebody who may see them asked for it.
    private func preview(
        _ message: CampaignVersion,
        _ wantsSample: Bool,
        _ visit: AccountContext
    ) async throws -> MessagePreview {
        let installation = MessageSettings(
            trackingURL: parts.settings.trackingURL,
            bounceDomain: parts.settings.bounceDomain ?? "bounces.invalid"
        )
        let template = try MessageTemplate(message.untracked, installation: installation)
        var address = try EmailAddress("recipient@example.org")
        var fields = MadeUpContact.fields(named: template.fieldNames)
        if wantsSample, visit.visit.may(.seeContacts),
            let contact = try await visit.database.audience(
                of: message.campaign,
                account: visit.account,
                after: 0,
                limit: 1
            ).first
        {
            address = try EmailAddress(contact.address)
            fields = try MergeValue(json: contact.attributes)
        }
        var random = SystemRandomNumberGenerator()
        return try MessagePreview(
            of: template,
            // No recipient has a number below 0: its links belong to nobody.
            to: RecipientFacts(
                seq: -1,
                address: address,
                fields: fields,
                dateSeconds: Int64(Date().timeIntervalSince1970)
            ),
            keys: parts.keys,
            random: &random
        )
    }
}
