import Bootstrap
import Core
import Database
import Glibc
import Messages
import Service
import Templates

/// A campaign's source: a folder with templates and campaign.yaml.
struct CampaignFolder {
    private static let subjectFile = "subject.mustache"
    private static let htmlFile = "body.html.mustache"
    private static let textFile = "body.txt.mustache"
    private static let settingsFile = "campaign.yaml"
    private static let partialsFolder = "partials"

    let draft: CampaignDraft

    /// Reads the folder, and compiles the message to report errors now rather than while sending.
    ///
    /// - Throws: ``AdminFailure`` that names file and line.
    init(path: String) throws {
        let names = try Self.files(in: path)
        let known = [Self.subjectFile, Self.htmlFile, Self.textFile]
        if let stray = names.first(where: { $0.hasSuffix(".mustache") && !known.contains($0) }) {
            throw AdminFailure(
                .badData,
                "\(path)/\(stray): templates are named \(known.joined(separator: ", ")); others go into \(Self.partialsFolder)/"
            )
        }
        let yaml = try CampaignYAML(Self.text("\(path)/\(Self.settingsFile)"), path: "\(path)/\(Self.settingsFile)")
        guard let from = yaml.fromAddress else {
            throw AdminFailure(.badData, "\(path)/\(Self.settingsFile): from.address is missing")
        }
        var subject = try Self.text("\(path)/\(Self.subjectFile)")
        while let last = subject.unicodeScalars.last, last == "\n" || last == "\r" {
            subject.unicodeScalars.removeLast()
        }
        let settings = CampaignSettings(
            fromName: yaml.fromName,
            fromAddress: from,
            replyTo: yaml.replyTo,
            language: yaml.language,
            defaults: yaml.defaults,
            partials: names.contains(Self.partialsFolder)
                ? try Self.partials(in: "\(path)/\(Self.partialsFolder)") : [:]
        )
        draft = CampaignDraft(
            name: yaml.name,
            kind: yaml.kind,
            policy: yaml.policy ?? DeliveryPolicy(standardOf: yaml.kind),
            tracking: yaml.tracking,
            lifetime: yaml.lifetime,
            subject: subject,
            html: try Self.text("\(path)/\(Self.htmlFile)"),
            plain: names.contains(Self.textFile) ? try Self.text("\(path)/\(Self.textFile)") : nil,
            settings: settings.json.text
        )
        do throws(TemplateError) {
            try draft.check()
        } catch {
            throw AdminFailure(.badData, "\(path)/\(error)")
        }
    }

    private static func partials(in path: String) throws(AdminFailure) -> [String: String] {
        var partials: [String: String] = [:]
        for name in try files(in: path) {
            guard name.hasSuffix(".mustache"), name.count > ".mustache".count else {
                throw AdminFailure(.badData, "\(path)/\(name): a partial's name must end in .mustache")
            }
            partials[String(name.dropLast(".mustache".count))] = try text("\(path)/\(name)")
        }
        return partials
    }

    /// The file names in a folder, without hidden files.
    private static func files(in path: String) throws(AdminFailure) -> [String] {
        guard let folder = opendir(path) else {
            throw AdminFailure(
                .noInput,
                "\(path): \(String(cString: strerror(errno))). Name the campaign's folder, with \(settingsFile) in it"
            )
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func text(_ path: String) throws(AdminFailure) -> String {
        do throws(SettingsReader.UnreadableFile) {
            return try readSmallFile(path)
        } catch {
            throw AdminFailure(.noInput, "\(path): \(error.reason)")
        }
    }
}
