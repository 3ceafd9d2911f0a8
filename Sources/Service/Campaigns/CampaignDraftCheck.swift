import Core
import Database
import Messages
import Templates

extension CampaignDraft {
    /// Compiles the message as a worker will, to report errors now rather than while sending.
    ///
    /// `stop`: Ends the work early.
    package func check(stop: WorkStop = .never) throws(TemplateError) {
        _ = try MessageTemplate(message(), installation: Self.anyInstallation, stop: stop)
    }

    /// Placeholders for the worker's domains: a template does not depend on them.
    static let anyInstallation = MessageSettings(
        trackingURL: "https://tracking.invalid",
        bounceDomain: "bounces.invalid"
    )

    /// The message as a worker would read it, with placeholder numbers where it has no campaign yet.
    func message(campaign: CampaignID = 1, account: AccountID = 1, list: Int32 = 1) -> CampaignVersion {
        CampaignVersion(
            campaign: campaign,
            account: account,
            version: 1,
            name: name,
            kind: kind,
            tracking: tracking,
            policy: policy,
            list: list,
            listName: "list",
            accountName: "account",
            subject: subject,
            html: html,
            plain: plain,
            settings: Array(settings.utf8)
        )
    }
}
