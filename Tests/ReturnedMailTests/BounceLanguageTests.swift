import Core
import Foundation
import Testing

@testable import ReturnedMail

/// Notices of servers that speak to their own people, and quote nothing of the message.
@Suite struct BounceLanguageTests {
    typealias Row = (language: String, subject: String, sentence: String, reason: String)

    static let rows: [Row] = [
        ("English", "Undeliverable: News", "Your message could not be delivered to", "User does not exist"),
        ("German", "Unzustellbar: News", "Ihre Nachricht konnte nicht zugestellt werden an:", "Benutzer unbekannt"),
        ("French", "Échec de remise : News", "Votre message n'a pas pu être remis à", "Utilisateur inconnu"),
        ("Spanish", "No entregado: News", "Su mensaje no se ha podido entregar a", "El usuario no existe"),
        ("Portuguese", "Não entregue: News", "A sua mensagem não pôde ser entregue a", "Usuário não encontrado"),
        ("Italian", "Mancata consegna: News", "Il messaggio non è stato recapitato a", "Utente sconosciuto"),
        ("Dutch", "Onbestelbaar: News", "Uw bericht kon niet worden bezorgd bij", "Gebruiker onbekend"),
        ("Danish", "Kunne ikke leveres: News", "Din meddelelse kunne ikke leveres til", "Ukendt bruger"),
        ("Swedish", "Kunde inte levereras: News", "Ditt meddelande kunde inte levereras till", "Okänd användare"),
        ("Norwegian", "Kunne ikke leveres: News", "Meldingen din kunne ikke leveres til", "Brukeren finnes ikke"),
        ("Finnish", "Toimitus epäonnistui: News", "Viestiäsi ei voitu toimittaa:", "Tuntematon käyttäjä"),
        ("Polish", "Niedostarczona: News", "Wiadomość nie została dostarczona do", "Nieznany użytkownik"),
        ("Czech", "Nedoručitelné: News", "Vaši zprávu nebylo možné doručit:", "Uživatel neexistuje"),
        ("Slovak", "Nedoručiteľné: News", "Vašu správu nebolo možné doručiť:", "Používateľ neexistuje"),
        ("Hungarian", "Kézbesíthetetlen: News", "Üzenetét nem sikerült kézbesíteni:", "Ismeretlen felhasználó"),
        ("Romanian", "Nelivrat: News", "Mesajul dumneavoastră nu a putut fi livrat către", "Utilizator necunoscut"),
        ("Bulgarian", "Недоставено: News", "Съобщението не може да бъде доставено до", "Няма такъв потребител"),
        ("Russian", "Недоставленное: News", "Ваше сообщение не было доставлено:", "Пользователь не найден"),
        ("Ukrainian", "Недоставлено: News", "Ваше повідомлення не вдалося доставити:", "Користувача не знайдено"),
        ("Greek", "Αποτυχία παράδοσης: News", "Το μήνυμά σας δεν παραδόθηκε σε", "Άγνωστος χρήστης"),
        ("Turkish", "Teslim edilemedi: News", "İletiniz şu adrese teslim edilemedi:", "Kullanıcı bulunamadı"),
        ("Croatian", "Neisporučeno: News", "Vašu poruku nije bilo moguće isporučiti:", "Korisnik ne postoji"),
        ("Slovenian", "Nedostavljivo: News", "Vašega sporočila ni bilo mogoče dostaviti:", "Uporabnik ne obstaja"),
        ("Estonian", "Kättetoimetamine ebaõnnestus", "Teie kirja ei õnnestunud edastada:", "Kasutajat ei leitud"),
        ("Latvian", "Nepiegādāts: News", "Jūsu vēstuli neizdevās piegādāt:", "Lietotājs neeksistē"),
        ("Lithuanian", "Nepristatytas: News", "Jūsų laiško nepavyko pristatyti:", "Vartotojas neegzistuoja"),
        ("Japanese", "配信不能通知", "以下のメールアドレスへの送信に失敗しました。", "ユーザーが存在しません"),
        ("Chinese, simplified", "退信通知", "您的邮件无法送达:", "用户不存在"),
        ("Chinese, traditional", "郵件退回通知", "您的郵件無法送達:", "查無此使用者"),
        ("Korean", "배달 실패 알림", "다음 주소로 메일을 전달하지 못했습니다.", "존재하지 않는 사용자입니다"),
        ("Arabic", "فشل تسليم الرسالة", "تعذر تسليم رسالتك إلى", "المستخدم غير موجود"),
        ("Hebrew", "ההודעה לא נמסרה", "לא ניתן היה למסור את הודעתך אל", "המשתמש אינו קיים"),
        ("Thai", "ส่งไม่สำเร็จ", "ไม่สามารถส่งข้อความถึง", "ไม่พบผู้ใช้"),
        ("Vietnamese", "Thư bị trả lại", "Không thể gửi thư của bạn đến", "Người dùng không tồn tại"),
        ("Indonesian", "Gagal terkirim: News", "Pesan Anda tidak dapat dikirim ke", "Pengguna tidak ditemukan"),
    ]

    /// The same in other words.
    static let others: [Row] = [
        (
            "German", "Zustellung nicht möglich: News", "Folgende Empfänger konnten nicht erreicht werden:",
            "Der Empfänger ist nicht bekannt"
        ),
        (
            "German", "E-Mail unzustellbar", "Die Zustellung Ihrer E-Mail an folgenden Empfänger ist fehlgeschlagen:",
            "Die Adresse existiert nicht"
        ),
        (
            "German", "Ihre Nachricht wurde nicht zugestellt", "Ihre E-Mail konnte nicht zugestellt werden:",
            "Das Postfach ist nicht vorhanden"
        ),
        ("French", "Message non remis", "Votre courriel n'a pu être distribué à", "Cette adresse n'existe pas"),
        ("French", "Avis de non-remise", "La remise à ces destinataires a échoué :", "Le destinataire n'existe pas"),
        (
            "French", "Erreur de livraison", "Impossible de remettre votre message à",
            "La boîte aux lettres n'existe pas"
        ),
        (
            "Spanish", "Mensaje no entregado", "No se pudo entregar el mensaje a los siguientes destinatarios:",
            "La dirección no existe"
        ),
        ("Spanish", "Correo devuelto", "Su mensaje no pudo ser entregado a", "Destinatario desconocido"),
        ("Portuguese", "Falha na entrega", "Não foi possível entregar a mensagem a", "O destinatário não existe"),
        ("Portuguese", "Mensagem devolvida", "Sua mensagem não foi entregue a", "Caixa postal inexistente"),
        ("Italian", "Messaggio non recapitato", "Impossibile consegnare il messaggio a", "L'indirizzo non esiste"),
        (
            "Italian", "Errore di consegna", "Il messaggio non è stato consegnato ai seguenti destinatari:",
            "Destinatario inesistente"
        ),
        ("Dutch", "Bericht niet afgeleverd", "Uw bericht kon niet worden afgeleverd aan", "Het adres bestaat niet"),
        ("Dutch", "Onbestelbaar bericht", "Bezorging mislukt aan de volgende ontvangers:", "Mailbox bestaat niet"),
        ("Danish", "Mail kunne ikke leveres", "Din e-mail kunne ikke afleveres til", "Modtageren findes ikke"),
        ("Swedish", "Leveransen misslyckades", "Det gick inte att leverera meddelandet till", "Adressen finns inte"),
        ("Norwegian", "Levering mislyktes", "E-posten din kunne ikke leveres til", "Ukjent mottaker"),
        (
            "Finnish", "Viestin toimitus epäonnistui", "Viestiä ei voitu toimittaa vastaanottajalle",
            "Vastaanottajaa ei ole olemassa"
        ),
        ("Polish", "Nie można dostarczyć wiadomości", "Nie udało się dostarczyć wiadomości do", "Adresat nie istnieje"),
        ("Polish", "Zwrot wiadomości", "Twoja wiadomość nie mogła zostać dostarczona do", "Nie ma takiego użytkownika"),
        ("Czech", "Zprávu nelze doručit", "Nepodařilo se doručit zprávu na adresu", "Adresát neexistuje"),
        ("Czech", "Nedoručená zpráva", "Vaše zpráva nebyla doručena", "Schránka neexistuje"),
        ("Slovak", "Správu nie je možné doručiť", "Nepodarilo sa doručiť správu", "Adresát neexistuje"),
        (
            "Hungarian", "A levél nem kézbesíthető", "A levelet nem lehetett kézbesíteni a következő címre:",
            "Nincs ilyen felhasználó"
        ),
        ("Romanian", "Mesaj nelivrat", "Mesajul nu a putut fi livrat la", "Adresa nu există"),
        ("Bulgarian", "Неуспешна доставка", "Вашето писмо не беше доставено до", "Потребителят не съществува"),
        (
            "Russian", "Сообщение не доставлено", "Не удалось доставить письмо следующим получателям:",
            "Такого пользователя не существует"
        ),
        ("Russian", "Ошибка доставки", "Ваше письмо не может быть доставлено", "Почтовый ящик не существует"),
        ("Ukrainian", "Помилка доставки", "Не вдалося доставити листа", "Такого користувача не існує"),
        ("Greek", "Το μήνυμα δεν παραδόθηκε", "Δεν ήταν δυνατή η παράδοση του μηνύματος σε", "Ο χρήστης δεν υπάρχει"),
        ("Turkish", "Teslim edilemeyen ileti", "Mesajınız aşağıdaki alıcıya iletilemedi:", "Böyle bir kullanıcı yok"),
        ("Croatian", "Poruka nije isporučena", "Vaša poruka nije dostavljena na", "Nepoznat korisnik"),
        ("Serbian", "Порука није испоручена", "Ваша порука није испоручена", "Корисник не постоји"),
        ("Slovenian", "Sporočilo ni bilo dostavljeno", "Vaše sporočilo ni bilo dostavljeno", "Neznan uporabnik"),
        ("Estonian", "Kirja ei saanud kätte toimetada", "Kirja ei saanud toimetada aadressile", "Tundmatu kasutaja"),
        ("Latvian", "Vēstule nav piegādāta", "Ziņojumu nevarēja piegādāt", "Nezināms lietotājs"),
        ("Lithuanian", "Laiškas nepristatytas", "Nepavyko pristatyti laiško", "Nėra tokio vartotojo"),
        ("Japanese", "メールを配信できませんでした", "次の受信者にメールを配信できませんでした。", "宛先のメールアドレスは存在しません"),
        ("Japanese", "送信エラー", "メールの送信に失敗しました。", "該当するユーザーが見つかりません"),
        ("Chinese, simplified", "邮件发送失败", "邮件无法投递到以下收件人:", "收件人不存在"),
        ("Chinese, simplified", "系统退信", "您发送的邮件被退回", "无此用户"),
        ("Chinese, traditional", "無法傳遞郵件", "您的郵件無法傳送給下列收件者:", "收件者不存在"),
        ("Korean", "메일 전송 실패", "메일을 보내지 못했습니다.", "사용자를 찾을 수 없습니다"),
        ("Korean", "반송 메일", "메일이 반송되었습니다", "없는 사용자입니다"),
        ("Arabic", "تعذر التسليم", "لم يتم تسليم رسالتك إلى", "لا يوجد مستخدم بهذا الاسم"),
        ("Hebrew", "שגיאת מסירה", "הודעתך לא נמסרה אל", "משתמש לא קיים"),
        ("Thai", "ไม่สามารถส่งอีเมลได้", "ข้อความของคุณไม่ถูกส่งถึง", "ไม่มีผู้ใช้นี้"),
        ("Vietnamese", "Không gửi được thư", "Thư của bạn không được gửi tới", "Người nhận không tồn tại"),
        ("Indonesian", "Pesan tidak terkirim", "Email Anda gagal dikirim ke", "Alamat tidak ditemukan"),
        ("Malay", "Mesej tidak dapat dihantar", "Mesej anda tidak dapat dihantar kepada", "Pengguna tidak wujud"),
        ("Catalan", "Missatge no lliurat", "El vostre missatge no s'ha pogut lliurar a", "L'usuari no existeix"),
        ("Icelandic", "Ekki tókst að afhenda póst", "Skilaboðin komust ekki til skila", "Notandi finnst ekki"),
        ("Persian", "پیام تحویل نشد", "پیام شما تحویل داده نشد", "کاربر وجود ندارد"),
        ("Hindi", "संदेश वितरित नहीं हुआ", "आपका संदेश वितरित नहीं किया जा सका", "उपयोगकर्ता मौजूद नहीं है"),
    ]

    /// In yet other words, which subjects and sentences have in common.
    static let more: [Row] = [
        ("English", "Your mail has come back", "Your mail did not reach the recipient", "The mailbox does not exist"),
        ("German", "Fehler bei der Zustellung: News", "Nicht erreichter Empfänger:", "Das Postfach existiert nicht"),
        ("French", "Message non délivré", "Nous n'avons pas pu acheminer votre message vers", "Adresse inconnue"),
        (
            "Spanish", "Error al enviar el correo", "El siguiente destinatario no recibió su correo:",
            "Usuario desconocido"
        ),
        ("Portuguese", "Erro de entrega", "O seu e-mail não chegou ao destinatário", "Endereço inexistente"),
        ("Dutch", "Bezorgfout", "De bezorging van uw bericht is mislukt voor", "Dit adres bestaat niet"),
        ("Danish", "Leveringsfejl", "Din mail blev ikke leveret til", "Modtager ukendt"),
        ("Norwegian", "Leveringsfeil", "Vi klarte ikke å levere meldingen til", "Mottakeren finnes ikke"),
        (
            "Finnish", "Viestiäsi ei toimitettu", "Viestin toimittaminen seuraavalle ei onnistunut:",
            "Tuntematon vastaanottaja"
        ),
        ("Polish", "Błąd dostarczenia", "Wiadomość nie dotarła do adresata", "Konto nie istnieje"),
        ("Czech", "Chyba doručení", "Zprávu se nepodařilo doručit příjemci:", "Příjemce neexistuje"),
        ("Slovak", "Chyba doručenia", "Vašu správu sa nepodarilo doručiť príjemcovi", "Príjemca neexistuje"),
        ("Hungarian", "Kézbesítési hiba", "Az üzenetet nem tudtuk kézbesíteni:", "A címzett nem létezik"),
        ("Romanian", "Mesajul nu a ajuns", "Nu am putut livra mesajul la", "Utilizator inexistent"),
        ("Ukrainian", "Лист не доставлено", "Ваш лист не вдалося доставити отримувачу", "Отримувача не існує"),
        ("Macedonian", "Пораката не е испорачана", "Вашата порака не може да се испорача до", "Корисникот не постои"),
        ("Greek", "Το μήνυμά σας δεν παραδόθηκε", "Δεν μπορέσαμε να παραδώσουμε το μήνυμά σας:", "Άγνωστος παραλήπτης"),
        ("Croatian", "Greška pri isporuci", "Vašu poruku nije moguće dostaviti primatelju", "Primatelj ne postoji"),
        ("Slovenian", "Napaka pri dostavi", "Sporočila ni bilo mogoče dostaviti", "Prejemnik ne obstaja"),
        ("Latvian", "Piegādes kļūda", "Ziņojumu nebija iespējams piegādāt adresātam", "Saņēmējs nepastāv"),
        ("Lithuanian", "Pristatymo klaida", "Laiškas nebuvo pristatytas gavėjui", "Gavėjas nerastas"),
        ("Arabic", "لم يتم تسليم رسالتك", "لم نتمكن من تسليم رسالتك", "العنوان غير موجود"),
        ("Hebrew", "הודעתך לא נמסרה", "לא הצלחנו למסור את הודעתך", "הנמען לא קיים"),
        ("Hindi", "संदेश वितरित नहीं", "आपका संदेश नहीं पहुँचाया जा सका", "उपयोगकर्ता मौजूद नहीं है"),
        ("Japanese", "送信失敗のお知らせ", "お届けできませんでした。", "宛先が存在しません"),
        ("Chinese, traditional", "郵件未送達", "您的郵件未能送達", "帳號不存在"),
    ]

    static func mail(_ row: Row, code: String, from: String = "Mail <no-reply@mx.example.net>") -> String {
        """
        Return-Path: <>
        From: \(from)
        To: news@example.org
        Subject: =?utf-8?B?\(Data(row.subject.utf8).base64EncodedString())?=
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: base64

        \(Data("\(row.sentence)\n\n  ada@example.net\n\n  \(code)\(row.reason)\n".utf8).base64EncodedString())
        """
    }

    @Test(arguments: rows + others + more)
    func `a notice in its own language names the address and the dead mailbox`(row: Row) {
        for code in ["550 5.1.1 ", "550 ", ""] {
            let report = readReport(Array(Self.mail(row, code: code).utf8))
            #expect(report.kind == .delivery, "\(row.language) \(code)")
            #expect(report.recipients.map(\.address) == ["ada@example.net"], "\(row.language) \(code)")
            #expect(report.recipients.first?.consequence == .hard, "\(row.language) \(code)")
        }
    }

    @Test(arguments: rows + others + more)
    func `the same words of a person who answers are no notice`(row: Row) {
        let answer: Row = (row.language, "Re: News", row.sentence, row.reason)
        let text = Self.mail(answer, code: "", from: "Grace <grace@example.net>")
            .replacing("Return-Path: <>", with: "Return-Path: <grace@example.net>")
        #expect(readReport(Array(text.utf8)).kind == .other, "\(row.language)")
    }

    @Test func `a language that no rule knows is understood by its reply`() {
        let row: Row = ("Quenya", "Lá tuluva", "Menelyanna lá tuluva:", "Lá ëa")
        let report = readReport(Array(Self.mail(row, code: "550 5.1.1 ").utf8))
        #expect(report.kind == .delivery)
        #expect(report.recipients.first?.address == "ada@example.net")
        #expect(report.recipients.first?.consequence == .hard)
        let vague = readReport(Array(Self.mail(row, code: "").utf8))
        #expect(vague.kind == .autoReply, "without a reply it is a machine's answer")
    }
}
