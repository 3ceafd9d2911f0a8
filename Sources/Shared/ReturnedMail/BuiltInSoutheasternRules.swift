/// Built-in rules about notices in the languages of eastern Europe and Turkey.
///
/// How a notice is called, where the addresses stand, full, unknown.
/// For notices of servers that speak to their own people and quote nothing of the message.
let builtInSoutheasternRules = #"""
    # Russian.
    subject failure: сообщение не доставлено
    subject failure: не доставлено
    subject failure: недоставлено
    subject failure: ошибка доставки
    subject failure: невозможно доставить
    subject failure: не удалось доставить
    subject failure: возврат письма
    subject failure: не может быть доставлено
    recipients failed: не может быть доставлено
    text failure: не может быть доставлено
    recipients failed: не могло быть доставлено
    text failure: не могло быть доставлено
    recipients failed: не было доставлено
    text failure: не было доставлено
    recipients failed: не удалось доставить
    text failure: не удалось доставить
    recipients failed: невозможно доставить
    text failure: невозможно доставить
    recipients failed: не доставлено
    text failure: не доставлено
    reason mailbox-full: ящик получателя переполнен
    reason mailbox-full: почтовый ящик переполнен
    reason mailbox-full: почтовый ящик полон
    reason mailbox-full: ящик заполнен
    reason mailbox-unknown: пользователь не существует
    reason mailbox-unknown: такого пользователя нет
    reason mailbox-unknown: нет такого пользователя
    reason mailbox-unknown: неизвестный пользователь
    reason mailbox-unknown: получатель не найден
    reason mailbox-unknown: получатель не существует
    reason mailbox-unknown: неизвестный получатель
    reason mailbox-unknown: адресат не существует
    reason mailbox-unknown: адрес не существует
    reason mailbox-unknown: адрес не найден
    reason mailbox-unknown: почтовый ящик не существует
    reason mailbox-unknown: почтовый ящик не найден
    reason mailbox-unknown: ящик не существует
    reason mailbox-unknown: ящик не найден
    reason mailbox-unknown: ящик заблокирован
    reason mailbox-unknown: учетная запись не существует
    reason mailbox-unknown: учётная запись не существует
    reason mailbox-unknown: несуществующий адрес
    # Ukrainian.
    subject failure: помилка доставки
    subject failure: не вдалося доставити
    subject failure: неможливо доставити
    subject failure: повідомлення не доставлено
    recipients failed: не може бути доставлено
    text failure: не може бути доставлено
    recipients failed: не вдалося доставити
    text failure: не вдалося доставити
    recipients failed: неможливо доставити
    text failure: неможливо доставити
    recipients failed: не було доставлено
    text failure: не було доставлено
    reason mailbox-full: скринька переповнена
    reason mailbox-full: поштова скринька переповнена
    reason mailbox-unknown: користувач не існує
    reason mailbox-unknown: користувача не існує
    reason mailbox-unknown: користувача не знайдено
    reason mailbox-unknown: такого користувача немає
    reason mailbox-unknown: немає такого користувача
    reason mailbox-unknown: невідомий користувач
    reason mailbox-unknown: одержувач не існує
    reason mailbox-unknown: одержувача не існує
    reason mailbox-unknown: одержувача не знайдено
    reason mailbox-unknown: адреса не існує
    reason mailbox-unknown: адресу не знайдено
    reason mailbox-unknown: поштова скринька не існує
    reason mailbox-unknown: скринька не існує
    reason mailbox-unknown: скриньки не існує
    # Greek.
    subject failure: δεν παραδόθηκε
    subject failure: αποτυχία παράδοσης
    subject failure: μη παραδοτέο
    subject failure: αδυναμία παράδοσης
    subject failure: δεν ήταν δυνατή η παράδοση
    recipients failed: δεν παραδόθηκε
    text failure: δεν παραδόθηκε
    recipients failed: δεν ήταν δυνατή η παράδοση
    text failure: δεν ήταν δυνατή η παράδοση
    recipients failed: δεν μπόρεσε να παραδοθεί
    text failure: δεν μπόρεσε να παραδοθεί
    recipients failed: αποτυχία παράδοσης
    text failure: αποτυχία παράδοσης
    reason mailbox-full: το γραμματοκιβώτιο είναι πλήρες
    reason mailbox-full: γραμματοκιβώτιο είναι γεμάτο
    reason mailbox-unknown: άγνωστος χρήστης
    reason mailbox-unknown: ο χρήστης δεν υπάρχει
    reason mailbox-unknown: χρήστης δεν υπάρχει
    reason mailbox-unknown: ο παραλήπτης δεν υπάρχει
    reason mailbox-unknown: παραλήπτης δεν υπάρχει
    reason mailbox-unknown: άγνωστος παραλήπτης
    reason mailbox-unknown: η διεύθυνση δεν υπάρχει
    reason mailbox-unknown: διεύθυνση δεν υπάρχει
    reason mailbox-unknown: το γραμματοκιβώτιο δεν υπάρχει
    reason mailbox-unknown: δεν υπάρχει τέτοιος χρήστης
    reason mailbox-unknown: ο λογαριασμός δεν υπάρχει
    # Turkish.
    subject failure: teslim edilemedi
    subject failure: iletilemedi
    subject failure: teslim edilemeyen
    subject failure: teslimat başarısız
    subject failure: gönderilemedi
    subject failure: teslim hatası
    recipients failed: teslim edilemedi
    text failure: teslim edilemedi
    recipients failed: iletilemedi
    text failure: iletilemedi
    recipients failed: teslim edilememiştir
    text failure: teslim edilememiştir
    recipients failed: ulaştırılamadı
    text failure: ulaştırılamadı
    reason mailbox-full: posta kutusu dolu
    reason mailbox-full: posta kutusu doldu
    reason mailbox-full: gelen kutusu dolu
    reason mailbox-unknown: kullanıcı bulunamadı
    reason mailbox-unknown: kullanıcı yok
    reason mailbox-unknown: böyle bir kullanıcı yok
    reason mailbox-unknown: bilinmeyen kullanıcı
    reason mailbox-unknown: kullanıcı mevcut değil
    reason mailbox-unknown: alıcı bulunamadı
    reason mailbox-unknown: alıcı mevcut değil
    reason mailbox-unknown: bilinmeyen alıcı
    reason mailbox-unknown: adres bulunamadı
    reason mailbox-unknown: adres mevcut değil
    reason mailbox-unknown: posta kutusu bulunamadı
    reason mailbox-unknown: posta kutusu mevcut değil
    reason mailbox-unknown: hesap bulunamadı
    reason mailbox-unknown: geçersiz alıcı
    # Croatian, Serbian, Bosnian.
    subject failure: poruka nije isporučena
    subject failure: nije dostavljena
    subject failure: порука није испоручена
    recipients failed: nije dostavljena
    text failure: nije dostavljena
    recipients failed: није достављена
    text failure: није достављена
    subject failure: neisporučeno
    subject failure: neisporučena
    subject failure: isporuka nije uspjela
    subject failure: isporuka nije uspela
    subject failure: neuspjela isporuka
    subject failure: neuspela isporuka
    subject failure: nije isporučena
    subject failure: nije isporučeno
    subject failure: није испоручена
    subject failure: неиспоручено
    subject failure: неиспоручена
    recipients failed: nije bilo moguće isporučiti
    text failure: nije bilo moguće isporučiti
    recipients failed: nije moguće isporučiti
    text failure: nije moguće isporučiti
    recipients failed: nije mogla biti isporučena
    text failure: nije mogla biti isporučena
    recipients failed: nije isporučena
    text failure: nije isporučena
    recipients failed: није могуће испоручити
    text failure: није могуће испоручити
    recipients failed: није испоручена
    text failure: није испоручена
    reason mailbox-full: sandučić je pun
    reason mailbox-full: pretinac je pun
    reason mailbox-full: сандуче је пуно
    reason mailbox-unknown: korisnik ne postoji
    reason mailbox-unknown: nepoznat korisnik
    reason mailbox-unknown: nepoznati korisnik
    reason mailbox-unknown: primatelj ne postoji
    reason mailbox-unknown: primalac ne postoji
    reason mailbox-unknown: nepoznat primatelj
    reason mailbox-unknown: adresa ne postoji
    reason mailbox-unknown: sandučić ne postoji
    reason mailbox-unknown: pretinac ne postoji
    reason mailbox-unknown: račun ne postoji
    reason mailbox-unknown: nalog ne postoji
    reason mailbox-unknown: корисник не постоји
    reason mailbox-unknown: непознат корисник
    reason mailbox-unknown: прималац не постоји
    reason mailbox-unknown: адреса не постоји
    # Slovenian.
    subject failure: nedostavljivo
    subject failure: ni bilo mogoče dostaviti
    subject failure: dostava ni uspela
    subject failure: nedostavljeno
    subject failure: ni dostavljeno
    recipients failed: ni bilo mogoče dostaviti
    text failure: ni bilo mogoče dostaviti
    recipients failed: ni mogoče dostaviti
    text failure: ni mogoče dostaviti
    recipients failed: ni bilo dostavljeno
    text failure: ni bilo dostavljeno
    recipients failed: ni dostavljeno
    text failure: ni dostavljeno
    reason mailbox-full: nabiralnik je poln
    reason mailbox-full: predal je poln
    reason mailbox-unknown: uporabnik ne obstaja
    reason mailbox-unknown: neznan uporabnik
    reason mailbox-unknown: prejemnik ne obstaja
    reason mailbox-unknown: neznan prejemnik
    reason mailbox-unknown: naslov ne obstaja
    reason mailbox-unknown: nabiralnik ne obstaja
    reason mailbox-unknown: predal ne obstaja
    reason mailbox-unknown: račun ne obstaja
    # Estonian.
    subject failure: ei saanud kätte toimetada
    recipients failed: ei saanud toimetada
    text failure: ei saanud toimetada
    recipients failed: ei õnnestunud toimetada
    text failure: ei õnnestunud toimetada
    recipients failed: ei saanud kätte toimetada
    text failure: ei saanud kätte toimetada
    subject failure: kättetoimetamine ebaõnnestus
    subject failure: ei saanud kohale toimetada
    subject failure: kohaletoimetamine ebaõnnestus
    subject failure: kättetoimetamatu
    subject failure: ei õnnestunud edastada
    recipients failed: ei saanud kohale toimetada
    text failure: ei saanud kohale toimetada
    recipients failed: ei õnnestunud edastada
    text failure: ei õnnestunud edastada
    recipients failed: ei olnud võimalik kohale toimetada
    text failure: ei olnud võimalik kohale toimetada
    recipients failed: kohaletoimetamine ebaõnnestus
    text failure: kohaletoimetamine ebaõnnestus
    recipients failed: ei õnnestunud kohale toimetada
    text failure: ei õnnestunud kohale toimetada
    reason mailbox-full: postkast on täis
    reason mailbox-unknown: kasutajat ei ole
    reason mailbox-unknown: kasutajat ei leitud
    reason mailbox-unknown: tundmatu kasutaja
    reason mailbox-unknown: kasutajat pole olemas
    reason mailbox-unknown: adressaati ei leitud
    reason mailbox-unknown: adressaat puudub
    reason mailbox-unknown: saajat ei leitud
    reason mailbox-unknown: aadressi ei ole
    reason mailbox-unknown: aadressi ei leitud
    reason mailbox-unknown: postkasti ei ole
    reason mailbox-unknown: postkasti pole olemas
    reason mailbox-unknown: kasutajat ei eksisteeri
    # Latvian.
    subject failure: nepiegādāts
    subject failure: nevarēja piegādāt
    subject failure: piegāde neizdevās
    subject failure: neizdevās piegādāt
    subject failure: nav piegādāts
    recipients failed: nevarēja piegādāt
    text failure: nevarēja piegādāt
    recipients failed: neizdevās piegādāt
    text failure: neizdevās piegādāt
    recipients failed: nav piegādāta
    text failure: nav piegādāta
    recipients failed: nevar piegādāt
    text failure: nevar piegādāt
    reason mailbox-full: pastkaste ir pilna
    reason mailbox-unknown: lietotājs neeksistē
    reason mailbox-unknown: nezināms lietotājs
    reason mailbox-unknown: lietotājs nav atrasts
    reason mailbox-unknown: saņēmējs neeksistē
    reason mailbox-unknown: nezināms saņēmējs
    reason mailbox-unknown: saņēmējs nav atrasts
    reason mailbox-unknown: adrese neeksistē
    reason mailbox-unknown: pastkaste neeksistē
    reason mailbox-unknown: konts neeksistē
    reason mailbox-unknown: šāda lietotāja nav
    # Lithuanian.
    subject failure: laiškas nepristatytas
    subject failure: nepristatytas
    subject failure: nepavyko pristatyti
    subject failure: pristatymas nepavyko
    subject failure: nepristatyta
    subject failure: neįmanoma pristatyti
    recipients failed: nepavyko pristatyti
    text failure: nepavyko pristatyti
    recipients failed: negalima pristatyti
    text failure: negalima pristatyti
    recipients failed: nebuvo pristatytas
    text failure: nebuvo pristatytas
    recipients failed: nepristatytas
    text failure: nepristatytas
    recipients failed: neįmanoma pristatyti
    text failure: neįmanoma pristatyti
    reason mailbox-full: pašto dėžutė pilna
    reason mailbox-full: pašto dėžutė yra pilna
    reason mailbox-unknown: vartotojas neegzistuoja
    reason mailbox-unknown: naudotojas neegzistuoja
    reason mailbox-unknown: nežinomas vartotojas
    reason mailbox-unknown: nežinomas naudotojas
    reason mailbox-unknown: vartotojas nerastas
    reason mailbox-unknown: gavėjas neegzistuoja
    reason mailbox-unknown: nežinomas gavėjas
    reason mailbox-unknown: gavėjas nerastas
    reason mailbox-unknown: adresas neegzistuoja
    reason mailbox-unknown: pašto dėžutė neegzistuoja
    reason mailbox-unknown: paskyra neegzistuoja
    reason mailbox-unknown: tokio vartotojo nėra
    # Catalan.
    subject failure: no s'ha pogut lliurar
    subject failure: error de lliurament
    subject failure: lliurament fallit
    subject failure: no lliurat
    recipients failed: no s'ha pogut lliurar
    text failure: no s'ha pogut lliurar
    recipients failed: no s'ha lliurat
    text failure: no s'ha lliurat
    recipients failed: no es pot lliurar
    text failure: no es pot lliurar
    reason mailbox-full: bústia plena
    reason mailbox-full: la bústia és plena
    reason mailbox-unknown: usuari desconegut
    reason mailbox-unknown: l'usuari no existeix
    reason mailbox-unknown: destinatari desconegut
    reason mailbox-unknown: el destinatari no existeix
    reason mailbox-unknown: l'adreça no existeix
    reason mailbox-unknown: la bústia no existeix
    # Icelandic.
    recipients failed: komust ekki til skila
    text failure: komust ekki til skila
    recipients failed: tókst ekki að afhenda
    text failure: tókst ekki að afhenda
    subject failure: ekki tókst að afhenda
    subject failure: óafhentur póstur
    subject failure: afhending mistókst
    recipients failed: ekki tókst að afhenda
    text failure: ekki tókst að afhenda
    recipients failed: var ekki afhentur
    text failure: var ekki afhentur
    reason mailbox-full: pósthólfið er fullt
    reason mailbox-unknown: óþekktur notandi
    reason mailbox-unknown: notandi er ekki til
    reason mailbox-unknown: viðtakandi er ekki til
    reason mailbox-unknown: netfangið er ekki til
    """#
