import ArgumentParser
import Broker
import Core
import Database
import DatabaseClient
import SMTP
import Templates

/// Why a command failed: what, where and what to do, with the exit code.
struct AdminFailure: Error {
    let status: ExitStatus
    let message: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    /// Converts another module's error, in its own words.
    init(_ error: any Error) {
        switch error {
        case let failure as AdminFailure: self = failure
        case let error as SettingsError: self.init(.configuration, "\(error)")
        case let error as Migrator.Mismatch: self.init(.configuration, "\(error)")
        case let error as SMTPSettingsError: self.init(.configuration, "\(error)")
        case let error as PostgresSettings.Malformed: self.init(.configuration, "\(error)")
        case let error as PostgresError: self.init(Self.status(of: error), error.inputProblem ?? "\(error)")
        case let error as TrackingRefused: self.init(.badData, "\(error)")
        case let error as AMQPError: self.init(.unavailable, "\(error)")
        case let error as SMTPRouteError: self.init(.unavailable, "\(error)")
        case let error as TemplateError: self.init(.badData, "\(error)")
        case let error as RequestRefused: self.init(.badData, "\(error)")
        case let error as ChangeRefused: self.init(.badData, "\(error)")
        case let error as ReopenRefused: self.init(.badData, "\(error)")
        case let error as FollowUpRefused: self.init(.badData, "\(error)")
        case let error as EmailAddress.Invalid: self.init(.badData, "\(error)")
        case is CancellationError: self.init(.temporary, "interrupted; run the same command to continue")
        default: self.init(.internalError, "\(error)")
        }
    }

    private static func status(of error: PostgresError) -> ExitStatus {
        switch error.kind {
        case .unreachable, .connectionLost, .shuttingDown: .unavailable
        case .loginRefused, .untrusted, .insufficientPrivilege: .noPermission
        case .uniqueViolation, .checkViolation: .badData
        case .misuse, .other: .internalError
        case .serializationFailure, .deadlock, .lockTimeout, .queryCanceled, .diskFull, .statementGone: .temporary
        }
    }
}
