/// Built-in rules about a mailbox that is not there, in other languages: each name for it with all that can be said of it.
let builtInForeignStateRules = foreignRules(foreignStates, "mailbox-unknown")

/// Built-in rules about the sender's address in other languages: said before all that is said of an address.
let builtInForeignSenderRules =
    (europeanSenders.flatMap(spellings) + asianSenders).map { "    reason policy: \($0)" }.joined(separator: "\n")

private let europeanSenders = [
    "absenderadresse", "absenders", "absender nicht", "absender existiert", "unbekannter absender",
    "afzenderadres", "adres van de afzender", "afsenderadresse", "avsenderadresse", "avsändaradress",
    "adresse de l'expéditeur", "adresse expéditeur", "expéditeur inconnu", "expéditeur n'existe",
    "adresse de l'émetteur",
    "dirección del remitente", "dirección de remitente", "remitente no", "remitente desconocido",
    "usuario remitente", "endereço do remetente", "endereço de remetente", "remetente não", "remetente inválido",
    "indirizzo del mittente", "indirizzo mittente", "mittente non", "mittente sconosciuto", "adresa expeditorului",
    "expeditorul nu", "adreça del remitent", "adres nadawcy", "nadawca nie", "nieznany nadawca", "adresa odesílatele",
    "odesílatel neexistuje", "adresa odosielateľa", "адрес отправителя", "адреса отправителя", "отправитель не",
    "адреса відправника", "відправник не", "адрес на подателя", "адресът на подателя", "adresa pošiljatelja",
    "naslov pošiljatelja", "feladó címe", "feladó nem", "a feladó", "lähettäjän osoite", "lähettäjän osoitetta",
    "saatja aadress", "saatja aadressi", "siuntėjo adresas", "siuntėjo adreso", "sūtītāja adrese",
    "διεύθυνση αποστολέα", "διεύθυνση του αποστολέα", "gönderen adresi", "gönderici adresi", "địa chỉ người gửi",
    "alamat pengirim", "ที่อยู่ผู้ส่ง", "ที่อยู่ของผู้ส่ง", "عنوان المرسل", "כתובת השולח", "نشانی فرستنده", "آدرس فرستنده",
]

/// Scripts without spaces: a recipient's words stand in them as whole as anywhere.
private let asianSenders = [
    (["发件人", "发信人", "发送人", "发件"], ["地址", "的地址", "邮箱", "的邮箱", "邮件地址", "帐号", "账号", "帐户", "账户", "不存在", "域名"]),
    (["發件人", "寄件者", "寄件人", "發信人"], ["地址", "的地址", "信箱", "郵箱", "電子郵件地址", "郵件地址", "帳號", "帳戶", "不存在"]),
    (
        ["送信者", "差出人", "送信元", "発信者"],
        ["アドレス", "のアドレス", "メールアドレス", "のメールアドレス", "が存在しません", "が不明", "が無効", "アカウント"]
    ),
    (["발신자", "보낸 사람", "보내는 사람", "발신인"], [" 주소", "의 주소", " 메일 주소", "의 메일 주소", " 계정", "가 ", "이 "]),
]
.flatMap { senders, nouns in senders.flatMap { sender in nouns.map { "\(sender)\($0)" } } }

/// What is called so, what stands behind it, what before it, and what between.
typealias ForeignStates = (names: [String], after: [String], before: [String], space: String)

private let foreignStates: [ForeignStates] = germanic + romance + slavic + others + asian + closed

private let germanic: [ForeignStates] = [
    (
        ["benutzer", "nutzer", "empfänger", "adressat", "adresse", "e-mail-adresse", "postfach", "konto", "mailbox"],
        [
            "existiert nicht", "nicht bekannt", "ist nicht bekannt", "unbekannt", "ist unbekannt", "nicht gefunden",
            "nicht vorhanden", "ist nicht vorhanden", "ungültig", "ist ungültig", "deaktiviert", "ist deaktiviert",
            "gelöscht", "wurde gelöscht", "gibt es nicht",
        ], ["unbekannter", "unbekannte", "unbekanntes", "ungültiger", "ungültige"], " "
    ),
    (
        ["gebruiker", "ontvanger", "geadresseerde", "adres", "mailbox", "postvak", "account"],
        [
            "bestaat niet", "onbekend", "is onbekend", "niet gevonden", "niet bekend", "is niet bekend", "ongeldig",
            "is ongeldig", "opgeheven",
        ], ["onbekende", "onbekend", "ongeldige", "ongeldig"], " "
    ),
    (
        [
            "brugeren", "bruger", "modtageren", "modtager", "adressen", "postkassen", "kontoen", "brukeren", "bruker",
            "mottakeren", "mottaker",
        ],
        [
            "findes ikke", "finnes ikke", "eksisterer ikke", "er ukendt", "er ukjent", "ukendt", "ukjent",
            "blev ikke fundet", "ble ikke funnet", "ikke fundet", "ikke funnet",
        ], ["ukendt", "ukjent", "ugyldig"], " "
    ),
    (
        ["användaren", "användare", "mottagaren", "mottagare", "adressen", "brevlådan", "kontot"],
        [
            "finns inte", "existerar inte", "är okänd", "okänd", "hittades inte", "kunde inte hittas", "saknas",
            "är ogiltig",
        ],
        ["okänd", "ogiltig"], " "
    ),
    (
        ["notandi", "viðtakandi", "netfang"], ["er ekki til", "finnst ekki", "fannst ekki", "óþekktur", "óþekkt"], [],
        " "
    ),
]

private let romance: [ForeignStates] = [
    (
        [
            "utilisateur", "l'utilisateur", "destinataire", "adresse", "l'adresse", "boîte aux lettres", "compte",
            "boîte mail", "boite aux lettres",
        ],
        [
            "n'existe pas", "n'existe plus", "inexistant", "inexistante", "inconnu", "inconnue", "est inconnu",
            "est inconnue", "introuvable", "est introuvable", "invalide", "désactivé", "désactivée", "est désactivé",
            "fermé", "non trouvé", "non trouvée", "supprimé",
        ], [], " "
    ),
    (
        ["usuario", "destinatario", "dirección", "cuenta", "buzón", "casilla"],
        [
            "no existe", "ya no existe", "inexistente", "desconocido", "desconocida", "es desconocido", "no encontrado",
            "no encontrada", "no fue encontrado", "inválido", "inválida", "no válido", "no válida", "desactivada",
            "deshabilitada", "inactiva", "no es válida",
        ],
        ["no existe el", "no existe la", "no se encontró el", "no se encontró la", "no se encuentra el"], " "
    ),
    (
        [
            "usuário", "usuario", "utilizador", "destinatário", "destinatario", "endereço", "endereco", "conta",
            "caixa postal", "caixa de correio",
        ],
        [
            "não existe", "nao existe", "inexistente", "desconhecido", "desconhecida", "é desconhecido",
            "não encontrado", "nao encontrado", "não encontrada", "não foi encontrado", "inválido", "inválida",
            "desativada", "desativado", "inativa", "cancelada",
        ], ["não existe o", "não existe a"], " "
    ),
    (
        [
            "utente", "l'utente", "destinatario", "destin.", "indirizzo", "l'indirizzo", "casella", "casella di posta",
            "account",
        ],
        [
            "non esiste", "non esiste più", "inesistente", "sconosciuto", "sconosciuta", "è sconosciuto", "non trovato",
            "non trovata", "non valido", "non valida", "errato", "disattivata", "disattivato", "disabilitata",
        ], [], " "
    ),
    (
        ["utilizatorul", "utilizator", "destinatarul", "destinatar", "adresa", "contul", "căsuța poștală"],
        ["nu există", "nu exista", "necunoscut", "necunoscută", "inexistent", "inexistentă", "nu a fost găsit"], [], " "
    ),
    (
        ["usuari", "l'usuari", "destinatari", "adreça", "bústia"],
        ["no existeix", "desconegut", "inexistent", "no trobat", "no s'ha trobat"], [], " "
    ),
]

private let slavic: [ForeignStates] = [
    (
        ["użytkownik", "adresat", "odbiorca", "adres", "skrzynka", "konto"],
        [
            "nie istnieje", "nieznany", "nieznana", "nie znaleziony", "nieaktywne", "nieaktywny", "nieaktywna",
            "nie został znaleziony",
            "jest nieznany",
        ],
        ["nieznany", "nieprawidłowy", "brak takiego", "nie ma takiego"], " "
    ),
    (
        ["użytkownika", "adresata", "odbiorcy", "adresu", "konta"], ["nie ma", "nie znaleziono"],
        ["brak takiego", "nie ma takiego", "nie znaleziono"], " "
    ),
    (
        ["uživatel", "adresát", "příjemce", "adresa", "schránka", "účet"],
        ["neexistuje", "nenalezen", "nenalezena", "neznámý", "neznámá", "není znám", "nebyl nalezen"],
        ["neznámý", "neznámá", "neplatná"], " "
    ),
    (
        ["používateľ", "užívateľ", "adresát", "príjemca", "adresa", "schránka", "účet"],
        ["neexistuje", "nenájdený", "neznámy", "neznáma", "nebol nájdený"], ["neznámy", "neznáma", "neplatná"], " "
    ),
    (
        ["пользователь", "получатель", "адресат", "адрес", "почтовый ящик", "ящик", "учетная запись", "аккаунт"],
        [
            "не существует", "не найден", "не найдена", "неизвестен", "не известен", "не зарегистрирован",
            "заблокирован",
            "удален", "удалён", "отключен", "отключён", "неактивен", "недействителен",
        ],
        ["неизвестный", "несуществующий", "нет такого", "неверный"], " "
    ),
    (
        ["пользователя", "получателя", "адресата", "адреса", "ящика"], ["не существует", "нет"],
        ["нет такого", "такого"], " "
    ),
    (
        ["користувач", "одержувач", "отримувач", "адресат", "адреса", "поштова скринька", "скринька"],
        ["не існує", "не знайдено", "не знайдений", "невідомий", "невідома"], ["невідомий", "немає такого"], " "
    ),
    (
        ["користувача", "одержувача", "отримувача", "адресата", "адреси"], ["не існує", "не знайдено", "немає"],
        ["такого"], " "
    ),
    (
        ["потребителят", "потребител", "получателят", "получател", "адресът", "адрес", "пощенската кутия"],
        ["не съществува", "не е намерен", "непознат", "е непознат", "неизвестен"],
        ["непознат", "неизвестен", "няма такъв"],
        " "
    ),
    (
        ["корисникот", "примачот", "адресата", "сандачето"],
        ["не постои", "не е пронајден", "не е познат"], ["непознат"], " "
    ),
    (
        [
            "korisnik", "primatelj", "primalac", "adresa", "sandučić", "корисник", "прималац", "адреса", "uporabnik",
            "prejemnik", "naslov", "predal",
        ],
        [
            "ne postoji", "nije pronađen", "nepoznat", "не постоји", "није пронађен", "непознат", "ne obstaja",
            "ni najden", "neznan", "ni znan",
        ], ["nepoznat", "nepoznati", "непознат", "neznan", "neznani"], " "
    ),
]

private let others: [ForeignStates] = [
    (
        ["käyttäjää", "vastaanottajaa", "osoitetta", "postilaatikkoa", "tiliä"],
        ["ei ole", "ei ole olemassa", "ei löydy", "ei löytynyt", "ei tunneta"], [], " "
    ),
    (["käyttäjä", "vastaanottaja", "osoite"], ["tuntematon", "on tuntematon"], ["tuntematon", "virheellinen"], " "),
    (
        ["kasutaja", "kasutajat", "saaja", "saajat", "aadress", "aadressi", "postkast", "postkasti"],
        ["ei eksisteeri", "ei leitud", "ei ole", "puudub", "tundmatu", "on tundmatu"], ["tundmatu", "sellist"], " "
    ),
    (
        ["felhasználó", "címzett", "cím", "e-mail cím", "postafiók", "fiók"],
        ["nem létezik", "nem található", "ismeretlen", "érvénytelen"], ["ismeretlen", "nincs ilyen", "nem létező"], " "
    ),
    (
        ["lietotājs", "saņēmējs", "adrese", "pastkaste"],
        ["neeksistē", "nepastāv", "nav atrasts", "nav atrasta", "nezināms", "nezināma"], ["nezināms", "nezināma"], " "
    ),
    (
        ["vartotojas", "naudotojas", "gavėjas", "adresas", "pašto dėžutė"],
        ["neegzistuoja", "nerastas", "nerasta", "nežinomas"], ["nežinomas", "tokio"], " "
    ),
    (["vartotojo", "naudotojo", "gavėjo", "adreso"], ["nėra"], ["nėra tokio", "nėra"], " "),
    (
        ["ο χρήστης", "χρήστης", "ο παραλήπτης", "παραλήπτης", "η διεύθυνση", "διεύθυνση", "το γραμματοκιβώτιο"],
        ["δεν υπάρχει", "δεν βρέθηκε", "άγνωστος", "άγνωστη", "είναι άγνωστος"], ["άγνωστος", "άγνωστη"], " "
    ),
    (
        ["kullanıcı", "alıcı", "adres", "posta kutusu", "hesap"],
        ["yok", "mevcut değil", "bulunamadı", "bilinmiyor", "geçersiz", "bulunmuyor"],
        ["bilinmeyen", "böyle bir", "geçersiz"], " "
    ),
    (
        ["المستخدم", "المستلم", "العنوان", "صندوق البريد", "الحساب"],
        ["غير موجود", "غير معروف", "لا يوجد", "غير صالح"], [], " "
    ),
    (
        ["משתמש", "המשתמש", "הנמען", "נמען", "הכתובת", "תיבת הדואר"],
        ["לא קיים", "אינו קיים", "לא נמצא", "לא ידוע", "לא קיימת", "אינה קיימת", "לא נמצאה"], [], " "
    ),
    (["کاربر", "گیرنده", "نشانی", "آدرس", "صندوق"], ["وجود ندارد", "یافت نشد", "ناشناس", "پیدا نشد"], [], " "),
    (
        ["người dùng", "người nhận", "địa chỉ", "hộp thư", "tài khoản"],
        ["không tồn tại", "không tìm thấy", "không hợp lệ", "không có"], ["không tìm thấy", "không có"], " "
    ),
    (
        ["pengguna", "penerima", "alamat", "kotak surat", "akun", "akaun"],
        ["tidak ditemukan", "tidak ada", "tidak dikenal", "tidak wujud", "tidak dijumpai", "tidak sah"], [], " "
    ),
    (["उपयोगकर्ता", "प्राप्तकर्ता", "पता"], ["मौजूद नहीं है", "नहीं मिला", "अज्ञात"], ["अज्ञात"], " "),
    (["ผู้ใช้", "ผู้รับ", "ที่อยู่", "ที่อยู่อีเมล", "กล่องจดหมาย", "บัญชี"], ["ไม่มีอยู่", "ไม่พบ", "นี้ไม่มีอยู่"], ["ไม่พบ", "ไม่มี"], ""),
]

private let asian: [ForeignStates] = [
    (
        ["ユーザー", "ユーザ", "宛先", "受信者", "メールアドレス", "アドレス", "アカウント", "メールボックス", "送信先", "宛先アドレス"],
        [
            "が存在しません", "は存在しません", "が見つかりません", "は見つかりません", "が見つかりませんでした", "が不明です", "は不明です",
            "が無効です", "は無効です", "が存在しない", "がありません", "はありません", "不明",
        ], ["不明な", "存在しない", "無効な"], ""
    ),
    (
        ["用户", "收件人", "收件地址", "收信人", "邮箱", "邮箱地址", "邮件地址", "帐号", "账号", "帐户", "账户", "地址"],
        ["不存在", "无效", "未找到", "找不到", "已停用", "已被停用", "已注销", "已被注销", "已禁用", "被禁用", "已冻结", "被冻结", "未知"],
        ["无此", "没有此", "没有该", "找不到", "未知", "无效的", "无效", "不存在的"], ""
    ),
    (
        ["使用者", "收件者", "收件人", "收信人", "信箱", "郵箱", "電子郵件地址", "郵件地址", "帳號", "帳戶", "地址", "用戶"],
        ["不存在", "無效", "找不到", "未找到", "已停用", "已關閉", "未知"], ["查無此", "無此", "沒有此", "找不到", "未知", "無效的"], ""
    ),
    (
        ["사용자", "수신자", "수신인", "받는 사람", "메일 주소", "이메일 주소", "주소", "계정", "메일함"],
        [
            "가 존재하지 않습니다", "이 존재하지 않습니다", "를 찾을 수 없습니다", "을 찾을 수 없습니다", "가 없습니다", "이 없습니다",
            "가 유효하지 않습니다",
        ], ["존재하지 않는 ", "없는 ", "알 수 없는 ", "유효하지 않은 "], ""
    ),
]
