import Crypto

/// HMAC-SHA-256 (RFC 2104) with its key already absorbed: a code costs two blocks more than the bytes themselves.
///
/// Made of the two hash states directly, because the generic `HMAC` cannot be specialised across modules; a test
/// compares the results.
struct KeyedHash: Sendable {
    private static let blockCount = 64

    private let inner: SHA256
    private let outer: SHA256

    init(key: [UInt8]) {
        var block = key.count > Self.blockCount ? Array(SHA256.hash(data: key)) : key
        block += [UInt8](repeating: 0, count: Self.blockCount - block.count)
        var inner = SHA256()
        inner.update(data: block.map { $0 ^ 0x36 })
        self.inner = inner
        var outer = SHA256()
        outer.update(data: block.map { $0 ^ 0x5C })
        self.outer = outer
    }

    /// Appends the first `count` bytes of the code, of which there are 32.
    func appendCode(for bytes: [UInt8], count: Int, to buffer: inout [UInt8]) {
        digest(of: bytes).withUnsafeBytes { buffer.append(contentsOf: $0.prefix(count)) }
    }

    /// Appends to `bytes` the first `codeCount` bytes of their own code.
    func sign(_ bytes: inout [UInt8], codeCount: Int) {
        let digest = digest(of: bytes)
        digest.withUnsafeBytes { bytes.append(contentsOf: $0.prefix(codeCount)) }
    }

    private func digest(of bytes: [UInt8]) -> SHA256.Digest {
        var inner = inner
        bytes.withUnsafeBytes { inner.update(bufferPointer: $0) }
        var outer = outer
        inner.finalize().withUnsafeBytes { outer.update(bufferPointer: $0) }
        return outer.finalize()
    }

    func code(for bytes: [UInt8]) -> [UInt8] {
        var code: [UInt8] = []
        appendCode(for: bytes, count: 32, to: &code)
        return code
    }
}
