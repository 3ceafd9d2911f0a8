/// Built-in rules about refusals in other languages that are not about a mailbox's being there.

/// Lists of senders; said before all that is said of a mailbox, as in English.
let builtInForeignBlockRules =
    [
        // German, Dutch, Danish, Norwegian, Swedish, Finnish.
        "sperrliste", "sperrlisten", "blockliste", "blockierliste", "schwarze liste", "schwarzen liste", "zwarte lijst",
        "blokkeerlijst", "blokkadelijst", "sortliste", "sortlistet", "svarteliste", "svartelistet", "svartlista",
        "svartlistan", "svartlistad", "spärrlista", "musta lista", "mustalla listalla", "estolista", "estolistalla",
        // French, Spanish, Portuguese, Italian, Romanian, Catalan.
        "liste noire", "listes noires", "liste de blocage", "lista negra", "listas negras", "lista de bloqueo",
        "lista de bloqueio", "lista nera", "liste nere", "lista neagră", "llista negra",
        // Polish, Czech, Slovak, Croatian, Hungarian, Turkish, Greek.
        "czarna lista", "czarnej liście", "czarnych list", "czarnej listy", "černá listina", "černé listině",
        "čierna listina", "čiernej listine", "blacklistu", "crna lista", "crnoj listi", "feketelista", "feketelistán",
        "tiltólista", "tiltólistán", "kara liste", "kara listede", "μαύρη λίστα", "μαύρης λίστας",
        // Russian, Ukrainian, Bulgarian.
        "черный список", "чёрный список", "черном списке", "чёрном списке", "черного списка", "чорний список",
        "чорному списку", "черен списък", "черния списък", "блок-лист", "стоп-лист",
    ]
    .flatMap(spellings).map { "    reason policy: \($0)" }.joined(separator: "\n")
    + asianLists.map { "\n    reason policy: \($0)" }.joined()

private let asianLists = [
    "黑名单", "黑名單", "封锁列表", "拒收列表", "ブラックリスト", "ブロックリスト", "拒否リスト", "블랙리스트", "차단 목록", "차단목록", "القائمة السوداء",
    "רשימה שחורה", "danh sách đen", "daftar hitam", "บัญชีดำ",
]

/// A full mailbox, and a message that is too large.
let builtInForeignFullRules =
    foreignRules(fullMailboxes, "mailbox-full") + "\n" + foreignRules(largeMessages, "size")

private let fullMailboxes: [ForeignStates] = [
    (
        ["postfach", "mailbox", "posteingang", "postfach des empfängers", "mailbox des empfängers", "speicherplatz"],
        ["voll", "ist voll", "überfüllt", "ist überfüllt", "überschritten", "erschöpft"], [], " "
    ),
    (["mailbox", "postvak", "brievenbus"], ["vol", "is vol", "zit vol"], ["volle"], " "),
    (
        ["postkassen", "postkasse", "postboksen", "indbakken", "innboksen"], ["er fuld", "er full", "fuld", "full"],
        ["fuld", "full"], " "
    ),
    (["postlådan", "brevlådan", "inkorgen"], ["är full", "full"], ["full"], " "),
    (
        ["boîte aux lettres", "boîte de réception", "boîte mail", "boîte du destinataire", "messagerie"],
        ["pleine", "est pleine", "saturée", "est saturée"], [], " "
    ),
    (
        ["quota", "quota d'espace", "quota d'espace disque", "espace de stockage"], ["dépassé", "atteint", "épuisé"],
        [], " "
    ),
    (
        ["buzón", "casilla", "bandeja de entrada", "buzón del usuario", "buzón del destinatario"],
        ["lleno", "llena", "está lleno", "está llena"], [], " "
    ),
    (
        ["cuota", "cuota de disco", "cuota del usuario", "espacio"],
        ["excedida", "superada", "ha sido superada", "ha sido excedida", "agotada", "agotado"], [], " "
    ),
    (
        ["caixa postal", "caixa de correio", "caixa de entrada", "caixa do destinatário"],
        ["cheia", "está cheia", "lotada", "está lotada"], [], " "
    ),
    (["cota", "quota"], ["excedida", "superata", "esaurita", "superato", "excedido", "ultrapassada"], [], " "),
    (
        ["casella", "casella di posta", "casella postale", "casella del destinatario", "mailbox"],
        ["piena", "è piena", "satura"], [], " "
    ),
    (
        ["skrzynka", "skrzynka pocztowa", "skrzynka odbiorcy"],
        ["pełna", "jest pełna", "przepełniona", "jest przepełniona"], [], " "
    ),
    (
        ["schránka", "poštovní schránka", "kvóta", "kvota"],
        ["plná", "je plná", "přeplněna", "překročena", "přečerpána", "prekročená"], [], " "
    ),
    (["căsuța poștală", "căsuța"], ["plină", "este plină"], [], " "),
    (["postafiók", "fiók"], ["megtelt", "tele van"], ["megtelt"], " "),
    (["postilaatikko", "postiluukku"], ["täynnä", "on täynnä"], [], " "),
    (["posta kutusu", "kota"], ["dolu", "doldu", "aşıldı"], [], " "),
    (["γραμματοκιβώτιο", "θυρίδα"], ["είναι γεμάτο", "είναι πλήρης"], [], " "),
    (
        ["ящик", "почтовый ящик", "скринька", "поштова скринька", "квота"],
        ["переполнен", "заполнен", "полон", "переповнена", "превышена", "исчерпана", "перевищена"],
        ["переполнен", "переполненный"], " "
    ),
    (["邮箱", "信箱", "郵箱", "收件箱", "空间", "容量", "收件人邮箱"], ["已满", "已滿", "满了", "空间不足", "空間不足", "不足"], [], ""),
    (["メールボックス", "受信箱", "容量", "の容量"], ["が満杯", "がいっぱい", "が一杯", "を超え", "を超過", "オーバー", "超過", "不足"], [], ""),
    (["메일함", "편지함", "사서함", "용량"], ["이 가득", "이 꽉", " 초과", "이 초과", " 부족", "이 부족"], [], ""),
]

private let largeMessages: [ForeignStates] = [
    (["nachricht", "mail", "e-mail", "die nachricht"], ["zu groß", "ist zu groß"], [], " "),
    (["bericht", "bericht is", "e-mail"], ["te groot", "is te groot"], [], " "),
    (["meddelelsen", "meldingen", "beskeden"], ["er for stor", "for stor"], [], " "),
    (["meddelandet"], ["är för stort", "för stort"], [], " "),
    (
        ["message", "le message", "votre message", "taille du message"],
        ["trop volumineux", "est trop volumineux", "trop gros", "trop grand", "trop grande", "dépasse"], [], " "
    ),
    (["mensaje", "el mensaje"], ["demasiado grande", "es demasiado grande", "excede"], [], " "),
    (
        ["mensagem", "a mensagem", "tamanho da mensagem"],
        ["muito grande", "é muito grande", "demasiado grande", "excede"], [], " "
    ),
    (
        ["messaggio", "il messaggio", "dimensione del messaggio"], ["troppo grande", "è troppo grande", "supera"], [],
        " "
    ),
    (["wiadomość"], ["jest zbyt duża", "zbyt duża", "za duża", "jest za duża"], ["zbyt duża", "za duża"], " "),
    (["zpráva", "správa"], ["je příliš velká", "příliš velká", "je príliš veľká"], [], " "),
    (
        ["сообщение", "письмо", "размер письма", "размер сообщения"],
        ["слишком большое", "слишком велико", "превышает", "слишком большой"], ["слишком большое"], " "
    ),
    (["邮件", "郵件", "信件"], ["过大", "太大", "過大", "大小超过", "大小超過"], [], ""),
    (["メール", "メッセージ"], ["が大きすぎ", "サイズが大きすぎ", "サイズが上限", "サイズを超え", "のサイズが大きすぎ", "のサイズが上限"], [], ""),
    (["메시지", "메일"], ["가 너무 큽니다", "이 너무 큽니다"], [], ""),
]

/// Words about the sender, the message and our address, where no other rule has known what is meant.
let builtInForeignLateRules =
    (lateSenders.flatMap(spellings).map { "    reason policy: \($0)" }
    + [foreignRules(refusedMessages, "policy"), foreignRules(domains, "domain-unknown")]
    + bareStates.flatMap(spellings).map { "    reason mailbox-unknown 550,551,553,5.1.*: \($0)" })
    .joined(separator: "\n")

private let lateSenders = [
    // Our address.
    "ip-adresse", "ip adresse", "ip-adres", "ip-adress", "ip-osoite", "adresse ip", "dirección ip", "endereço ip",
    "indirizzo ip", "adres ip", "adresu ip", "ip adresa", "adresa ip", "ip adresi", "ip-cím", "ip-адрес", "ip-адреса",
    "ip адрес", "адрес ip", "διεύθυνση ip", "ip地址", "ip 地址", "ipアドレス", "ip 주소", "địa chỉ ip", "alamat ip",
    // Our server, our domain.
    "ihr server", "ihrem server", "ihre domain", "ihrer domain", "votre serveur", "votre domaine", "su servidor",
    "su dominio", "seu servidor", "seu domínio", "vostro server", "tuo server", "suo server", "vostro dominio",
    "uw server", "uw domein", "twój serwer", "twoja domena", "państwa serwer", "váš server", "vaše doména",
    "ваш сервер", "вашего сервера", "ваш домен", "вашего домена", "您的服务器", "您的域名",
    // What is said of unwanted mail.
    "pourriel", "pourriels", "antyspamowy", "antyspamowego", "antyspam", "antispamový", "levélszemét", "roskaposti",
    "roskapostia", "skräppost", "søppelpost", "ongewenste", "unerwünschte", "indésirable", "no deseado",
    "indesejado", "indesiderata", "niechciana", "спам", "нежелательн", "небажан", "垃圾邮件", "垃圾郵件", "垃圾信",
    "スパム", "迷惑メール", "스팸", "réputation", "reputación", "reputação", "reputazione", "reputacja", "репутаци",
    "信誉", "拒绝接收", "拒收", "受信拒否", "수신 거부", "수신거부", "politique de sécurité", "richtlinie", "richtlinien",
    "política", "politika", "polityka", "политик", "策略",
]

private let refusedMessages: [ForeignStates] = [
    (
        ["nachricht", "mail", "e-mail", "annahme", "verbindung", "zugriff"],
        ["abgelehnt", "wurde abgelehnt", "zurückgewiesen", "wurde zurückgewiesen", "verweigert", "blockiert"], [], " "
    ),
    (["bericht", "e-mail", "verbinding", "toegang"], ["geweigerd", "is geweigerd", "geblokkeerd"], [], " "),
    (
        ["message", "mail", "courriel", "connexion", "accès", "service"],
        ["refusé", "rejeté", "refusée", "rejetée", "bloqué"], [], " "
    ),
    (
        ["mensaje", "correo", "conexión", "acceso"], ["rechazado", "rechazada", "denegado", "denegada", "bloqueado"],
        [], " "
    ),
    (
        ["mensagem", "conexão", "acesso", "e-mail"], ["recusada", "rejeitada", "negado", "bloqueada", "recusado"], [],
        " "
    ),
    (
        ["messaggio", "posta", "connessione", "accesso"], ["rifiutato", "respinto", "rifiutata", "negato", "bloccato"],
        [], " "
    ),
    (
        ["wiadomość", "wiadomość została", "połączenie", "dostęp"],
        ["odrzucona", "odrzucone", "zablokowana", "zabroniony"],
        [], " "
    ),
    (
        ["сообщение", "письмо", "соединение", "доступ"],
        ["отклонено", "отвергнуто", "заблокировано", "запрещен", "запрещён"], [], " "
    ),
    (["zpráva", "správa"], ["odmítnuta", "byla odmítnuta", "zamietnutá"], [], " "),
]

private let domains: [ForeignStates] = [
    (
        ["domain", "domäne", "die domain"],
        ["existiert nicht", "unbekannt", "ist unbekannt", "nicht gefunden", "ungültig"], ["unbekannte", "ungültige"],
        " "
    ),
    (
        ["domaine", "nom de domaine", "le domaine"],
        ["inconnu", "inexistant", "n'existe pas", "est inconnu", "introuvable", "invalide"], [], " "
    ),
    (["dominio", "el dominio"], ["no existe", "desconocido", "inexistente", "no encontrado", "inválido"], [], " "),
    (["domínio"], ["não existe", "inexistente", "desconhecido", "não encontrado", "inválido"], [], " "),
    (["dominio", "il dominio"], ["non esiste", "sconosciuto", "non trovato", "non valido"], [], " "),
    (["domein", "het domein"], ["bestaat niet", "onbekend", "niet gevonden"], ["onbekend"], " "),
    (
        ["domänen", "domænet", "domenet"], ["finns inte", "findes ikke", "finnes ikke", "är okänd", "er ukendt"], [],
        " "
    ),
    (["domena"], ["nie istnieje", "nieznana", "ne postoji", "ne obstaja"], ["nieznana"], " "),
    (["doména"], ["neexistuje", "neznámá", "nenalezena"], ["neznámá"], " "),
    (["домен"], ["не существует", "не найден", "не існує", "неизвестен"], ["неизвестный"], " "),
    (["域名", "域"], ["不存在", "未找到", "无效"], [], ""),
    (["ドメイン"], ["が存在しません", "が見つかりません", "は存在しません"], [], ""),
]

/// That something is not there, with nothing said of what: to RCPT it is the recipient.
private let bareStates = [
    "existiert nicht", "bestaat niet", "findes ikke", "finnes ikke", "finns inte", "n'existe pas", "n'existe plus",
    "inexistant", "no existe", "inexistente", "não existe", "non esiste", "inesistente", "nie istnieje", "neexistuje",
    "nem létezik",
    "nu există", "ne postoji", "bulunamadı", "mevcut değil", "δεν υπάρχει", "не существует", "не найден", "не існує",
    "不存在", "が存在しません", "は存在しません", "존재하지 않",
]
