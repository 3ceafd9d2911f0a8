import Core
import Database

/// Streams a CSV file of addresses, or of veredus's own hashes, into an account's suppressions.
///
/// A part of the file is stored whole or not at all; repeated, it adds nothing.
struct SuppressionImporter: Sendable {
    struct Summary: Sendable {
        /// Rows of the file, blank ones left out.
        var rows = 0
        var blank = 0
        var rejected = 0
        var tidied = 0
        var stored = SuppressionCounts()
        var reasons: [SuppressionReason: Int] = [:]
        /// Rows whose reason stood there in another system's words, and those of them that blame the sender.
        var foreign = 0
        var blamingSender = 0
        /// Lines at the end of the file, behind a quotation mark that nothing closes.
        var unreadLines = 0
        var encoding = ""
        var notes: [String] = []
        /// The first few reasons with their lines, for display.
        var firstReasons: [String] = []
    }

    let session: Session
    let defaults: SuppressionReader.Defaults
    let path: String
    let rejectsPath: String
    let format: CSVFormat
    let map: [String: String]
    let status: StatusOptions

    func run() async throws -> Summary {
        var file = try TitledCSV(path: path, format: format, passingOver: true)
        let reader = try SuppressionReader(
            columns: file.titles,
            map: map,
            status: status,
            defaults: defaults,
            path: path
        )
        let rejects = try RejectsFile(
            path: rejectsPath,
            columns: reader.names,
            addressColumn: reader.addressColumn,
            source: path
        )
        var summary = Summary()
        var chunk: [Suppression] = []
        var row = CSVRow()
        while try file.next(into: &row) {
            summary.rows += 1
            do throws(ContactReader.Rejected) {
                let read = try reader.read(row)
                chunk += read.suppressions
                if let reason = read.suppressions.first?.reason { summary.reasons[reason, default: 0] += 1 }
                if read.isTidied { summary.tidied += 1 }
                if read.isForeign { summary.foreign += 1 }
                if read.blamesSender { summary.blamingSender += 1 }
            } catch {
                summary.rejected += 1
                if summary.firstReasons.count < 5 {
                    summary.firstReasons.append("\(path):\(row.line): \(error.reason)")
                }
                if row.isCutOff { summary.unreadLines = row.lastLine - row.line }
                try rejects.write(row, reason: error.reason)
            }
            if chunk.count >= Session.suppressionsAtOnce { try await store(&chunk, &summary) }
        }
        try await store(&chunk, &summary)
        try rejects.finish()
        summary.blank = file.blankRows
        summary.encoding = file.encoding.name
        summary.notes = file.notes
        return summary
    }

    private func store(_ chunk: inout [Suppression], _ summary: inout Summary) async throws {
        summary.stored += try await session.suppress(chunk, account: defaults.account)
        chunk.removeAll(keepingCapacity: true)
    }
}
