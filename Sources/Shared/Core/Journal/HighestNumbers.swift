/// The highest numbers that a database has given away: what a restored one must not give away again.
///
/// Links, return paths and Message-IDs of sent messages name a campaign by its number. Given to another campaign, an old
/// message's unsubscribe link would belong to a stranger.
package struct HighestNumbers: Equatable, Sendable {
    package var campaign: Int32
    package var list: Int32
    package var account: Int32
    package var contact: Int64

    package init(campaign: Int32 = 0, list: Int32 = 0, account: Int32 = 0, contact: Int64 = 0) {
        self.campaign = campaign
        self.list = list
        self.account = account
        self.contact = contact
    }

    /// The higher of each.
    package func raised(by other: Self) -> Self {
        Self(
            campaign: max(campaign, other.campaign),
            list: max(list, other.list),
            account: max(account, other.account),
            contact: max(contact, other.contact)
        )
    }

    /// Whether a number here is higher than its counterpart.
    package func isAhead(of other: Self) -> Bool { other.raised(by: self) != other }

    /// Numbers above all that a lost database can have given away since: restore guards and journals are up to a minute old,
    /// and there may be none.
    package var aboveWhatWasLost: Self {
        Self(
            campaign: campaign + 10_000,
            list: list + 10_000,
            account: account + 10_000,
            contact: contact + 10_000_000
        )
    }

    /// `<campaign> <list> <account> <contact>`.
    package var encoded: String { "\(campaign) \(list) \(account) \(contact)" }

    /// Reads ``encoded``, already split; `nil` for anything else.
    package init?(decoding words: some Collection<some StringProtocol>) {
        let words = words.map { String($0) }
        guard words.count == 4, let campaign = Int32(words[0]), let list = Int32(words[1]),
            let account = Int32(words[2]), let contact = Int64(words[3]),
            [campaign, list, account].allSatisfy({ 0...2_000_000_000 ~= $0 }),
            0...4_000_000_000_000_000_000 ~= contact
        else { return nil }
        self.init(campaign: campaign, list: list, account: account, contact: contact)
    }
}
