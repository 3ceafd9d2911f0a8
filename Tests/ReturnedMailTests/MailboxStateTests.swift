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
        // Without the marks of the letters.
        "550 Empfaenger existiert nicht", "550 Adresse ungultig", "550 La direccion no existe",
        "550 Utilisateur supprime",
        "550 Boite aux lettres desactivee", "550 Usuario nao existe", "550 Uzivatel neexistuje",
        "550 Uzytkownik nieznany",
        "550 Kullanici bulunamadi", "550 Anvandaren finns inte",
        // Given up, or taken away.
        "550 user gone", "550 That alias has been retired", "550 Mailbox was not used for six months",
        "550 Das Konto wurde gekündigt", "550 Compte clôturé", "550 Buzón cerrado", "550 Esta conta foi encerrada",
        "550 Account chiuso", "550 Het account is opgeheven", "550 Konto zostało usunięte", "550 Schránka byla zrušena",
        "550 Аккаунт закрыт", "550 该邮箱已被关闭", "550 このアカウントは削除されました",
        // Nothing is said of what is not there.
        "550 existiert nicht", "550 n'existe pas", "550 не существует",
        // People who left, and accounts that nobody opens.
        "550 Ada is no longer an employee", "550 Ada has resigned", "550 Ada left our company in May",
        "550 no longer on staff", "550 inbox removed because of inactivity", "550 this user never logged in",
        "550 has not logged in for a year", "550 account is administratively disabled",
        // Wrongly addressed.
        "550 message is incorrectly addressed", "550 not in the recipient list",
        "550 sorry, recipient address is not in my local users", "550 malformed local part in <ada@example.net>",
        "550 No one at this address", "550 Nadie con esta cuenta", "550 Naslov je ukinjen",
        // Domains.
        "550 domain has been suspended", "550 example.net has no valid mail servers",
        "550 5.1.2 Domaine inconnu", "550 La domena nie istnieje", "550 ドメインが存在しません",
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
        ("550 La direccion del remitente no existe", .block, "Spanish without marks: the sender"),
        ("550 Expediteur inconnu", .block, "French without marks: the sender"),
        ("550 Die Domain des Absenders existiert nicht", .block, "German: the sender's domain"),
        ("550 Votre domaine n'existe pas", .block, "French: our domain"),
        ("550 Ihr Server steht auf einer Sperrliste", .block, "German: a list"),
        ("550 Votre adresse est sur liste noire", .block, "French: a list"),
        ("550 Se encuentra en una lista negra", .block, "Spanish: a list"),
        ("550 Twój adres jest na czarnej liście", .block, "Polish: a list"),
        ("550 Ваш адрес находится в черном списке", .block, "Russian: a list"),
        ("550 您已被列入黑名单", .block, "Chinese: a list"),
        ("550 Wiadomosc zostala odrzucona przez system antyspamowy", .block, "Polish without marks: spam"),
        ("550 该邮件被识别为垃圾邮件", .block, "Chinese: spam"),
        ("550 Le message a été rejeté : message refusé", .block, "French: refused"),
        ("550 Endereço IP recusado", .block, "Portuguese: our host"),
        ("550 Die Mailbox des Empfängers ist voll", .soft, "German: full"),
        ("550 El buzon del usuario esta lleno", .soft, "Spanish without marks: full"),
        ("550 Skrzynka odbiorcy jest pełna", .soft, "Polish: full"),
        ("550 Le message est trop volumineux", .soft, "French: too large"),
        ("550 Your domain has been suspended", .block, "our domain"),
        ("550 sender has been permanently rejected", .block, "the sender"),
        ("550 black ip", .block, "a list"),
        ("550 mailpolicy", .block, "a policy"),
        ("550 this was considered as spam", .block, "spam"),
        ("550 From header is wrong for user", .block, "the message"),
        ("550 mailbox: daily quota of its sender reached", .block, "our rate"),
        ("550 user gets too many mails from you", .block, "our rate"),
        ("550 too many messages in this mailbox", .soft, "full"),
        ("550 inbox full", .soft, "full"),
        ("550 user is out of quota", .soft, "full"),
        ("550 no space left for this account", .soft, "full"),
        ("552 disk space of the user is used up", .soft, "full"),
        ("550 a system error occurred", .soft, "not for good"),
        ("550 error desconocido", .soft, "an unknown error is no unknown user"),
        ("550 nieznany błąd", .soft, "an unknown error is no unknown user"),
    ]

    @Test(arguments: others)
    func `what is said of a sender, or for now, is no dead mailbox`(
        row: (reply: String, wanted: BounceConsequence, because: Comment)
    ) {
        #expect(Self.consequence(row.reply) == row.wanted, row.because)
    }
}
