/// Built-in rules about what a notice is called and behind which words its addresses stand, for every language alike:
/// a notice says in its subject, in its text or in both that the message was not delivered.
let builtInForeignNoticeRules =
    foreignFailures.flatMap { phrase in
        ["subject failure", "recipients failed", "text failure"].map { "    \($0): \(phrase)" }
    }
    .joined(separator: "\n")

private let foreignFailures = [
    // English.
    "could not be sent", "has come back", "hand over your mail", "to the following person was returned",
    "did not reach the recipient", "could not be handed over",
    // German.
    "fehler bei der zustellung", "nicht erreichter empfänger", "nicht erreichte empfänger", "ist nicht angekommen",
    "nicht ausgeliefert", "kam nicht an", "nicht zugestellt", "konnte nicht übergeben werden", "zustellung gescheitert",
    // French.
    "n'a pas été remis", "n'a pas été délivré", "n'a pas pu être acheminé", "n'a pas été acheminé", "non délivré",
    "pas pu acheminer", "pas pu remettre", "pas pu délivrer", "échec de livraison", "échec de distribution",
    // Spanish, Catalan.
    "error al enviar", "no recibió su", "no ha sido entregado", "no fue entregado", "no llegó a su destino",
    "no pudo entregarse", "no se entregó", "error de lliurament", "no s'ha pogut lliurar",
    // Portuguese.
    "não foi entregue", "não chegou ao", "não conseguimos entregar", "erro de entrega", "não pôde ser enviada",
    "não pode ser entregue", "falha no envio",
    // Italian.
    "non è stato consegnato", "non consegnato", "messaggio respinto", "possibile consegnare", "possibile recapitare",
    "mancata consegna", "non è arrivato",
    // Dutch.
    "bezorgfout", "is mislukt voor", "niet aangekomen", "niet afgeleverd", "kon niet worden bezorgd", "niet bezorgd",
    // Danish, Norwegian, Swedish, Icelandic.
    "blev ikke leveret", "kunne ikke aflevere", "ikke afleveret", "leveringsfejl", "ble ikke levert",
    "klarte ikke å levere", "kunne ikke levere", "leveringsfeil", "kom inte fram", "kunde inte leverera",
    "levererades inte",
    "leveransfel", "komst ekki til skila", "tókst að afhenda",
    // Finnish, Estonian, Latvian, Lithuanian.
    "ei toimitettu", "toimittaminen seuraavalle", "ei voitu toimittaa", "toimitus ei onnistunut", "ei edastatud",
    "ei saanud edastada", "ei jõudnud kohale", "piegādes kļūda", "iespējams piegādāt", "netika piegādāts",
    "pristatymo klaida", "nebuvo pristatytas", "nebuvo pristatyta",
    // Polish, Czech, Slovak.
    "nie została dostarczona", "nie dotarła do", "błąd dostarczenia", "można było dostarczyć", "błąd doręczenia",
    "nebyla doručena", "nepodařilo doručit", "chyba doručení", "možné doručit", "nebola doručená",
    "nepodarilo doručiť", "chyba doručenia", "možné doručiť",
    // Hungarian, Romanian, Croatian, Serbian, Slovenian.
    "kézbesítési hiba", "nem tudtuk kézbesíteni", "nem kézbesíthető", "nem sikerült eljuttatni", "nem érkezett meg",
    "eroare la livrare", "nu a ajuns", "nu a fost livrat", "nu am putut livra", "greška pri isporuci",
    "moguće dostaviti", "nije dostavljena", "mogla biti isporučena", "napaka pri dostavi", "mogoče dostaviti",
    // Russian, Ukrainian, Bulgarian, Macedonian.
    "уведомление о недоставке", "не доставлено", "удалось доставить", "не дошло", "лист не доставлено",
    "не вдалося доставити", "писмото не е доставено", "да бъде доставено", "не е испорачана", "да се испорача",
    // Greek, Turkish.
    "δεν παραδόθηκε", "να παραδώσουμε", "teslim edilemedi", "ulaştırılamadı", "gönderim hatası", "iletilemedi",
    // Arabic, Hebrew, Persian, Hindi.
    "لم يتم تسليم", "نتمكن من تسليم", "לא נמסרה", "הצלחנו למסור", "تحویل نشد", "تحویل داده نشد",
    "वितरित नहीं", "नहीं पहुँचाया", "डिलीवर नहीं",
    // Thai, Vietnamese, Indonesian, Malay.
    "ไม่สามารถส่งอีเมล", "ไม่สามารถส่งถึง", "không gửi được", "không thể gửi", "tidak terkirim", "tidak dapat disampaikan",
    "gagal dihantar", "tidak dapat dihantar",
    // Chinese, Japanese, Korean.
    "投递失败", "投遞失敗", "未能送达", "未能送達", "邮件被退回", "郵件被退回", "未送達", "无法投递", "無法投遞", "届きませんでした", "お届けできません",
    "送信失敗", "送信ができません", "送信できません", "配信できません", "전달할 수 없습니다", "전달하지 못했습니다", "보낼 수 없습니다",
]
