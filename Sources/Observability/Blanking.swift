/// Blanks text that must not appear in a log: everything before an `@`, be it a local part or a URL's password.
///
/// A safety net, not a licence to log addresses: `ann@example.org` becomes `***@example.org`,
/// `amqp://user:pass@mq:5672` becomes `amqp://***@mq:5672`.
package func blankingPersonalParts(of text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "@")) else { return text }
    let ends = Set(" \t\r\n\"'<>()[]{},;=/".utf8)
    var kept: [UInt8] = []
    for byte in text.utf8 {
        if byte == UInt8(ascii: "@") {
            let start = kept.lastIndex(where: ends.contains).map { $0 + 1 } ?? 0
            if start < kept.count { kept.replaceSubrange(start..., with: "***".utf8) }
        }
        kept.append(byte)
    }
    return String(decoding: kept, as: UTF8.self)
}
