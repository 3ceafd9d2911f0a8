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

    @Test(arguments: rows)
    func `a notice in its own language names the address and the dead mailbox`(row: Row) {
        for code in ["550 5.1.1 ", "550 ", ""] {
            let report = readReport(Array(Self.mail(row, code: code).utf8))
            #expect(report.kind == .delivery, "\(row.language) \(code)")
            #expect(report.recipients.map(\.address) == ["ada@example.net"], "\(row.language) \(code)")
            #expect(report.recipients.first?.consequence == .hard, "\(row.language) \(code)")
        }
    }

    @Test(arguments: rows)
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
