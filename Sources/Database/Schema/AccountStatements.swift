import DatabaseClient

extension Statement {
    /// The statements that see one account at a time: for the command line, the API and the dashboard.
    ///
    /// Those of an import are not among them: they need its staging table.
    static let ofAccounts: [Statement] = [
        .chooseAccount, .writeAudit, .insertAccount, .accounts, .accountsByID, .accountPage, .accountByName,
        .accountSize, .insertList, .lists,
        .listByName, .lanes, .lockLanes, .insertLane, .takenDomains, .insertLaneDomains, .members, .contactByKey,
        .memberships, .deliveriesOfContact, .shareAccount, .insertSuppression, .contactsByHash, .suppressionsOfHash,
        .unsubscribeMembers, .lockOpenDeliveries, .dropRetries, .recallQueued, .markRecalled, .accountOfCampaign,
        .insertCampaign, .updateCampaign, .insertVersion, .startCampaign, .lockCampaign, .changeState,
        .stateOfCampaign, .newestVersion, .reportOnCampaign, .countersOfCampaigns, .refusals,
        .healthFacts, .recentOpens, .keyChecks, .noteKeyCheck, .countSuppressed, .isSuppressed, .workersAlive,
        .makePartitions, .campaignsThatSend, .holdCampaigns, .adoptInstallation, .followedCampaign, .audienceNow,
        .audienceSize, .campaignsUnderWay, .lockAccountAlone,
        .lockReopenable, .reopenRows, .reopenCampaign, .deadLetterGroups, .accountOfDeadLetter, .deadLetter,
        .waitingDeadLetters, .settleByRow, .settleDeadLetters, .countDeadLetters, .uncertainRows, .insertFollowUp,
        .followUpOf, .copyVersion, .noteLatency, .latencies, .lanesOfCampaign, .countersOfLane, .recountRows,
        .insertAPIKey, .apiKeys, .revokeAPIKey, .apiKeyByHash, .tryIdempotencyLock, .idempotentAnswer,
        .dropOldAnswers, .insertAnswer, .accountByID, .listPage, .listByID, .listName, .memberPage,
        .contactByID, .erasedAmong, .upsertAPIContacts, .contactsByKey, .joinContacts, .statusesOnList,
        .suppressedAmong, .campaignPage, .campaignPageInState, .newestCampaigns, .campaignsByID, .campaignTraits,
        .deliveryPage, .suppressionPage,
        .deadLetterPage, .settledOfCampaign,
    ]
}
