/// The limits for reading returned mail.
///
/// Parts beyond a limit are not read, which bounds time and memory for any input. A message that is larger, deeper or
/// has more parts or fields is marked as cut short.
package struct MIMELimits: Sendable {
    /// Bytes of the whole message.
    package var messageBytes = 10 << 20
    /// Bytes of one part's header.
    package var headerBytes = 256 << 10
    /// Header fields of one part.
    package var fields = 1_000
    /// Bytes of one header field, unfolded.
    package var fieldBytes = 16 << 10
    /// Parts within parts; what is nested deeper is one opaque body.
    package var depth = 12
    /// Parts in all.
    package var parts = 200
    /// Bytes of one body after decoding.
    package var decodedBytes = 1 << 20
    /// Bytes of text in which reasons and addresses are looked for, over all parts.
    package var textBytes = 256 << 10
    /// Recipients of one report.
    package var recipients = 1_000

    package init() {}
}
