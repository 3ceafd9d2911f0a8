import Foundation
import TestKit
import Testing

/// The programs that tests start, if this machine has them.
enum TestServers {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Postfix's `smtp-sink`; VEREDUS_SMTP_SINK names another than the one in `.local`.
    static let sink = executable(
        ProcessInfo.processInfo.environment["VEREDUS_SMTP_SINK"]
            ?? root.appending(path: ".local/postfix/usr/sbin/smtp-sink").path
    )
    static let sinkLibraries = root.appending(path: ".local/postfix/usr/lib/postfix").path
    /// A Python that has aiosmtpd.
    static let python = executable(root.appending(path: ".local/venv/bin/python").path)

    /// In CI a missing server is a failure, elsewhere the test is skipped.
    static let areRequired = ProcessInfo.processInfo.environment["REQUIRE_SERVERS"] == "1"
    static var runsSink: Bool { sink != nil || areRequired }
    static var runsPython: Bool { python != nil || areRequired }

    private static func executable(_ path: String) -> String? {
        FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }
}

/// A server program, ended with its last reference.
final class ServerProcess: Sendable {
    let port: Int
    private let process: ChildProcess
    private let input: Int32

    /// Starts Python on a script that prints its port as its first line.
    static func python(_ script: String, _ arguments: [String]) throws -> (ServerProcess, LineReader) {
        let python = try #require(TestServers.python, "no .local/venv/bin/python with aiosmtpd")
        var input: [Int32] = [0, 0]
        var output: [Int32] = [0, 0]
        // Not pipes: these are closed on exec from the start, so that no other server holds them open.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        try #require(socketpair(AF_UNIX, kind, 0, &input) == 0 && socketpair(AF_UNIX, kind, 0, &output) == 0)
        let process = try ChildProcess(
            [python, "-u", "-c", script] + arguments,
            input: .descriptor(input[0]),
            output: .descriptor(output[1]),
            errors: .descriptor(STDERR_FILENO)
        )
        close(input[0])
        close(output[1])
        let lines = LineReader(output[0])
        let port = lines.next().flatMap { Int($0) } ?? 0
        let server = ServerProcess(process, input[1], port: port)
        try #require(port > 0, "the server did not start")
        return (server, lines)
    }

    /// Starts `smtp-sink` on a free port.
    static func sink(_ flags: [String] = []) async throws -> ServerProcess {
        let sink = try #require(TestServers.sink, "no smtp-sink: set VEREDUS_SMTP_SINK")
        let user = getuid() == 0 ? ["-u", "nobody"] : []
        // Another process may take a port that was free: then another one is tried.
        for _ in 0..<5 {
            let port = Int(try LoopbackPorts.free(1)[0])
            let process = try ChildProcess(
                [sink] + flags + user + ["127.0.0.1:\(port)", "200"],
                environment: ["LD_LIBRARY_PATH": TestServers.sinkLibraries],
                errors: .descriptor(STDERR_FILENO)
            )
            // Nothing tells that it listens but a connection that succeeds.
            try await eventually("smtp-sink listens on \(port), or has ended", every: .milliseconds(2)) {
                LoopbackPorts.accept(UInt16(port)) || !process.isRunning
            }
            if process.isRunning { return ServerProcess(process, -1, port: port) }
        }
        throw Ended()
    }

    struct Ended: Error {}

    private init(_ process: ChildProcess, _ input: Int32, port: Int) {
        self.process = process
        self.input = input
        self.port = port
    }

    deinit {
        if input >= 0 { close(input) }
        process.kill()
    }

    func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = send(input, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Ends it now; what it has written can still be read.
    func stop() { process.kill() }
}

/// Reads a program's output line by line, on the calling thread.
final class LineReader: @unchecked Sendable {
    // Unchecked: each test reads from one task at a time.
    private let file: Int32
    private var bytes: [UInt8] = []

    init(_ file: Int32) { self.file = file }

    deinit { close(file) }

    /// `nil` when the program has ended.
    func next() -> String? {
        while true {
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                defer { bytes.removeSubrange(...end) }
                return String(decoding: bytes[..<end], as: UTF8.self)
            }
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = read(file, &buffer, buffer.count)
            if count <= 0 { return nil }
            bytes += buffer[..<count]
        }
    }
}

func loopback(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    return address
}

/// Binds to port 0 or another of 127.0.0.1 and listens; the port is in the answer.
func listenOnLoopback() throws -> (socket: Int32, port: Int) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(listener >= 0)
    var address = loopback(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
            bind(listener, raw, length) + listen(listener, 256) + getsockname(listener, raw, &length)
        }
    }
    try #require(status == 0)
    return (listener, Int(UInt16(bigEndian: address.sin_port)))
}

func freePort() throws -> Int {
    let (listener, port) = try listenOnLoopback()
    close(listener)
    return port
}
