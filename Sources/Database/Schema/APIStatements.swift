import DatabaseClient

extension Statement {
    /// The statements of the API, and of the keys that open it.
    static let api: [Statement] = [
        .insertAPIKey, .apiKeys, .revokeAPIKey, .apiKeyByHash, .tryIdempotencyLock, .idempotentAnswer,
        .dropOldAnswers, .insertAnswer, .accountByID, .listPage, .listByID, .listName, .contactPage, .memberPage,
        .contactByID,
        .erasedAmong, .upsertAPIContacts, .contactsByKey, .joinContacts, .statusesOnList, .suppressedAmong,
        .campaignPage, .campaignTraits, .campaignLinks, .deliveryPage, .suppressionPage, .deadLetterPage,
    ]
}
