import Core
import DatabaseClient

@testable import Database

extension StatementProbe {
    private static let rows = 50
    // EXECUTE takes no subqueries: the numbers are written out.
    private static let numbers = (5_001...5_050).map(String.init).joined(separator: ",")

    /// Pages of lists and searches, of the account that has most.
    static let ofPages = [
        page(.contactPage, "1, 5000, \(rows)", pagesPerRow: 2, isOfContacts: true),
        page(.contactsBeginning, "1, 'c1', 'c1\u{10FFFF}', '', \(rows)", pagesPerRow: 4, isOfContacts: true),
        page(.keyOfContact, "1, 5000", rows: 1, pagesPerRow: 8, isOfContacts: true),
        // 20 contacts of account 1, and one or none of every other; what is not in the index yet is read, too: 4 MiB.
        page(.contactsWithKeys, #"ARRAY['{"fields":{"n":17}}'], 1001"#, rows: 20, pagesPerRow: 60, isOfContacts: true),
        page(.contactsByID, "1, '{\(numbers)}'", pagesPerRow: 6, isOfContacts: true),
        page(.contactWindow, "1, 0, 19999", rows: 20_000, pagesPerRow: 1, isOfContacts: true),
        page(.contactsAmong, "1, 0, 10000, 'example.net', '{}', \(rows)", pagesPerRow: 2, isOfContacts: true),
        page(.contactsSampled, "1, NULL, ARRAY['{\"n\":17}']", rows: 64, pagesPerRow: 6, isOfContacts: true),
        page(.memberPage, "1, 5000, \(rows)", pagesPerRow: 8, isOfContacts: true),
        page(.members, "1, 5000, \(rows)", pagesPerRow: 8, isOfContacts: true, role: .admin),
        page(.campaignPage, "1, 2147483647, 'C', \(rows)", pagesPerRow: 8),
        page(
            .campaignPageInState,
            "1, 2147483647, '', \(rows), \(CampaignState.running.rawValue)::smallint",
            rows: 1,
            pagesPerRow: 20
        ),
        page(.listPage, "2, 0, 'news', \(rows)", account: 2, rows: 1, pagesPerRow: 60),
        page(.suppressionPage, "1, '', -1::smallint, -1::smallint, -1, -1::smallint, \(rows)", pagesPerRow: 6),
        page(.deadLetterPage, "1, NULL, 9000000000, \(rows)", rows: 1, pagesPerRow: 10),
        page(.people, "1, 0, '', \(rows)", rows: 1, pagesPerRow: 10),
        page(.accountNames, "0, '', \(rows)", pagesPerRow: 10),
    ]

    /// Pages of contacts of an account whose own begin after 20,000 of another one.
    static let ofSecondAccount = [
        page(.contactPage, "2, 0, \(rows)", account: 2, pagesPerRow: 2, isOfContacts: true),
        page(.contactWindow, "2, 0, 999", account: 2, rows: 100, pagesPerRow: 1, isOfContacts: true),
        page(
            .contactsAmong,
            "2, 0, 21000, 'example.org', '{}', \(rows)",
            account: 2,
            rows: 60,
            pagesPerRow: 1,
            isOfContacts: true
        ),
        page(.contactsSampled, "2, 'example.org', '{}'", account: 2, rows: 64, pagesPerRow: 6, isOfContacts: true),
    ]

    /// As a search of contacts sets it.
    private static let byIndexOnly = """
        SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off;
        SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
        SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off
        """

    private static func page(
        _ statement: Statement,
        _ arguments: String,
        account: AccountID = 1,
        rows: Int = rows,
        pagesPerRow: Int,
        isOfContacts: Bool = false,
        role: StatementRole = .web
    ) -> StatementProbe {
        StatementProbe(
            statement: statement,
            role: role,
            before: ["SELECT set_config('veredus.account', '\(account)', true)"] + (isOfContacts ? [byIndexOnly] : []),
            arguments: arguments,
            rows: rows,
            pagesPerRow: pagesPerRow
        )
    }
}
