/// The meaning of a reply that ends a message, for its recipient.
///
/// The code decides first; among 5xx the enhanced code says whether the mailbox is at fault, or the message, or the
/// route. Only refusals of the mailbox are `never`, because that suppresses the address: when in doubt a refusal is
/// `notThisMessage`.
///
/// - Parameters:
///   - reply: The reply; its text is never matched, only its codes.
///   - step: The command that it answers.
/// - Returns: `accepted` only for 2xx to the final dot.
package func judge(_ reply: SMTPReply, at step: SMTPStep) -> Judgement {
    switch reply.code / 100 {
    case 2 where step == .dot: return .accepted
    case 4: return .later
    case 5: return judgeRefusal(reply, at: step)
    default: return step == .dot ? .unknown : .later
    }
}

private func judgeRefusal(_ reply: SMTPReply, at step: SMTPStep) -> Judgement {
    switch step {
    case .connect, .greeting, .ehlo, .startTLS, .auth, .quit: return .later
    case .mail, .rcpt, .data, .dot: break
    }
    // RFC 4954 §6: the server requires TLS or a login. The route is at fault; the next message would fail the same way.
    if [530, 534, 535, 538].contains(reply.code) { return .later }
    if reply.contradictsItself { return .notThisMessage }
    if let status = reply.enhanced { return judge(status, at: step) }
    // RFC 5321 §4.2.3, RFC 7504: no mailbox, not local, name not allowed, a domain without mail.
    return step == .rcpt && [550, 551, 553, 556].contains(reply.code) ? .never : .notThisMessage
}

private func judge(_ status: EnhancedStatus, at step: SMTPStep) -> Judgement {
    // At MAIL an address can only be the sender's.
    guard step != .mail else { return .notThisMessage }
    switch (status.subject, status.detail) {
    case (1, 7), (1, 8): return .notThisMessage  // the sender's address
    case (1, _): return .never  // RFC 3463 §3.2: no such mailbox or domain, bad syntax; RFC 7505: null MX
    case (2, 1): return .never  // RFC 3463 §3.3: mailbox disabled
    default: return .notThisMessage  // full, size, content, policy, protocol
    }
}
