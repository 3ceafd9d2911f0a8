import Testing

@testable import Core
@testable import ReturnedMail

/// Refusals that no rule knows: what their words say of the recipient, and what they never do.
@Suite struct RecipientWordsTests {
    static let dead = [
        // A name for a mailbox and what has become of it, in any order and spelling.
        "550 Login for that mailbox is dormant", "550 subscriber purged last year", "554 user unkown",
        "550 unknow user", "550 recipient is defunct", "550 RECIPIENT_UNKNOWN", "550 UserNotFound", "550 unknownuser",
        "550 box of that customer is closed", "550 former employee", "553 Wrong e-mail address", "550 incorrect inbox",
        // Denied.
        "550 could not locate that user", "550 we have no inbox for her", "550 no virtual user called ada",
        "550 this person isn't here", "550 user dosen't exist", "550 user is not exist", "550 no shuch account",
        "550 can not find that alias", "550 mailbox not enabled", "550 user was never provisioned, not defined",
        "550 she no longer works for this company", "550 recipient could not be resolved",
        "550 not in our directory", "550 not known at this site", "550 she is unknown to this system",
        "550 inactive on this domain", "550 is not on this server", "550 nobody called ada", "550 not found",
        "550 This address does not receive mail", "550 user cannot receive e-mail", "550 wrong recipients",
        "550 this person does not accept mail", "550 student cannot receive email", "550 Her address has changed",
        // A code about permission says less than the words.
        "554 5.7.1 <ada@example.net>: Recipient address rejected: mailbox isn't activated",
        "550 5.7.1 no inbox for that name",
    ]

    @Test(arguments: dead)
    func `words of its own that say the recipient is not there`(reply: String) {
        #expect(MailboxStateTests.consequence(reply) == .hard)
        #expect(MailboxStateTests.consequence("450" + reply.dropFirst(3).replacing("5.7.1", with: "4.7.1")) != .hard)
        #expect(MailboxStateTests.consequence(reply, at: .mail) == .block)
    }

    static let others: [(reply: String, because: Comment)] = [
        ("550 unknown error for that inbox", "an error is unknown, not the user"),
        ("550 unknown problem with that inbox", "a problem is unknown"),
        ("550 your inbox is not known", "ours"),
        ("550 no account of the originator found", "ours"),
        ("550 no PTR found for that address", "our host"),
        ("550 host name not found", "a host"),
        ("550 MX record does not exist", "a record"),
        ("550 no recipient specified", "the order of commands"),
        ("550 could not locate that inbox at the moment", "for now"),
        ("550 could not locate that user, please retry", "for now"),
        ("550 user has no space", "full"),
        ("550 invalid charset in message to user", "the message"),
        ("550 cannot find the user store", "their directory"),
        ("550 mailbox store not available", "their directory"),
        ("550 could not locate that inbox during maintenance", "for now"),
        ("550 user does not accept mail from strangers", "a sender"),
        ("550 sending address has changed", "ours"),
        ("550 user not permitted", "permission"),
        ("550 link to that former inbox", "a link"),
        ("550 5.6.0 the inbox is closed to attachments", "the message"),
        ("535 invalid user", "who logs in"),
        ("550 closed", "nothing is said of what"),
        ("550 rejected", "nothing is said"),
        ("550 " + String(repeating: "please see our pages ", count: 20) + "no inbox", "too long to be sure"),
    ]

    @Test(arguments: others)
    func `one word about us, the message, a limit or a moment is enough for nothing to be concluded`(
        row: (reply: String, because: Comment)
    ) {
        #expect(MailboxStateTests.consequence(row.reply) != .hard, row.because)
    }

    @Test func `an operator's rule comes before the words`() throws {
        let book = try RuleBook(parsing: "reason policy: no inbox for her", path: "rules")
        let reply = SMTPReply(code: 550, text: Array("we have no inbox for her".utf8))
        #expect(book.classify(reply, at: .rcpt).consequence == .block)
        #expect(RuleBook.builtIn.classify(reply, at: .rcpt).consequence == .hard)
    }
}
