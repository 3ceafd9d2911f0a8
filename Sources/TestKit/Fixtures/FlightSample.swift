import Core

/// Made-up contents of a flight log's slot, which follow from the claim token alone: whoever reads a slot can tell
/// whether all of it is from one message.
package struct FlightSample: Sendable {
    package let token: ClaimToken
    package let key: DeliveryKey
    package let attempt: Int16
    package let policy: DeliveryPolicy
    package let code: Int16
    package let judgement: Judgement
    package let step: SMTPStep
    package let text: String

    package init(token: ClaimToken) {
        self.token = token
        var generator = SeededGenerator(seed: UInt64(bitPattern: token))
        key = DeliveryKey(
            campaign: .random(in: .min ... .max, using: &generator),
            seq: .random(in: 1...Seq.max, using: &generator)
        )
        attempt = .random(in: 1...Int16.max, using: &generator)
        policy = Bool.random(using: &generator) ? .atMostOnce : .atLeastOnce
        code = .random(in: 200...599, using: &generator)
        judgement = [.accepted, .later, .never, .notThisMessage][Int.random(in: 0..<4, using: &generator)]
        step = judgement == .accepted ? .dot : [.mail, .rcpt, .data, .dot][Int.random(in: 0..<4, using: &generator)]
        let unit = String(generator.next(), radix: 36)
        text = String(repeating: unit, count: Int.random(in: 0...8, using: &generator))
    }
}
