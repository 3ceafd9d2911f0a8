import RuntimeSupport

/// One IMAP folder: lists, fetches, and removes mails, on a thread of its own.
///
/// A mail is named by the folder's UIDVALIDITY and its UID (RFC 3501 §2.3.1.1): after a reconnect to a recreated
/// folder, an old name fetches and removes nothing. Every call connects if necessary.
package actor IMAPMailbox {
    /// An entry of a folder.
    package struct Listing: Sendable, Equatable {
        package struct Entry: Sendable, Equatable {
            package let uid: UInt32
            package let sizeBytes: Int
        }

        package let validity: UInt32
        package let entries: [Entry]
    }

    private let executor: ThreadExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let settings: IMAPSettings
    private let interruption = Interruption()
    private var handle: IMAPHandle?
    private var capabilities: Set<String>?

    /// A listing is some 40 bytes a mail.
    private static let mostListingBytes = 4 << 20

    package init(_ settings: IMAPSettings) {
        self.settings = settings
        executor = ThreadExecutor(name: "imap")
    }

    isolated deinit { handle = nil }

    /// Ends the current call and all later ones with ``IMAPError/Kind/interrupted``; from any thread.
    package nonisolated func interrupt() { interruption.ask() }

    /// Logs out.
    package func close() {
        handle = nil
        capabilities = nil
    }

    /// The mails of the folder, oldest first; only as many as the limit of an answer allows.
    package func list() throws(IMAPError) -> Listing {
        let status = try run(
            "STATUS \(quoted(settings.folder)) (UIDVALIDITY)",
            inFolder: nil,
            step: "selecting the folder"
        )
        guard let validity = IMAPAnswer.validity(in: status) else {
            throw IMAPError(
                .refused,
                "IMAP, selecting the folder at \(settings): the answer names no UIDVALIDITY",
                remedy: "Check that the folder exists and can be selected"
            )
        }
        // In a selected folder the server reports new mail only at the end of a command.
        _ = try run("NOOP", inFolder: validity, step: "checking for new mail")
        let answer = try run("UID FETCH 1:* (UID RFC822.SIZE)", inFolder: validity, step: "listing the folder")
        return Listing(validity: validity, entries: IMAPAnswer.entries(in: answer))
    }

    /// A mail as it is stored.
    ///
    /// - Throws: Of kind `gone` if it no longer exists, `tooLarge` above the settings' limit.
    package func fetch(_ uid: UInt32, validity: UInt32) throws(IMAPError) -> [UInt8] {
        try perform(
            nil,
            path: "\(path(validity))/;UID=\(uid)",
            limit: settings.mostBytes,
            keepsPart: false,
            step: "fetching a mail"
        )
    }

    /// Deletes mails, or moves them to the configured folder.
    package func remove(_ uids: [UInt32], validity: UInt32) throws(IMAPError) {
        guard !uids.isEmpty else { return }
        let set = uids.map(String.init).joined(separator: ",")
        let can = try serverCapabilities()
        if let folder = settings.moveTo {
            if can.contains("MOVE") {  // RFC 6851
                try runMaking(folder, "UID MOVE \(set) \(quoted(folder))", validity)
                return
            }
            try runMaking(folder, "UID COPY \(set) \(quoted(folder))", validity)
        }
        _ = try run(
            #"UID STORE \#(set) +FLAGS.SILENT (\Deleted)"#,
            inFolder: validity,
            step: "marking mails as deleted"
        )
        // RFC 4315; without it mails marked by other clients are removed as well.
        let expunge = can.contains("UIDPLUS") ? "UID EXPUNGE \(set)" : "EXPUNGE"
        _ = try run(expunge, inFolder: validity, step: "removing mails")
    }

    /// Creates the folder when the server refuses to store mails in it.
    private func runMaking(_ folder: String, _ command: String, _ validity: UInt32) throws(IMAPError) {
        do {
            _ = try run(command, inFolder: validity, step: "moving mails")
        } catch  where error.kind == .refused {
            _ = try run("CREATE \(quoted(folder))", inFolder: nil, step: "creating the folder for processed mail")
            _ = try run(command, inFolder: validity, step: "moving mails")
        }
    }

    private func serverCapabilities() throws(IMAPError) -> Set<String> {
        if let capabilities { return capabilities }
        let answer = try run("CAPABILITY", inFolder: nil, step: "reading the server's capabilities")
        let found = IMAPAnswer.capabilities(in: answer)
        capabilities = found
        return found
    }

    private func run(_ command: String, inFolder validity: UInt32?, step: String) throws(IMAPError) -> [UInt8] {
        // libcurl decodes percents in it.
        let escaped = command.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%25")
        let path = validity.map { self.path($0) } ?? ""
        return try perform(escaped, path: path, limit: Self.mostListingBytes, keepsPart: true, step: step)
    }

    private func perform(
        _ command: String?,
        path: String,
        limit: Int,
        keepsPart: Bool,
        step: String
    ) throws(IMAPError) -> [UInt8] {
        let open: IMAPHandle
        if let handle { open = handle } else { open = try IMAPHandle(settings, interruption) }
        handle = open
        return try open.perform(command, path: path, limit: limit, keepsPart: keepsPart, step: step)
    }

    private func path(_ validity: UInt32) -> String { "\(percentEncoded(settings.folder));UIDVALIDITY=\(validity)" }

    private func quoted(_ folder: String) -> String {
        "\"" + folder.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
    }

    private func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var result = ""
        for byte in text.utf8 {
            let character = Character(Unicode.Scalar(byte))
            if character.isLetter || character.isNumber || "-._".contains(character) {
                result.append(character)
            } else {
                result += ["%", digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return result
    }
}

/// Reads a server's untagged lines; unknown ones are ignored.
enum IMAPAnswer {
    /// `* STATUS "INBOX" (UIDVALIDITY 17)`
    static func validity(in answer: [UInt8]) -> UInt32? {
        for line in lines(answer) where line.uppercased().hasPrefix("* STATUS ") {
            if let value = number(after: "UIDVALIDITY", in: line) { return value }
        }
        return nil
    }

    /// `* 3 FETCH (UID 7 RFC822.SIZE 1024)`, in the order of their UIDs.
    static func entries(in answer: [UInt8]) -> [IMAPMailbox.Listing.Entry] {
        var entries: [IMAPMailbox.Listing.Entry] = []
        for line in lines(answer) where line.uppercased().contains(" FETCH ") {
            guard let uid = number(after: "UID", in: line), uid > 0 else { continue }
            let size = number(after: "RFC822.SIZE", in: line).map { Int($0) } ?? 0
            entries.append(.init(uid: uid, sizeBytes: size))
        }
        return entries.sorted { $0.uid < $1.uid }
    }

    /// `* CAPABILITY IMAP4rev1 UIDPLUS MOVE`
    static func capabilities(in answer: [UInt8]) -> Set<String> {
        var words: Set<String> = []
        for line in lines(answer) where line.uppercased().hasPrefix("* CAPABILITY ") {
            words.formUnion(line.uppercased().split(separator: " ").dropFirst(2).map(String.init))
        }
        return words
    }

    private static func lines(_ answer: [UInt8]) -> [String] {
        // The last one may be cut off.
        answer.prefix(answer.lastIndex(of: 0x0A) ?? 0).split(separator: 0x0A).map { line in
            String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
        }
    }

    private static func number(after name: String, in line: String) -> UInt32? {
        let words = line.uppercased().split { " ()".contains($0) }
        guard let index = words.firstIndex(where: { $0 == name }), index + 1 < words.count else { return nil }
        return UInt32(words[index + 1])
    }
}
