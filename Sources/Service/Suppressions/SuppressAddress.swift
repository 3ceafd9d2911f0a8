import Core
import Database

/// A request of an operator or an account's program to suppress an address.
package struct SuppressAddress: Sendable {
    /// A list is required with the scope `list`, and only allowed with it.
    package static func isWhole(scope: SuppressionScope, hasList: Bool) -> Bool { (scope == .list) == hasList }
    package static let listRule = "is required with the scope list, and only allowed with it"

    private let address: EmailAddress
    private let scope: SuppressionScope
    private let list: Int32?
    private let note: String
    private let way: OptOutWay

    /// - Parameters:
    ///   - address: It need not be a contact's.
    ///   - scope: The mail to stop.
    ///   - list: With the scope `list`.
    ///   - note: The reason, stored with it, in its proof and in the audit log.
    ///   - way: How the opt-out was requested.
    package init(_ address: EmailAddress, scope: SuppressionScope, list: Int32?, note: String, by way: OptOutWay) {
        self.address = address
        self.scope = scope
        self.list = list
        self.note = note
        self.way = way
    }

    /// Stores it and recalls queued messages: once this returns, no message to that address is claimed any more.
    ///
    /// - Parameters:
    ///   - account: The account.
    ///   - database: The database.
    ///   - identity: Hashes the address.
    ///   - number: The key's.
    /// - Returns: The effect.
    /// - Throws: Errors of the database; nothing is stored then.
    package func store(
        of account: AccountID,
        in database: AccountDatabase,
        identity: AddressHashKey,
        number: Int16
    ) async throws -> SuppressionReceipt {
        try await database.suppress(
            Suppression(
                account: account,
                addressHash: identity.addressHash(address),
                hashKey: number,
                scope: scope,
                list: list ?? 0,
                reason: .byHand,
                source: note,
                way: way
            )
        )
    }
}
