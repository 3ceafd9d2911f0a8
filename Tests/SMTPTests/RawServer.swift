import Foundation
import Synchronization

/// A server that does whatever its test says, a thread for each connection, blocking.
final class RawServer: Sendable {
    let port: Int
    private let listener: Int32
    private let state = Mutex((connections: 0, lines: [String]()))

    /// How many connections came.
    var connections: Int { state.withLock { $0.connections } }
    /// Every line that was read on any of them.
    var lines: [String] { state.withLock { $0.lines } }

    /// Starts it; `serve` plays one connection, which is closed afterwards.
    init(_ serve: @escaping @Sendable (Peer) -> Void) throws {
        (listener, port) = try listenOnLoopback()
        let listener = listener
        Thread.detachNewThread { [weak self] in
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { break }
                let number = self?.state.withLock { state in
                    state.connections += 1
                    return state.connections
                }
                guard let number else {
                    close(socket)
                    break
                }
                let peer = Peer(socket, number) { [weak self] line in
                    self?.state.withLock { $0.lines.append(line) }
                }
                Thread.detachNewThread {
                    serve(peer)
                    close(peer.socket)
                }
            }
            close(listener)
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}

/// The server's end of one connection.
final class Peer: @unchecked Sendable {
    // Unchecked: only its own thread uses it.
    let socket: Int32
    /// From 1, in the order in which they came.
    let number: Int
    private var bytes: [UInt8] = []
    private let note: (String) -> Void

    init(_ socket: Int32, _ number: Int, _ note: @escaping (String) -> Void) {
        self.socket = socket
        self.number = number
        self.note = note
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    /// The next line without its CRLF; `nil` when the client has closed, or says nothing for 30 s.
    func line() -> String? {
        while true {
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: bytes[..<end].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
                bytes.removeSubrange(...end)
                note(line)
                return line
            }
            guard readMore() > 0 else { return nil }
        }
    }

    /// Reads a message up to its final dot; `nil` when the client closes first.
    func message() -> String? {
        var lines: [String] = []
        while let line = line() {
            if line == "." { return lines.joined(separator: "\n") }
            lines.append(line)
        }
        return nil
    }

    /// Reads so many bytes and forgets them.
    func swallow(_ count: Int) {
        while bytes.count < count, readMore() > 0 {}
        bytes.removeFirst(min(count, bytes.count))
    }

    private func readMore() -> Int {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        if count > 0 { bytes += buffer[..<count] }
        return count
    }

    @discardableResult func say(_ lines: String...) -> Bool { write(lines.map { $0 + "\r\n" }.joined()) }

    @discardableResult func write(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Greets and answers EHLO.
    func logIn(offering offers: String...) {
        say("220 raw.test ESMTP")
        _ = line()
        let lines = ["raw.test"] + offers
        for (index, text) in lines.enumerated() { say("250\(index == lines.count - 1 ? " " : "-")\(text)") }
    }

    /// Takes messages as a good server does, until the client is gone or so many are taken.
    func takeMessages(_ limit: Int = .max, replyToDot: String = "250 2.0.0 ok") {
        var taken = 0
        while taken < limit, let line = line() {
            switch line.prefix(4) {
            case "MAIL", "RCPT", "RSET": say("250 ok")
            case "DATA":
                say("354 go on")
                guard message() != nil else { return }
                say(replyToDot)
                taken += 1
            case "QUIT":
                say("221 bye")
                return
            default: say("500 what?")
            }
        }
    }

    /// Reads MAIL, RCPT and DATA and answers as a good server does, up to the 354.
    func takeMessage() {
        for _ in 0..<2 {
            _ = line()
            say("250 ok")
        }
        _ = line()
        say("354 go on")
    }
}
