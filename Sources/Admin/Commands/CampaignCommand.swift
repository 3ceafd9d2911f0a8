import ArgumentParser

struct CampaignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "campaign",
        abstract: "Create, check, send, watch and stop campaigns.",
        subcommands: [
            CampaignCreate.self, CampaignUpdate.self, CampaignCheck.self, CampaignSendTest.self, CampaignStart.self,
            CampaignWatch.self, CampaignReportCommand.self, CampaignPause.self, CampaignResume.self,
            CampaignCancel.self, CampaignUnschedule.self, CampaignList.self, CampaignAudit.self, CampaignResend.self,
            CampaignResolveUncertain.self,
        ]
    )
}
