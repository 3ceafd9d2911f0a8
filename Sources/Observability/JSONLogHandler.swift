import Core
import Glibc
import Logging

/// Writes each record as one line of JSON: `time`, `level`, `program`, `message`, then the metadata by name.
///
/// Never waits for the reader of the log, see ``LogOutput``; blanks addresses and passwords, see
/// ``blankingPersonalParts(of:)``.
package struct JSONLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let program: String
    private let output: LogOutput
    private let now: @Sendable () -> timespec

    /// Creates a handler whose records carry the program's name.
    package init(
        program: String,
        level: Logger.Level,
        output: LogOutput,
        now: @escaping @Sendable () -> timespec = { wallClock() }
    ) {
        self.program = program
        self.logLevel = level
        self.output = output
        self.now = now
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line: [UInt8] = []
        line.reserveCapacity(256)
        line += "{\"time\":\"".utf8
        line += Self.timestamp(now()).utf8
        line += "\",\"level\":\"\(event.level.rawValue)\",\"program\":".utf8
        line.append(jsonString: program)
        line += ",\"message\":".utf8
        line.append(jsonString: blankingPersonalParts(of: event.message.description))
        if let error = event.error {
            line += ",\"error\":".utf8
            line.append(jsonString: blankingPersonalParts(of: "\(error)"))
        }
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let own = event.metadata { fields.merge(own) { _, new in new } }
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            line.append(UInt8(ascii: ","))
            line.append(jsonString: Self.reserved.contains(name) ? "\(name)_" : name)
            line.append(UInt8(ascii: ":"))
            Self.append(value, to: &line)
        }
        line += "}\n".utf8
        output.write(line)
    }

    private static let reserved: Set<String> = ["time", "level", "program", "message", "error"]

    private static func append(_ value: Logger.Metadata.Value, to line: inout [UInt8]) {
        switch value {
        case .string(let text): line.append(jsonString: blankingPersonalParts(of: text))
        case .stringConvertible(let number as any FixedWidthInteger): line += "\(number)".utf8
        case .stringConvertible(let flag as Bool): line += "\(flag)".utf8
        case .stringConvertible(let other): line.append(jsonString: blankingPersonalParts(of: other.description))
        case .array(let values):
            line.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                append(value, to: &line)
            }
            line.append(UInt8(ascii: "]"))
        case .dictionary(let values):
            line.append(UInt8(ascii: "{"))
            for (index, (name, value)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                line.append(jsonString: name)
                line.append(UInt8(ascii: ":"))
                append(value, to: &line)
            }
            line.append(UInt8(ascii: "}"))
        }
    }

    /// RFC 3339 in UTC with milliseconds.
    static func timestamp(_ moment: timespec) -> String {
        var seconds = moment.tv_sec
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let milliseconds = 1_000 + moment.tv_nsec / 1_000_000
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
            + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\("\(milliseconds)".dropFirst())Z"
    }
}

/// The wall clock, for records only.
package func wallClock() -> timespec {
    var moment = timespec()
    clock_gettime(CLOCK_REALTIME, &moment)
    return moment
}
