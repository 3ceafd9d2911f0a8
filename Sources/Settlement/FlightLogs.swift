import Core
import Database
import FlightLog
import Logging

/// The folder with the flight logs of this machine, if there is one: to keep one's own there, and to settle others'.
package struct FlightLogs: Sendable {
    package let folder: FlightLogFolder
    private let log: Logger

    /// How often a worker searches for logs that nobody owns.
    package static let interval: Duration = .seconds(5)

    /// - Returns: `nil` if no folder is set, or none can be used; the reason is logged once.
    package init?(_ path: String?, log: Logger) {
        self.log = log
        guard let path else {
            log.notice(
                "no flight log",
                metadata: [
                    "why": "VEREDUS_FLIGHT_LOGS is not set",
                    "effect": "what is in flight when this worker dies becomes uncertain, or is sent again",
                ]
            )
            return nil
        }
        do {
            folder = try FlightLogFolder(path, boot: .current())
        } catch {
            log.warning("no flight log", metadata: ["why": "\(error)"])
            return nil
        }
    }

    /// The log of a worker run; `nil` if none can be kept, with the reason logged.
    package func create(for workerRun: WorkerRun, slots: Int) -> OwnedFlightLog? {
        do {
            return try OwnedFlightLog.create(in: folder, workerRun: workerRun, slots: slots)
        } catch {
            log.warning("no flight log", metadata: ["why": "\(error)"])
            return nil
        }
    }

    /// Settles the logs of dead workers again and again, until cancelled.
    package func keepSettling(_ store: SettlementStore, _ schedule: RetrySchedule) async {
        var settle = SettleFlightLogs(folder: folder, store: store, schedule: schedule, log: log)
        repeat {
            do {
                _ = try await settle.settleAll()
            } catch {
                log.warning("flight logs could not be settled, and will be tried again", metadata: ["why": "\(error)"])
            }
            // A worker that dies is replaced, and its log found, within seconds.
        } while (try? await Task.sleep(for: Self.interval)) != nil
    }
}
