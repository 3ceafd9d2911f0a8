/// Built-in rules about notices in the languages of northern and eastern Europe.
///
/// How a notice is called, where the addresses stand, full, unknown.
/// For notices of servers that speak to their own people and quote nothing of the message.
let builtInEasternRules = #"""
    # Danish.
    recipients failed: kunne ikke afleveres
    text failure: kunne ikke afleveres
    recipients failed: ikke blev leveret
    text failure: ikke blev leveret
    subject failure: kunne ikke leveres
    subject failure: ikke leveret
    subject failure: levering mislykkedes
    subject failure: uleverbar
    subject failure: kan ikke leveres
    recipients failed: kunne ikke leveres
    text failure: kunne ikke leveres
    recipients failed: kan ikke leveres
    text failure: kan ikke leveres
    recipients failed: blev ikke leveret
    text failure: blev ikke leveret
    reason mailbox-full: postkassen er fuld
    reason mailbox-full: indbakken er fuld
    reason mailbox-unknown: ukendt bruger
    reason mailbox-unknown: brugeren findes ikke
    reason mailbox-unknown: bruger findes ikke
    reason mailbox-unknown: modtageren findes ikke
    reason mailbox-unknown: modtager findes ikke
    reason mailbox-unknown: ukendt modtager
    reason mailbox-unknown: adressen findes ikke
    reason mailbox-unknown: postkassen findes ikke
    reason mailbox-unknown: kontoen findes ikke
    reason mailbox-unknown: adresse findes ikke
    # Swedish.
    subject failure: leveransen misslyckades
    recipients failed: gick inte att leverera
    text failure: gick inte att leverera
    subject failure: kunde inte levereras
    subject failure: ej levererat
    subject failure: leverans misslyckades
    subject failure: leveransfel
    subject failure: olevererat
    subject failure: obeställbart
    recipients failed: kunde inte levereras
    text failure: kunde inte levereras
    recipients failed: kan inte levereras
    text failure: kan inte levereras
    recipients failed: har inte levererats
    text failure: har inte levererats
    reason mailbox-full: brevlådan är full
    reason mailbox-full: inkorgen är full
    reason mailbox-unknown: okänd användare
    reason mailbox-unknown: användaren finns inte
    reason mailbox-unknown: användare finns inte
    reason mailbox-unknown: mottagaren finns inte
    reason mailbox-unknown: mottagare finns inte
    reason mailbox-unknown: okänd mottagare
    reason mailbox-unknown: adressen finns inte
    reason mailbox-unknown: brevlådan finns inte
    reason mailbox-unknown: kontot finns inte
    reason mailbox-unknown: användaren existerar inte
    # Norwegian.
    subject failure: leveringen mislyktes
    subject failure: levering mislyktes
    subject failure: ikke levert
    subject failure: kunne ikke levere
    recipients failed: ble ikke levert
    text failure: ble ikke levert
    reason mailbox-full: postboksen er full
    reason mailbox-full: innboksen er full
    reason mailbox-unknown: ukjent bruker
    reason mailbox-unknown: brukeren finnes ikke
    reason mailbox-unknown: bruker finnes ikke
    reason mailbox-unknown: mottakeren finnes ikke
    reason mailbox-unknown: mottaker finnes ikke
    reason mailbox-unknown: ukjent mottaker
    reason mailbox-unknown: adressen finnes ikke
    reason mailbox-unknown: postboksen finnes ikke
    reason mailbox-unknown: kontoen finnes ikke
    reason mailbox-unknown: brukeren eksisterer ikke
    # Finnish.
    subject failure: toimittaminen epäonnistui
    subject failure: toimitus epäonnistui
    subject failure: ei voitu toimittaa
    subject failure: viestiä ei voitu
    subject failure: perille toimittamaton
    subject failure: palautettu viesti
    recipients failed: ei voitu toimittaa
    text failure: ei voitu toimittaa
    recipients failed: ei voida toimittaa
    text failure: ei voida toimittaa
    recipients failed: toimitus epäonnistui
    text failure: toimitus epäonnistui
    recipients failed: toimittaminen epäonnistui
    text failure: toimittaminen epäonnistui
    reason mailbox-full: postilaatikko on täynnä
    reason mailbox-full: postilaatikko täynnä
    reason mailbox-unknown: tuntematon käyttäjä
    reason mailbox-unknown: käyttäjää ei ole
    reason mailbox-unknown: käyttäjää ei löydy
    reason mailbox-unknown: vastaanottajaa ei ole
    reason mailbox-unknown: vastaanottajaa ei löydy
    reason mailbox-unknown: tuntematon vastaanottaja
    reason mailbox-unknown: osoitetta ei ole
    reason mailbox-unknown: osoitetta ei löydy
    reason mailbox-unknown: postilaatikkoa ei ole
    reason mailbox-unknown: tiliä ei ole
    reason mailbox-unknown: käyttäjää ei löytynyt
    reason mailbox-unknown: vastaanottajaa ei löytynyt
    # Polish.
    subject failure: wiadomość niedostarczona
    subject failure: niedostarczalna
    subject failure: nie dostarczono
    subject failure: nie można dostarczyć
    subject failure: błąd dostarczania
    subject failure: niedoręczona
    subject failure: zwrot wiadomości
    subject failure: nie została dostarczona
    subject failure: nie udało się dostarczyć
    recipients failed: nie mogła zostać dostarczona
    text failure: nie mogła zostać dostarczona
    recipients failed: nie została dostarczona
    text failure: nie została dostarczona
    recipients failed: nie można dostarczyć
    text failure: nie można dostarczyć
    recipients failed: nie udało się dostarczyć
    text failure: nie udało się dostarczyć
    recipients failed: nie mogła być dostarczona
    text failure: nie mogła być dostarczona
    reason mailbox-full: skrzynka jest pełna
    reason mailbox-full: skrzynka pełna
    reason mailbox-full: przekroczony limit skrzynki
    reason mailbox-unknown: konto nie istnieje
    reason mailbox-unknown: użytkownik nie istnieje
    reason mailbox-unknown: użytkownik nieznany
    reason mailbox-unknown: nie ma takiego użytkownika
    reason mailbox-unknown: nie znaleziono użytkownika
    reason mailbox-unknown: odbiorca nie istnieje
    reason mailbox-unknown: nieznany odbiorca
    reason mailbox-unknown: skrzynka nie istnieje
    reason mailbox-unknown: skrzynka pocztowa nie istnieje
    reason mailbox-unknown: adres nie istnieje
    reason mailbox-unknown: nieznany adres
    reason mailbox-unknown: nie ma takiej skrzynki
    reason mailbox-unknown: konto zostało usunięte
    reason mailbox-unknown: brak takiego użytkownika
    # Czech.
    subject failure: nedoručitelné
    subject failure: nedoručitelná
    subject failure: nedoručeno
    subject failure: nedoručená
    subject failure: nebylo možné doručit
    subject failure: nelze doručit
    subject failure: doručení selhalo
    subject failure: selhání doručení
    subject failure: chyba doručení
    recipients failed: nebylo možné doručit
    text failure: nebylo možné doručit
    recipients failed: nelze doručit
    text failure: nelze doručit
    recipients failed: nepodařilo se doručit
    text failure: nepodařilo se doručit
    recipients failed: nemohla být doručena
    text failure: nemohla být doručena
    recipients failed: nebyla doručena
    text failure: nebyla doručena
    reason mailbox-full: schránka je plná
    reason mailbox-full: schránka plná
    reason mailbox-full: plná schránka
    reason mailbox-unknown: uživatel neexistuje
    reason mailbox-unknown: neznámý uživatel
    reason mailbox-unknown: uživatel nenalezen
    reason mailbox-unknown: příjemce neexistuje
    reason mailbox-unknown: neznámý příjemce
    reason mailbox-unknown: schránka neexistuje
    reason mailbox-unknown: adresa neexistuje
    reason mailbox-unknown: účet neexistuje
    reason mailbox-unknown: adresát neexistuje
    reason mailbox-unknown: adresát neznámý
    # Slovak.
    subject failure: nedoručiteľné
    subject failure: nedoručiteľná
    subject failure: nedoručené
    subject failure: nebolo možné doručiť
    subject failure: doručenie zlyhalo
    subject failure: nepodarilo sa doručiť
    recipients failed: nebolo možné doručiť
    text failure: nebolo možné doručiť
    recipients failed: nemožno doručiť
    text failure: nemožno doručiť
    recipients failed: nepodarilo sa doručiť
    text failure: nepodarilo sa doručiť
    recipients failed: nebola doručená
    text failure: nebola doručená
    reason mailbox-unknown: používateľ neexistuje
    reason mailbox-unknown: užívateľ neexistuje
    reason mailbox-unknown: neznámy používateľ
    reason mailbox-unknown: príjemca neexistuje
    reason mailbox-unknown: neznámy príjemca
    # Hungarian.
    subject failure: kézbesíthetetlen
    subject failure: sikertelen kézbesítés
    subject failure: nem kézbesíthető
    subject failure: kézbesítési hiba
    subject failure: a kézbesítés sikertelen
    subject failure: kézbesítés sikertelen
    recipients failed: nem sikerült kézbesíteni
    text failure: nem sikerült kézbesíteni
    recipients failed: nem kézbesíthető
    text failure: nem kézbesíthető
    recipients failed: nem lehetett kézbesíteni
    text failure: nem lehetett kézbesíteni
    recipients failed: kézbesítése sikertelen
    text failure: kézbesítése sikertelen
    recipients failed: nem lett kézbesítve
    text failure: nem lett kézbesítve
    reason mailbox-full: a postafiók megtelt
    reason mailbox-full: postafiók megtelt
    reason mailbox-full: postafiók tele
    reason mailbox-unknown: ismeretlen felhasználó
    reason mailbox-unknown: a felhasználó nem létezik
    reason mailbox-unknown: felhasználó nem létezik
    reason mailbox-unknown: a címzett nem létezik
    reason mailbox-unknown: címzett nem létezik
    reason mailbox-unknown: ismeretlen címzett
    reason mailbox-unknown: nem létező felhasználó
    reason mailbox-unknown: nem létező címzett
    reason mailbox-unknown: nincs ilyen felhasználó
    reason mailbox-unknown: a postafiók nem létezik
    reason mailbox-unknown: postafiók nem létezik
    reason mailbox-unknown: a cím nem létezik
    # Romanian.
    subject failure: nelivrat
    subject failure: nu a putut fi livrat
    subject failure: livrare eșuată
    subject failure: livrare esuata
    subject failure: eroare de livrare
    subject failure: imposibil de livrat
    recipients failed: nu a putut fi livrat
    text failure: nu a putut fi livrat
    recipients failed: nu poate fi livrat
    text failure: nu poate fi livrat
    recipients failed: nu a fost livrat
    text failure: nu a fost livrat
    recipients failed: nu s-a putut livra
    text failure: nu s-a putut livra
    reason mailbox-full: căsuța poștală este plină
    reason mailbox-full: căsuța este plină
    reason mailbox-unknown: utilizator necunoscut
    reason mailbox-unknown: utilizatorul nu există
    reason mailbox-unknown: utilizator inexistent
    reason mailbox-unknown: destinatar necunoscut
    reason mailbox-unknown: destinatarul nu există
    reason mailbox-unknown: destinatar inexistent
    reason mailbox-unknown: adresa nu există
    reason mailbox-unknown: adresă inexistentă
    reason mailbox-unknown: căsuța poștală nu există
    reason mailbox-unknown: contul nu există
    reason mailbox-unknown: cont inexistent
    # Bulgarian.
    subject failure: недоставено
    subject failure: неуспешна доставка
    subject failure: не може да бъде доставено
    subject failure: съобщението не е доставено
    subject failure: грешка при доставка
    recipients failed: не може да бъде доставено
    text failure: не може да бъде доставено
    recipients failed: не беше доставено
    text failure: не беше доставено
    recipients failed: не можа да бъде доставено
    text failure: не можа да бъде доставено
    recipients failed: не е доставено
    text failure: не е доставено
    reason mailbox-full: пощенската кутия е пълна
    reason mailbox-full: кутията е пълна
    reason mailbox-unknown: няма такъв потребител
    reason mailbox-unknown: непознат потребител
    reason mailbox-unknown: потребителят не съществува
    reason mailbox-unknown: потребител не съществува
    reason mailbox-unknown: получателят не съществува
    reason mailbox-unknown: получател не съществува
    reason mailbox-unknown: адресът не съществува
    reason mailbox-unknown: пощенската кутия не съществува
    reason mailbox-unknown: неизвестен потребител
    reason mailbox-unknown: неизвестен получател
    """#
