/// A tenant of the service; `accounts.account_id`.
package typealias AccountID = Int32
/// A person that an account mails; `contacts.contact_id`.
package typealias ContactID = Int64
/// A campaign of one account; `campaigns.campaign_id`.
package typealias CampaignID = Int32
/// The number of a recipient within a campaign, from 1; `deliveries.seq`.
package typealias Seq = Int32
/// A group of recipients' domains with a queue of its own, `jobs.<name>`; `lanes.lane_id`.
package typealias LaneID = Int16
/// The number of a lane's publication, from 1: jobs of an older generation are acknowledged unsent.
package typealias Generation = Int32
/// Names one claim batch; random, never 0, so that a lost reply to COMMIT can be looked up by it.
package typealias ClaimToken = Int64
/// One run of one worker process; `workers.incarnation`, random.
package typealias WorkerRun = Int64

/// One recipient of one campaign: the key of `deliveries`.
package struct DeliveryKey: Hashable, Sendable, Comparable {
    package let campaign: CampaignID
    package let seq: Seq

    package init(campaign: CampaignID, seq: Seq) {
        self.campaign = campaign
        self.seq = seq
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.campaign, left.seq) < (right.campaign, right.seq)
    }
}
