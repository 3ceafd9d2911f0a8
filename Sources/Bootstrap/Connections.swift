import Broker
import Core
import Database
import DatabaseClient
import Logging

extension PostgresSettings {
    /// Reads VEREDUS_DATABASE_URL; `nil` after a problem was noted.
    package init?(reading reader: inout SettingsReader) {
        let inputs = DatabaseSettings(reading: &reader)
        guard !inputs.url.isEmpty else { return nil }
        do throws(PostgresSettings.Malformed) {
            try self.init(parsing: inputs.url)
        } catch {
            reader.report(.databaseURL, error.description)
            return nil
        }
    }
}

extension BrokerSettings {
    /// Reads VEREDUS_AMQP_URL and related settings; `nil` after a problem was reported.
    ///
    /// `clientName`: The connection's name in the broker's tools.
    package init?(reading reader: inout SettingsReader, clientName: String) {
        let inputs = BrokerInputs(reading: &reader)
        guard !inputs.url.isEmpty else { return nil }
        do throws(AMQPError) {
            try self.init(parsing: inputs.url, caFile: inputs.certificateAuthorities)
        } catch {
            reader.report(.amqpURL, error.description)
            return nil
        }
        self.clientName = clientName
        queueType = inputs.queueType == .quorum ? .quorum : .classic
    }
}

extension PostgresPool {
    /// Waits for the database, then verifies that this program may use it.
    ///
    /// - Parameters:
    ///   - addressKey: The key that hashes addresses, by its number, and with it those that sign tokens; `nil` for a
    ///     program that has none.
    ///   - log: Receives warnings while the database is unavailable.
    /// - Throws: Permanent problems: a refused login, another schema, a role that can bypass row level security, a
    ///   server that does not keep what it confirms, a key that did not make the hashes in the database, or did not
    ///   sign the tokens that bear its number.
    package func assertReady(addressKey: (number: Int16, keys: KeyRing)? = nil, log: Logger) async throws {
        while true {
            do {
                try await withConnection { connection in
                    try await Migrator().verify(on: connection)
                    try await connection.assertCannotBypassRowSecurity()
                    try await connection.assertDurable()
                    guard let (number, keys) = addressKey else { return }
                    try await connection.assertAddressKey(number: number, checkValue: keys.identity.checkValue)
                    try await connection.assertTokenKeys(keys.checks)
                }
                return
            } catch let error where error.isTransientFailure {
                log.warning("waiting for the database", metadata: ["why": "\(error)"])
                try await Task.sleep(for: .seconds(1))
            }
        }
    }
}

extension KeyRing {
    /// Reads VEREDUS_TOKEN_KEYS and VEREDUS_ADDRESS_KEY; `nil` after a problem was noted.
    package init?(reading reader: inout SettingsReader) {
        let before = reader.problems.count
        let settings = KeySettings(reading: &reader)
        guard reader.problems.count == before, let signing = settings.tokenKeys.first else { return nil }
        do throws(KeyRing.Invalid) {
            try self.init(
                keys: settings.tokenKeys.map { TokenKey(id: $0.number, secret: $0.bytes) },
                signing: signing.number,
                identity: AddressHashKey(secret: settings.addressKey.bytes)
            )
        } catch {
            reader.report(.tokenKeys, error.description)
            return nil
        }
    }
}
