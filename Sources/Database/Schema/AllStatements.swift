import DatabaseClient

extension Statement {
    /// Every statement of the service: what the statement check prepares against the migrated schema.
    package static let all: [Statement] =
        delivery + register + producer + freeze + ofAccounts + inbound + tracking + optOut + proofs + returning
        + complaints + contactPages + returnedFacts + blocks + suppressionLists + dashboard + erasure
        + journal

    private static let dashboard = forUsers + forSessions + forSamples + forOverview

    private static let delivery: [Statement] = [
        .fetchRecipients, .lockForClaim, .knownDatabase, .claimPending, .claimDeliveries, .recordAccepted,
        .recordResults, .raiseFirstRedelivery, .raiseRedeliveries, .clearRedeliveries,
        .insertDeadLetter, .endUnsent, .campaignVersion,
    ]
    private static let register: [Statement] = [
        .notedAddressKeys, .unknownLanes, .noteTokenKey, .readInstallation, .tryInstallationLock,
        .leaveInstallationLock,
        .raiseGeneration,
        .registerWorker, .renewWorker, .oldClaims, .endWorker,
        .runningLease, .endLease, .workerKeepsLog, .lockWorkerRun, .raiseBegun, .countSettled, .endSettledClaims,
        .claimsLeft, .endWait,
    ]
    private static let producer: [Statement] = [
        .leaseCampaigns, .missedStarts, .releaseCampaigns, .leasedCampaigns, .moveCursors, .pendingAfterCursor,
        .renewGeneration, .brokenCampaigns, .lockCampaignToHold, .holdCampaign,
        .clearRepublish,
        .hastenRetries, .dueRetries, .undueRetries, .closeRows, .finishCampaign, .mergeCounters, .dropLeftRetries,
        .workersByLane,
        .sweepDeadWorkers, .forgetWorkers,
    ]
    private static let freeze: [Statement] = [
        .campaignToFreeze, .freezeAudience, .freezeFollowers, .freezeLanes, .lockAccount, .freezeOptOuts,
        .freezeOptOutsOfFew,
        .versionToFreeze, .freezeLinks,
        .startFrozen, .analyzeGrownTables,
    ]
    private static let tracking: [Statement] = [
        .trackedCampaigns, .noteEvents, .countNumbers, .countRecipients, .acceptances, .acceptSeen, .addEngagement,
        .trackedLinks, .newlyTracked, .engagementHead, .engagementRows, .linksOfCampaign, .makeEventPartitions,
        .dropEventPartitions, .changeTracking,
    ]
    private static let optOut: [Statement] = [
        .optOutMessage, .lockMessage, .earlierOptOut, .standingOptOut, .takeBackOptOut, .listsOfContact,
        .isOffMarketing, .isStillOff, .undoableProofs, .nameAccount, .lostRecipient, .insertLostOptOut,
    ]
}
