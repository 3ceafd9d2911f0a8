import Core
import RuntimeSupport

/// The third step: passes claimed messages to the transport, and their outcomes to ``Record``.
///
/// Before each final dot the transport checks the worker's lease; nothing is sent under an expired one.
struct Deliver: Sendable {
    let transport: any MailTransport
    let results: BatchQueue<Record.Entry>

    /// Passes messages to the transport and returns at once.
    ///
    /// `claimed`: Each with its number in flight and its slot.
    func send(_ claimed: some Sequence<(UInt64, (prepared: Prepared, slot: Int))>) {
        transport.send(
            claimed.map { id, claimed in
                let (prepared, slot) = claimed
                return OutgoingMessage(
                    id: id,
                    sender: prepared.sender,
                    recipient: prepared.recipient,
                    content: prepared.content,
                    is8Bit: prepared.is8Bit,
                    slot: slot
                )
            }
        )
    }

    /// Forwards the transport's outcomes until it is closed and drained.
    func collectOutcomes() async {
        defer { results.close() }
        while true {
            let outcomes = await transport.outcomes()
            guard !outcomes.isEmpty else { return }
            results.append(outcomes.map { .outcome($0) })
        }
    }

    /// Accepts no more messages; those under way have `grace` to finish.
    func close(grace: Duration) async { await transport.close(grace: grace) }
}
