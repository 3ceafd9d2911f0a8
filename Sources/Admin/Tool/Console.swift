import Bootstrap
import Core
import Glibc
import RuntimeSupport

/// A command's input and output: results on standard output, messages to the user on standard error.
struct Console: Sendable {
    let write: @Sendable ([UInt8]) -> Void
    let writeError: @Sendable ([UInt8]) -> Void
    /// Whether a line on that stream can be redrawn.
    let isOutputTerminal: Bool
    let isErrorTerminal: Bool
    /// Asks a yes-or-no question; `nil` without a terminal.
    var ask: (@Sendable (String) -> Bool)?
    /// Columns of a line; of the terminal, where there is one.
    var width = 120

    /// The process's own.
    static let process = Console(
        write: { writeAll($0, to: STDOUT_FILENO) },
        writeError: { writeAll($0, to: STDERR_FILENO) },
        isOutputTerminal: isatty(STDOUT_FILENO) == 1,
        isErrorTerminal: isatty(STDERR_FILENO) == 1,
        ask: isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 ? askPerson : nil,
        width: terminalWidth() ?? 120
    )

    private static func terminalWidth() -> Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    @Sendable private static func askPerson(_ question: String) -> Bool {
        writeAll(Array("\(VisibleText.lines(question)) [yes/no] ".utf8), to: STDERR_FILENO)
        return readLine() == "yes"
    }

    /// All output passes here or through JSON: foreign text cannot control the terminal.
    func print(_ text: String) { write(Array("\(VisibleText.lines(text))\n".utf8)) }

    func print(_ json: JSONValue) { write(json.bytes + [UInt8(ascii: "\n")]) }

    /// Reports an error.
    func complain(_ text: String) { writeError(Array("veredus: \(VisibleText.lines(text))\n".utf8)) }

    /// Reports progress.
    func say(_ text: String) { writeError(Array("\(VisibleText.lines(text))\n".utf8)) }

    /// Redraws the line on standard error; writes nothing without a terminal.
    func redraw(_ text: String) {
        guard isErrorTerminal else { return }
        writeError(Array("\r\u{1B}[K\(VisibleText.line(text))".utf8))
    }

    /// Ends the redrawn line.
    func endLine() {
        guard isErrorTerminal else { return }
        writeError([UInt8(ascii: "\n")])
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if written < 0, errno == EPIPE {
                // The reader has closed the pipe (`veredus … | head`): end as other tools do.
                signal(SIGPIPE, SIG_DFL)
                raise(SIGPIPE)
            } else if written < 0, errno != EINTR {
                // A truncated result must not look complete. If standard error fails too, nothing can be reported.
                guard descriptor == STDOUT_FILENO else { return }
                let reason = String(cString: strerror(errno))
                writeAll(Array("veredus: standard output: \(reason)\n".utf8), to: STDERR_FILENO)
                endProcess(ExitStatus.outputLost.rawValue)
            }
        }
    }
}

/// A command's environment; tests use their own.
struct CommandEnvironment: Sendable {
    let environment: [String: String]
    let console: Console

    @TaskLocal static var current = CommandEnvironment(environment: processEnvironment(), console: .process)
}
