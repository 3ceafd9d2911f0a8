import Core
import Database
import Glibc

extension Finding {
    /// Whether a restore would forget opt-outs.
    ///
    /// - Parameters:
    ///   - journals: Those that the database knows.
    ///   - waiting: Changes that are in none of them, for some seconds.
    /// - Returns: A problem where a journal is behind.
    static func journals(_ journals: [JournalFacts], waiting: Int64) -> [Finding] {
        let part = "journal"
        guard !journals.isEmpty else {
            return [
                .note(
                    part,
                    "no program keeps a journal of opt-outs, so a restore forgets those that came after the backup: set "
                        + "VEREDUS_STATE_DIRECTORY for web, inbound, recorder and producer"
                )
            ]
        }
        var findings = journals.filter { !$0.trouble.isEmpty }.map { journal in
            Finding.problem(part, "\(journal.name) \(journal.trouble): opt-outs stand, and a restore would forget them")
        }
        if waiting > 0 {
            findings.append(
                .problem(
                    part,
                    "\(grouped(Int(waiting))) changes are in no journal: a restore would forget them. Does a program that keeps "
                        + "one run, and can it write to its state folder?"
                )
            )
        }
        let names = journals.map(\.name).joined(separator: ", ")
        return findings.isEmpty ? [.ok(part, "every opt-out is outside of the database, too: \(names)")] : findings
    }

    /// Warns where one disk takes both with it; `nil` where that cannot be seen from here.
    ///
    /// - Parameters:
    ///   - stateFolder: Where this machine's journals are.
    ///   - backend: The process that serves this connection, where the database is on this machine: it works in the
    ///     database's folder.
    /// - Returns: A note, or `nil`.
    static func device(ofJournal stateFolder: String?, database backend: Int32?) -> Finding? {
        guard let stateFolder, let backend, let journal = device(of: stateFolder),
            let database = device(of: "/proc/\(backend)/cwd/") ?? device(of: "/var/lib/postgresql"), journal == database
        else { return nil }
        return .note(
            "journal",
            "\(stateFolder) and the database are on one disk, which takes both with it when it fails: mount another one there, "
                + "or copy the journals to another machine"
        )
    }

    private static func device(of path: String) -> dev_t? {
        var facts = stat()
        return stat(path, &facts) == 0 ? facts.st_dev : nil
    }
}
