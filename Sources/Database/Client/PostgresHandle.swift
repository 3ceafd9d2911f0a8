internal import CPostgres
import Glibc

/// The only owner of a libpq connection; finished once, when it goes out of scope ("PQfinish … frees", libpq §34.1).
///
/// Not `Sendable`: libpq forbids two threads on one connection (§34.20). It is in non-blocking mode, so that each wait
/// happens in ``wait(for:until:)``, which has a deadline.
struct PostgresHandle: ~Copyable {
    let raw: OpaquePointer
    private let onFree: (@Sendable () -> Void)?

    private init(owning raw: OpaquePointer, onFree: (@Sendable () -> Void)?) {
        self.raw = raw
        self.onFree = onFree
    }

    deinit {
        PQfinish(raw)
        onFree?()
    }

    /// Connects and logs in; blocks its thread at most `settings.connectTimeout`, and as long as the resolver does.
    static func open(
        _ settings: PostgresSettings,
        name: String,
        onFree: (@Sendable () -> Void)?
    ) throws(PostgresError) -> PostgresHandle {
        let deadline = ContinuousClock.now + settings.connectTimeout
        let parameters = settings.parameters(applicationName: name)
        guard let raw = withCStrings(parameters, { PQconnectStartParams($0, $1, 0) }) else {
            throw PostgresError(.unreachable, "PQconnectStartParams: out of memory", remedy: "Free memory")
        }
        let handle = PostgresHandle(owning: raw, onFree: onFree)  // own it first: every `throw` below frees it
        veredus_drop_notices(raw)
        // With this verbosity the message of a refused log-in begins with its SQLSTATE; libpq has no other way to it.
        PQsetErrorVerbosity(raw, PQERRORS_VERBOSE)
        var phase = PQstatus(raw)
        var polling = phase == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        while polling != PGRES_POLLING_OK {
            guard polling != PGRES_POLLING_FAILED else { throw handle.loginError(in: phase, settings) }
            phase = PQstatus(raw)
            let events = polling == PGRES_POLLING_READING ? POLLIN : POLLOUT
            guard handle.wait(for: Int32(events), until: deadline) else {
                let step = phase == CONNECTION_STARTED ? "no connection to" : "no answer to the log-in from"
                throw PostgresError(.unreachable, "\(step) \(settings) in \(settings.connectTimeout)")
            }
            polling = PQconnectPoll(raw)
        }
        PQsetErrorVerbosity(raw, PQERRORS_DEFAULT)
        guard PQsetnonblocking(raw, 1) == 0 else { throw handle.lost(statement: nil) }
        return handle
    }

    /// Whether the connection is alive; checks for a hang-up while it was idle.
    func isAlive() -> Bool {
        var entry = pollfd(fd: PQsocket(raw), events: Int16(POLLIN), revents: 0)
        // Not once: the end comes after the server's last words, which are data like any other.
        while poll(&entry, 1, 0) > 0 {
            guard PQconsumeInput(raw) == 1 else { return false }
        }
        return PQstatus(raw) == CONNECTION_OK
    }

    /// Waits until the socket can be read or written, as `events` says; false once `deadline` has passed.
    func wait(for events: Int32, until deadline: ContinuousClock.Instant?) -> Bool {
        while true {
            var entry = pollfd(fd: PQsocket(raw), events: Int16(events), revents: 0)
            let status = poll(&entry, 1, deadline.map { Self.pollMilliseconds(until: $0) } ?? -1)
            // An error of poll itself is left to libpq, which finds out on its next read.
            if status > 0 || (status < 0 && errno != EINTR) { return true }
            if let deadline, ContinuousClock.now >= deadline { return false }
        }
    }

    /// Rounded up, so that poll(2) does not come back just before the deadline again and again.
    private static func pollMilliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = max(.zero, ContinuousClock.now.duration(to: deadline)).components
        return Int32(clamping: left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000 + 1)
    }

    /// The connection went away, in libpq's words.
    func lost(statement: String?) -> PostgresError {
        PostgresError(.connectionLost, firstLine(words), statement: statement)
    }

    /// libpq's last message; the buffer belongs to the connection.
    var words: String { PQerrorMessage(raw).map { String(cString: $0) } ?? "" }

    private func loginError(in phase: ConnStatusType, _ settings: PostgresSettings) -> PostgresError {
        let words = words
        if let (state, message) = Self.sqlState(in: words) {
            return PostgresError(PostgresError.Kind(sqlState: state), sqlState: state, "\(settings): \(message)")
        }
        if PQconnectionNeedsPassword(raw) != 0 {
            return PostgresError(.loginRefused, "\(settings): the server asks for a password, the URL has none")
        }
        // These are libpq's own words, which no locale changes in a program that never calls setlocale.
        let isAboutTrust = words.contains("certificate") || words.contains("does not support SSL")
        return PostgresError(
            phase == CONNECTION_SSL_STARTUP && isAboutTrust ? .untrusted : .unreachable,
            "\(settings): \(firstLine(words))"
        )
    }

    /// Finds `FATAL:  28P01: password authentication failed…`, the form of `PQERRORS_VERBOSE`.
    private static func sqlState(in words: String) -> (state: String, message: String)? {
        guard let match = words.firstMatch(of: /:  ([0-9A-Z]{5}): ([^\n]*)/) else { return nil }
        return (String(match.1), String(match.2))
    }
}

/// Calls `body` with two NULL-terminated arrays of C strings, names and values.
private func withCStrings<Result>(
    _ pairs: [(String, String)],
    _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Result?
) -> Result? {
    let names = pairs.map { strdup($0.0) }
    let values = pairs.map { strdup($0.1) }
    defer { for copy in names + values { free(copy) } }
    let namePointers = names.map { UnsafePointer($0) } + [nil]
    let valuePointers = values.map { UnsafePointer($0) } + [nil]
    return namePointers.withUnsafeBufferPointer { names in
        valuePointers.withUnsafeBufferPointer { values in
            guard let names = names.baseAddress, let values = values.baseAddress else { return nil }
            return body(names, values)
        }
    }
}
