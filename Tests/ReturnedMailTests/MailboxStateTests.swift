import Testing

@testable import Core
@testable import ReturnedMail

/// Whoever words it: that a mailbox is dead, and that it is not the mailbox that is meant.
@Suite struct MailboxStateTests {
    static func consequence(_ reply: String, at step: SMTPStep = .rcpt) -> BounceConsequence {
        RuleBook.builtIn.classify(
            SMTPReply(code: Int(reply.prefix(3)) ?? 0, text: Array(reply.utf8.dropFirst(4))),
            at: step
        )
        .consequence
    }

    static let dead = [
        "550 User deactivated", "550 This mailbox has been closed", "550 mailbox was deleted", "550 deleted mailbox",
        "550 Unknown addressee", "550 Non existant mailbox", "550 5.2.1 The account was terminated",
        "550 Mailbox has been blocked due to inactivity", "550 that login is unknown", "550 no customer with that name",
        "550 This address is not active", "550 e-mail address doesnt exist", "550 alias does no exists",
        "550 <ada@example.net> does not exist", "550 employee no longer works here", "550 not one of our users",
        "550 Recipient is not on this server", "550 mailbox name not allowed", "550 5.4.4 unable to look up host",
        "550 5.4.6 example.net: Domain not configured to accept mail",
        "550 all host address lookups failed permanently",
        "550 Das Postfach ist nicht vorhanden", "550 Cette adresse n'existe pas", "550 Caixa postal desativada",
        "550 Buzón inexistente", "550 Casella disattivata", "550 Het adres bestaat niet", "550 Adresat nie istnieje",
        "550 Такого пользователя не существует", "550 收件人地址不存在", "550 此收件人邮箱已停用",
        "550 ユーザーが見つかりません", "550 존재하지 않는 계정", "550 Böyle bir kullanıcı yok",
    ]

    @Test(arguments: dead)
    func `a mailbox that is not there is dead, whatever it is called`(reply: String) {
        #expect(Self.consequence(reply) == .hard)
        // For now only, and before anybody was named, it is nobody's.
        #expect(Self.consequence("450" + reply.dropFirst(3).replacing("5.2.1", with: "4.2.1")) != .hard)
        #expect(Self.consequence(reply, at: .mail) != .hard)
    }

    static let others: [(reply: String, wanted: BounceConsequence, because: Comment)] = [
        ("550 The sender's account does not exist", .block, "the sender"),
        ("550 From address not found in our database", .block, "the sender"),
        ("550 Return address is invalid", .block, "the sender"),
        ("550 Reply-To address invalid", .block, "the sender"),
        ("550 bogus sender: no such account news", .block, "the sender"),
        ("550 5.7.1 Sending user suspended", .block, "the sender"),
        ("550 5.7.1 Outgoing mail for this user is suspended", .block, "the sender"),
        ("550 Your user account is disabled", .block, "the sender"),
        ("550 IP address is not registered", .block, "our host"),
        ("550 callback to <news@example.org> failed: user unknown", .block, "the sender, asked back"),
        ("535 5.7.8 Error: authentication failed: user not found", .block, "who logs in"),
        ("535 Invalid user name or password", .block, "who logs in"),
        ("550 Rule imposed mailbox access refused: user invalid", .block, "a rule of Exchange"),
        ("550 发件人地址不存在", .block, "Chinese: the sender"),
        ("550 寄件者信箱不存在", .block, "Chinese: the sender"),
        ("550 送信者のメールアドレスが存在しません", .block, "Japanese: the sender"),
        ("550 발신자 주소가 존재하지 않습니다", .block, "Korean: the sender"),
        ("550 nieprawidłowy adres nadawcy", .block, "Polish: the sender"),
        ("550 no existe la dirección del remitente", .block, "Spanish: the sender"),
        ("550 нет такого адреса отправителя", .block, "Russian: the sender"),
        ("550 không tìm thấy địa chỉ người gửi", .block, "Vietnamese: the sender"),
        ("550 ไม่พบที่อยู่ผู้ส่ง", .block, "Thai: the sender"),
        ("550 unbekannte Adresse des Absenders", .block, "German: the sender"),
        ("454 Throttling failure: Daily message quota exceeded.", .block, "SES: our quota, not the mailbox's"),
        ("454 Throttling failure: Maximum sending rate exceeded.", .block, "SES: our rate"),
        ("550 user lookup failed", .soft, "their directory"),
        ("550 invalid mailbox. Local mailbox is unavailable: quota exceeded", .soft, "Mail.ru: full"),
        ("550 mailbox unavailable (not enough free space)", .soft, "full"),
        ("550 user temporarily suspended", .soft, "not for good"),
        ("550 mailbox is temporarily disabled", .soft, "not for good"),
    ]

    @Test(arguments: others)
    func `what is said of a sender, or for now, is no dead mailbox`(
        row: (reply: String, wanted: BounceConsequence, because: Comment)
    ) {
        #expect(Self.consequence(row.reply) == row.wanted, row.because)
    }
}
