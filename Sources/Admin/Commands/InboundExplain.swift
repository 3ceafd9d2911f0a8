import ArgumentParser
import Bootstrap
import Core
import Database
import Foundation
import Glibc
import ReturnedMail

/// Judges mails without storing anything: for trying rules, and for comparison with other readers.
struct InboundExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain how returned mail would be judged. Stores nothing and contacts no server.",
        discussion: """
            Each FILE is one mail or a folder of mails; - is standard input. --json prints one line per mail: its \
            kind, its recipients with reason and consequence, and the words that decided.
            """
    )
    @OptionGroup var output: OutputOptions
    @Option(help: "A file of rules to try before the built-in ones.", completion: .file()) var rules: String?
    @Argument(help: "Mails, folders of mails, or -.", completion: .file()) var files: [String]

    func run() async throws {
        let console = CommandEnvironment.current.console
        let book = try Self.ruleBook(rules)
        var lines: [UInt8] = []
        defer { if !lines.isEmpty { console.write(lines) } }
        for path in try files.flatMap(Self.mails) {
            let report = readReport(try Self.read(path), book: book)
            if output.json {
                lines += report.json(of: path).bytes + [UInt8(ascii: "\n")]
                if lines.count >= 64 << 10 {
                    console.write(lines)
                    lines = []
                }
            } else {
                console.print(path == "-" ? report.summary : "\(path): \(report.summary)")
            }
        }
    }

    /// A file's rules before the built-in ones.
    static func ruleBook(_ rules: String?) throws -> RuleBook {
        guard let rules else { return .builtIn }
        do {
            let text = String(decoding: try read(rules), as: UTF8.self)
            return try RuleBook(parsing: text, path: rules)
        } catch let error as RuleBook.Invalid {
            throw AdminFailure(.badData, error.description)
        }
    }

    /// The files of a folder in the order of their names, or the one file.
    private static func mails(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
        else { return [path] }
        let start = path + (path.hasSuffix("/") ? "" : "/")
        return try names(in: path).sorted().map { start + $0 }
    }

    /// The files of a folder; where the folder itself tells what is none, none is looked at.
    private static func names(in path: String) throws(AdminFailure) -> [String] {
        guard let folder = opendir(path) else {
            throw AdminFailure(.noInput, "\(path): \(String(cString: strerror(errno)))")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(validating: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let name, !name.hasPrefix(".") else { continue }
            var isFile = Int(entry.pointee.d_type) == Int(DT_REG)
            if !isFile, Int(entry.pointee.d_type) != Int(DT_DIR) {
                var isFolder: ObjCBool = false
                isFile =
                    FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder)
                    && !isFolder.boolValue
            }
            if isFile { names.append(name) }
        }
        return names
    }

    /// At most the part that is judged, and one more byte.
    private static func read(_ path: String) throws(AdminFailure) -> [UInt8] {
        let file = try ByteFile(path: path == "-" ? "/dev/stdin" : path)
        var bytes: [UInt8] = []
        while bytes.count <= MIMELimits().messageBytes {
            let more = try file.next()
            guard !more.isEmpty else { break }
            if bytes.isEmpty { bytes = more } else { bytes += more }
        }
        return bytes
    }
}

/// Prints the built-in rules.
struct InboundRules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Print the built-in rules that classify other servers' replies.",
        discussion: """
            An operator's rules, in a file of the same format, take precedence: VEREDUS_INBOUND_RULES names the file, \
            and `veredus inbound explain --rules` tries it.
            """
    )

    func run() async throws { CommandEnvironment.current.console.print(builtInRules) }
}

extension MailReport {
    /// One line for the terminal.
    fileprivate var summary: String {
        let found = recipients.map { recipient in
            let code = recipient.status.map { " \($0.statusClass).\($0.subject).\($0.detail)" } ?? ""
            return "\(recipient.address ?? "no address") \(recipient.action.rawValue)\(code), "
                + "\(recipient.finding.reason.rawValue): \(recipient.consequence.rawValue)"
        }
        let what = kind.name + (kind.feedbackType.map { " (\($0.name))" } ?? "")
        return ([what] + found).joined(separator: "; ")
    }

    fileprivate func json(of file: String) -> JSONValue {
        [
            "file": .string(file), "kind": .string(kind.name),
            "feedback_type": .string(orNull: kind.feedbackType?.name), "cut_short": .bool(isCutShort),
            "message_id": .string(orNull: messageID), "recipients": .array(recipients.map(\.json)),
        ]
    }
}

extension ReportedRecipient {
    fileprivate var json: JSONValue {
        [
            "address": .string(orNull: address),
            "original": .string(orNull: original),
            "action": .string(action.rawValue),
            "status": .string(orNull: status.map { "\($0.statusClass).\($0.subject).\($0.detail)" }),
            "reason": .string(finding.reason.rawValue),
            "permanent": .bool(finding.isPermanent),
            "consequence": .string(consequence.rawValue),
            "diagnostic": .string(String(decoding: diagnostic, as: UTF8.self)),
        ]
    }
}
