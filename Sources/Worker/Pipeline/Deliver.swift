import Core
import RuntimeSupport

/// The third step: claimed messages go to the transport, and what became of each goes to ``Record``.
///
/// Before a final dot the transport asks the worker's lease; nothing is sent under one that has run out.
struct Deliver: Sendable {
    let transport: any MailTransport
    let results: BatchQueue<Record.Entry>

    /// Hands messages over and returns at once.
    ///
    /// `claimed`: Each with its number in flight.
    func send(_ claimed: some Sequence<(UInt64, Prepared)>) {
        transport.send(
            claimed.map { id, prepared in
                OutgoingMessage(
                    id: id,
                    sender: prepared.sender,
                    recipient: prepared.recipient,
                    content: prepared.content,
                    is8Bit: prepared.is8Bit
                )
            }
        )
    }

    /// Passes on what the transport reports, until it is closed and drained.
    func collectOutcomes() async {
        defer { results.close() }
        while true {
            let outcomes = await transport.outcomes()
            guard !outcomes.isEmpty else { return }
            results.append(outcomes.map { .outcome($0) })
        }
    }

    /// Takes nothing more; what is under way has `grace` to end.
    func close(grace: Duration) async { await transport.close(grace: grace) }
}
