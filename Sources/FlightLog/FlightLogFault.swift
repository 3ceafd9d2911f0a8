import Glibc

/// Why a file in the folder proves nothing: for a log message, never the end of a program.
package enum FlightLogFault: Error, Equatable, Sendable, CustomStringConvertible {
    case cannotOpen(Int32)
    case symbolicLink
    case notAFile
    /// It has another name besides, or none any more.
    case links(Int)
    case wrongOwner(UInt32)
    case wrongMode(UInt32)
    /// Its maker was killed before it was complete: it never had a message.
    case unfinished
    /// It is a copy: its name is not its worker run's.
    case misnamed
    /// No flight log.
    case foreign
    case unknownVersion(Int)
    /// The size or the checksum is wrong.
    case damaged
    /// The machine has been started again since: what was in memory then is lost.
    case otherBoot

    /// Whether nobody can ever use it, so that it may be removed.
    package var isUseless: Bool { self == .otherBoot || self == .unfinished }

    package var description: String {
        switch self {
        case .cannotOpen(let code): "it cannot be opened: \(String(cString: strerror(code)))"
        case .symbolicLink: "it is a symbolic link"
        case .notAFile: "it is not a file"
        case .links(let count): "it has \(count) names, not one"
        case .wrongOwner(let owner): "it belongs to user \(owner), and this program runs as \(geteuid())"
        case .wrongMode(let mode): "its mode is \(String(mode, radix: 8)), not 600"
        case .unfinished: "its worker was killed while it made it"
        case .misnamed: "its name is not that of its worker run"
        case .foreign: "it is not a flight log"
        case .unknownVersion(let version): "its version is \(version), and this program knows \(FlightHeader.version)"
        case .damaged: "it is damaged"
        case .otherBoot: "it is from before the machine's last start"
        }
    }
}
