/// Built-in rules about notices in the languages of western Europe.
///
/// How a notice is called, where the addresses stand, full, unknown.
/// For notices of servers that speak to their own people and quote nothing of the message.
let builtInWesternRules = #"""
    # German.
    subject failure: zustellung nicht möglich
    subject failure: e-mail unzustellbar
    subject failure: nicht zugestellt
    recipients failed: konnten nicht erreicht werden
    text failure: konnten nicht erreicht werden
    recipients failed: zustellung ihrer e-mail an
    text failure: zustellung ihrer e-mail an
    recipients failed: folgenden empfänger ist fehlgeschlagen
    text failure: folgenden empfänger ist fehlgeschlagen
    recipients failed: nicht ausgeliefert werden
    text failure: nicht ausgeliefert werden
    recipients failed: nicht übermittelt werden
    text failure: nicht übermittelt werden
    subject failure: unzustellbar:
    subject failure: zustellung fehlgeschlagen
    subject failure: zustellungsfehler
    subject failure: zustellfehler
    subject failure: nachricht nicht zustellbar
    subject failure: unzustellbare e-mail
    subject failure: konnte nicht zugestellt werden
    subject failure: rückläufer
    recipients failed: konnte nicht zugestellt werden
    text failure: konnte nicht zugestellt werden
    recipients failed: konnten nicht zugestellt werden
    text failure: konnten nicht zugestellt werden
    recipients failed: nicht zugestellt werden
    text failure: nicht zugestellt werden
    recipients failed: zustellung an folgende
    text failure: zustellung an folgende
    recipients failed: zustellung an die folgenden
    text failure: zustellung an die folgenden
    reason mailbox-full: postfach des empfängers ist voll
    reason mailbox-full: speicherplatz erschöpft
    reason mailbox-full: postfach ist überfüllt
    reason mailbox-full: quota überschritten
    reason mailbox-unknown: empfänger existiert nicht
    reason mailbox-unknown: empfänger nicht gefunden
    reason mailbox-unknown: empfängeradresse existiert nicht
    reason mailbox-unknown: benutzer existiert nicht
    reason mailbox-unknown: benutzer nicht gefunden
    reason mailbox-unknown: postfach existiert nicht
    reason mailbox-unknown: postfach nicht gefunden
    reason mailbox-unknown: konto existiert nicht
    reason mailbox-unknown: konto existiert nicht mehr
    reason mailbox-unknown: adresse unbekannt
    reason mailbox-unknown: unbekannte adresse
    reason mailbox-unknown: unbekannte empfängeradresse
    reason mailbox-unknown: adresse ungültig
    reason mailbox-unknown: ungültige empfängeradresse
    reason mailbox-unknown: existiert hier nicht
    reason mailbox-unknown: konto deaktiviert
    reason mailbox-unknown: postfach deaktiviert
    # French.
    subject failure: avis de non-remise
    subject failure: non-remise
    subject failure: erreur de livraison
    subject failure: message non remis
    recipients failed: n'a pu être distribué à
    text failure: n'a pu être distribué à
    recipients failed: n'a pu être remis à
    text failure: n'a pu être remis à
    recipients failed: n'a pu être livré
    text failure: n'a pu être livré
    recipients failed: la remise à ces destinataires a échoué
    text failure: la remise à ces destinataires a échoué
    recipients failed: remise à ces destinataires
    text failure: remise à ces destinataires
    recipients failed: impossible de distribuer
    text failure: impossible de distribuer
    subject failure: non délivré
    subject failure: non remise
    subject failure: message non distribué
    subject failure: échec de remise
    subject failure: échec de la livraison
    subject failure: échec de livraison
    subject failure: échec d'envoi
    subject failure: courrier non distribué
    subject failure: non distribué
    recipients failed: n'a pas pu être remis
    recipients failed: n'a pas pu être distribué
    text failure: n'a pas pu être distribué
    recipients failed: n'a pas pu être livré
    text failure: n'a pas pu être livré
    recipients failed: n'a pas pu être délivré
    text failure: n'a pas pu être délivré
    recipients failed: n'ont pas pu être
    text failure: n'ont pas pu être
    recipients failed: n'a pas été remis
    text failure: n'a pas été remis
    recipients failed: n'a pas été délivré
    text failure: n'a pas été délivré
    recipients failed: impossible de remettre
    text failure: impossible de remettre
    recipients failed: impossible de livrer
    text failure: impossible de livrer
    reason mailbox-full: boite du destinataire pleine
    reason mailbox-full: boîte du destinataire pleine
    reason mailbox-full: boîte pleine
    reason mailbox-full: quota dépassé
    reason mailbox-unknown: utilisateur n'existe pas
    reason mailbox-unknown: utilisateur introuvable
    reason mailbox-unknown: destinataire introuvable
    reason mailbox-unknown: destinataire n'existe pas
    reason mailbox-unknown: boîte aux lettres inexistante
    reason mailbox-unknown: boîte aux lettres n'existe pas
    reason mailbox-unknown: boite inexistante
    reason mailbox-unknown: compte inexistant
    reason mailbox-unknown: compte n'existe pas
    reason mailbox-unknown: adresse introuvable
    reason mailbox-unknown: adresse inexistante
    reason mailbox-unknown: adresse invalide
    reason mailbox-unknown: adresse n'existe pas
    reason mailbox-unknown: adresse d'au moins un destinataire invalide
    reason mailbox-unknown: compte désactivé
    reason mailbox-unknown: boîte désactivée
    # Spanish.
    subject failure: mensaje no entregado
    recipients failed: no pudo ser entregado
    text failure: no pudo ser entregado
    recipients failed: no se entregó
    text failure: no se entregó
    subject failure: no se pudo entregar
    subject failure: no se ha podido entregar
    subject failure: no entregable
    subject failure: correo devuelto
    subject failure: mensaje devuelto
    subject failure: entrega fallida
    subject failure: fallo en la entrega
    subject failure: fallo de entrega
    subject failure: error en la entrega
    subject failure: no enviado
    recipients failed: no se pudo entregar
    text failure: no se pudo entregar
    recipients failed: no se ha podido entregar
    text failure: no se ha podido entregar
    recipients failed: no se puede entregar
    text failure: no se puede entregar
    recipients failed: no pudo entregarse
    text failure: no pudo entregarse
    recipients failed: no ha podido ser entregado
    text failure: no ha podido ser entregado
    recipients failed: no ha sido entregado
    text failure: no ha sido entregado
    reason mailbox-full: cuota superada
    reason mailbox-full: buzón del destinatario está lleno
    reason mailbox-full: casilla llena
    reason mailbox-unknown: el usuario no existe
    reason mailbox-unknown: no existe dicha persona
    reason mailbox-unknown: no existe ese usuario
    reason mailbox-unknown: nessun utente simile
    reason mailbox-unknown: usuario no encontrado
    reason mailbox-unknown: usuario inexistente
    reason mailbox-unknown: usuario nao existe
    reason mailbox-unknown: destinatario no existe
    reason mailbox-unknown: destinatario no encontrado
    reason mailbox-unknown: destinatario inexistente
    reason mailbox-unknown: la cuenta no existe
    reason mailbox-unknown: cuenta no existe
    reason mailbox-unknown: cuenta inexistente
    reason mailbox-unknown: cuenta no encontrada
    reason mailbox-unknown: buzón no existe
    reason mailbox-unknown: buzón inexistente
    reason mailbox-unknown: buzón no encontrado
    reason mailbox-unknown: dirección no existe
    reason mailbox-unknown: dirección inexistente
    reason mailbox-unknown: dirección no encontrada
    reason mailbox-unknown: dirección desconocida
    reason mailbox-unknown: cuenta desactivada
    reason mailbox-unknown: cuenta deshabilitada
    # Portuguese.
    subject failure: não entregue
    subject failure: não pôde ser entregue
    subject failure: falha na entrega
    subject failure: erro na entrega
    subject failure: falha de entrega
    subject failure: mensagem devolvida
    subject failure: não foi entregue
    recipients failed: não pôde ser entregue
    text failure: não pôde ser entregue
    recipients failed: não foi entregue
    text failure: não foi entregue
    recipients failed: não pode ser entregue
    text failure: não pode ser entregue
    recipients failed: não foi possível entregar
    text failure: não foi possível entregar
    recipients failed: não foi possível a entrega
    text failure: não foi possível a entrega
    reason mailbox-full: caixa postal cheia
    reason mailbox-full: caixa de correio cheia
    reason mailbox-full: cota excedida
    reason mailbox-full: quota excedida
    reason mailbox-unknown: usuário não existe
    reason mailbox-unknown: usuário inexistente
    reason mailbox-unknown: usuário não encontrado
    reason mailbox-unknown: usuario nao encontrado
    reason mailbox-unknown: utilizador não existe
    reason mailbox-unknown: utilizador desconhecido
    reason mailbox-unknown: utilizador não encontrado
    reason mailbox-unknown: destinatário não existe
    reason mailbox-unknown: destinatário não encontrado
    reason mailbox-unknown: destinatário inexistente
    reason mailbox-unknown: destinatário desconhecido
    reason mailbox-unknown: conta não existe
    reason mailbox-unknown: conta inexistente
    reason mailbox-unknown: conta não encontrada
    reason mailbox-unknown: conta desativada
    reason mailbox-unknown: caixa postal inexistente
    reason mailbox-unknown: caixa de correio não existe
    reason mailbox-unknown: caixa de correio inexistente
    reason mailbox-unknown: endereço não existe
    reason mailbox-unknown: endereço inexistente
    reason mailbox-unknown: endereço não encontrado
    # Italian.
    subject failure: messaggio non recapitato
    recipients failed: non è stato possibile consegnare
    text failure: non è stato possibile consegnare
    subject failure: mancata consegna
    subject failure: messaggio non consegnato
    subject failure: non recapitabile
    subject failure: consegna fallita
    subject failure: impossibile consegnare
    subject failure: errore di consegna
    subject failure: avviso di mancata consegna
    recipients failed: non è stato consegnato
    text failure: non è stato consegnato
    recipients failed: non può essere consegnato
    text failure: non può essere consegnato
    recipients failed: non è stato recapitato
    text failure: non è stato recapitato
    recipients failed: impossibile consegnare
    text failure: impossibile consegnare
    recipients failed: impossibile recapitare
    text failure: impossibile recapitare
    reason mailbox-full: casella piena
    reason mailbox-full: casella di posta piena
    reason mailbox-full: quota superata
    reason mailbox-unknown: utente non trovato
    reason mailbox-unknown: utente non esiste
    reason mailbox-unknown: utente non esistente
    reason mailbox-unknown: destinatario non trovato
    reason mailbox-unknown: destinatario inesistente
    reason mailbox-unknown: destinatario non esiste
    reason mailbox-unknown: casella non esiste
    reason mailbox-unknown: casella non trovata
    reason mailbox-unknown: casella di posta inesistente
    reason mailbox-unknown: account inesistente
    reason mailbox-unknown: account non esiste
    reason mailbox-unknown: indirizzo inesistente
    reason mailbox-unknown: indirizzo non trovato
    reason mailbox-unknown: indirizzo non esiste
    reason mailbox-unknown: indirizzo sconosciuto
    reason mailbox-unknown: casella disattivata
    reason mailbox-unknown: account disattivato
    # Dutch.
    subject failure: onbestelbaar
    recipients failed: bezorging mislukt
    text failure: bezorging mislukt
    recipients failed: bezorging is mislukt
    text failure: bezorging is mislukt
    subject failure: onbestelbare
    subject failure: niet afgeleverd
    subject failure: kon niet worden bezorgd
    subject failure: kon niet worden afgeleverd
    subject failure: bezorging mislukt
    subject failure: aflevering mislukt
    subject failure: mislukte bezorging
    recipients failed: kon niet worden afgeleverd
    text failure: kon niet worden afgeleverd
    recipients failed: niet worden bezorgd
    text failure: niet worden bezorgd
    recipients failed: niet bezorgd worden
    text failure: niet bezorgd worden
    recipients failed: kan niet worden bezorgd
    text failure: kan niet worden bezorgd
    recipients failed: niet worden afgeleverd
    text failure: niet worden afgeleverd
    reason mailbox-full: mailbox is vol
    reason mailbox-full: postbus is vol
    reason mailbox-full: mailbox vol
    reason mailbox-unknown: gebruiker bestaat niet
    reason mailbox-unknown: gebruiker niet gevonden
    reason mailbox-unknown: ontvanger bestaat niet
    reason mailbox-unknown: ontvanger onbekend
    reason mailbox-unknown: onbekende ontvanger
    reason mailbox-unknown: ontvanger niet gevonden
    reason mailbox-unknown: postvak bestaat niet
    reason mailbox-unknown: mailbox bestaat niet
    reason mailbox-unknown: account bestaat niet
    reason mailbox-unknown: adres niet gevonden
    reason mailbox-unknown: adres onbekend
    reason mailbox-unknown: onbekend adres
    # Others that servers are known to say.
    reason mailbox-unknown: unbekannter benutzer
    reason mailbox-unknown: unbekannter empfänger
    reason mailbox-unknown: empfänger unbekannt
    reason mailbox-unknown: benutzer unbekannt
    reason mailbox-unknown: adresse existiert nicht
    reason mailbox-unknown: adresse * nicht gefunden
    reason mailbox-unknown: utilisateur inconnu
    reason mailbox-unknown: utilisateur non recensé
    reason mailbox-unknown: destinataire inconnu
    reason mailbox-unknown: adresse inconnue
    reason mailbox-unknown: l'adresse * n'existe pas
    reason mailbox-unknown: usuario desconocido
    reason mailbox-unknown: usuario no existe
    reason mailbox-unknown: destinatario desconocido
    reason mailbox-unknown: dirección * no existe
    reason mailbox-unknown: no se encontró la dirección
    reason mailbox-unknown: utente sconosciuto
    reason mailbox-unknown: indirizzo * inesistente
    reason mailbox-unknown: casella inesistente
    reason mailbox-unknown: utente inesistente
    reason mailbox-unknown: destinatario sconosciuto
    reason mailbox-unknown: usuário desconhecido
    reason mailbox-unknown: endereço * não existe
    reason mailbox-unknown: onbekende gebruiker
    reason mailbox-unknown: adres bestaat niet
    reason mailbox-unknown: e-mailadres bestaat niet
    reason mailbox-unknown: gebruiker onbekend
    reason mailbox-unknown: nieznany użytkownik
    reason mailbox-unknown: пользователь не найден
    reason mailbox-unknown: адресат не найден
    reason mailbox-unknown: такого адреса не существует
    reason mailbox-unknown: 用户不存在
    reason mailbox-unknown: 收件人不存在
    reason mailbox-unknown: 該当するユーザーが見つかりません
    """#
