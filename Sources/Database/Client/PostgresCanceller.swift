internal import CPostgres

/// What PQcancel needs, apart from the connection, so that another thread may use it.
///
/// Unchecked: PQcancel only reads it and is made for other threads (libpq §34.7); it is freed with the last reference.
final class PostgresCanceller: @unchecked Sendable {
    private let raw: OpaquePointer

    /// `nil` when memory has run out: then nothing can be cancelled.
    init?(of handle: borrowing PostgresHandle) {
        guard let raw = PQgetCancel(handle.raw) else { return nil }
        self.raw = raw
    }

    deinit { PQfreeCancel(raw) }

    /// Blocks until the server has taken the request. Its failure is not reported: the statement's end tells.
    func cancel() {
        var words = [CChar](repeating: 0, count: 256)
        PQcancel(raw, &words, Int32(words.count))
    }
}
