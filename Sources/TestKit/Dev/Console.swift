import Foundation

/// What went wrong, and what a person can do about it; ends the program.
struct Failure: Error, CustomStringConvertible {
    /// sysexits(3): the command line was wrong.
    static let usageStatus: Int32 = 64

    let description: String
    let status: Int32

    /// - Parameters:
    ///   - what: What failed, and where.
    ///   - remedy: What to do, in the imperative.
    ///   - status: What the program ends with.
    init(_ what: String, _ remedy: String, status: Int32 = 1) {
        description = "error: \(what). \(remedy)."
        self.status = status
    }

    /// Another program's failure, in its own words.
    init(words: String) {
        description = words
        status = 1
    }

    static func usage(_ what: String, _ remedy: String) -> Failure { Failure(what, remedy, status: usageStatus) }
}

/// What a person reads.
enum Console {
    static func say(_ line: String) { write("\(line)\n", to: .standardOutput) }

    static func heading(_ words: String) {
        say(isatty(STDOUT_FILENO) == 1 ? "\n\u{1B}[1m== \(words)\u{1B}[0m" : "\n== \(words)")
    }

    static func warn(_ words: String) { write("warning: \(words)\n", to: .standardError) }

    /// Progress that is not the command's result.
    static func tell(_ words: String) { write("\(words)\n", to: .standardError) }

    static func write(_ text: String, to file: FileHandle) { try? file.write(contentsOf: Data(text.utf8)) }
}

/// Runs what must be done to its end although the task is cancelled: the stopping of what was started.
func shielded<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
    await Task { await body() }.value
}
