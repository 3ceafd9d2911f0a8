import Foundation
import Synchronization

/// Why a file of the simulator could not be opened.
package struct FileProblem: Error, CustomStringConvertible {
    package let description: String
}

/// The accepted copies as JSON, one object per line, appended as they are accepted.
///
/// Lines are gathered and written when there are 32 KB of them, and by ``flush()``.
final class RecordFile: Sendable {
    private struct Buffer {
        let file: FileHandle
        var lines: [UInt8] = []
    }

    private let buffer: Mutex<Buffer>

    init(path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FileProblem(
                description: "\(path): \(String(cString: strerror(errno))). Name a file that can be made."
            )
        }
        buffer = Mutex(Buffer(file: FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)))
    }

    func append(_ copies: [AcceptedMessage], message number: Int) {
        let lines = copies.map { Array(($0.json(message: number) + "\n").utf8) }
        buffer.withLock { buffer in
            for line in lines { buffer.lines += line }
            if buffer.lines.count >= 32 << 10 { write(&buffer) }
        }
    }

    func flush() {
        buffer.withLock { write(&$0) }
    }

    private func write(_ buffer: inout Buffer) {
        guard !buffer.lines.isEmpty else { return }
        do {
            try buffer.file.write(contentsOf: buffer.lines)
            buffer.lines.removeAll(keepingCapacity: true)
        } catch {
            // They stay in flight for the next flush; the summary's counts do not depend on the file.
            FileHandle.standardError.write(Data("veredus-simulator: cannot write the record: \(error)\n".utf8))
        }
    }
}

/// A folder with one file per message, named by the message's number.
struct Spool: Sendable {
    let folder: String

    init(folder: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw FileProblem(description: "\(folder): \(error.localizedDescription). Name a folder that can be made.")
        }
        self.folder = folder
    }

    func write(_ bytes: [UInt8], number: Int) {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(number).eml"))
        } catch {
            FileHandle.standardError.write(Data("veredus-simulator: cannot write message \(number): \(error)\n".utf8))
        }
    }
}

extension AcceptedMessage {
    /// One JSON object without line breaks; `content` is base64.
    func json(message number: Int) -> String {
        var json = "{\"time\":\(time),\"message\":\(number),\"from\":\(quoted(sender)),\"rcpt\":\(quoted(recipient))"
        json += ",\"messageID\":\(messageID.map(quoted) ?? "null"),\"size\":\(sizeBytes),\"attempt\":\(attempt)"
        json += ",\"copy\":\(copy),\"connection\":\(connection),\"ordinal\":\(ordinal),\"tls\":\(isEncrypted)"
        json += ",\"user\":\(user.map(quoted) ?? "null"),\"answered\":\(isAnswered)"
        json += ",\"mailParameters\":\(quoted(mailParameters)),\"rcptParameters\":\(quoted(recipientParameters))"
        if let content { json += ",\"content\":\"\(Data(content).base64EncodedString())\"" }
        return json + "}"
    }
}

private func quoted(_ text: String) -> String {
    var text = text
    let isPlain = text.withUTF8 { bytes in
        bytes.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    }
    if isPlain { return "\"\(text)\"" }
    var quoted = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": quoted += "\\\""
        case "\\": quoted += "\\\\"
        case _ where scalar.value < 0x20:
            quoted += "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2) + String(scalar.value, radix: 16)
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted + "\""
}

func secondsSince1970() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}
