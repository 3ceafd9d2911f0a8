/// Built-in rules about the kind of a mail: servers' notices, automatic answers, opt-outs, lists.
let builtInKindRules = #"""
    # Who sends notices, and under which subjects.
    sender failure: mailer-daemon
    sender failure: mailer_daemon
    sender failure: mailerdaemon
    sender failure: mailer daemon
    sender failure: post_master
    sender failure: post-master
    sender failure: mail-daemon
    sender failure: maildaemon
    sender failure: mail daemon
    sender failure: mail system
    sender failure: postmaster
    sender failure: mail delivery system
    sender failure: mail deliver system
    sender failure: mail delivery subsystem
    sender failure: mail delivery service
    sender failure: delivery subsystem
    sender failure: mail.delivery.system
    sender failure: mail administrator
    sender failure: mdaemon
    sender failure: microsoftexchange
    sender failure: e500_smtp_mail_service
    sender failure: jetmail system
    sender failure: mailsweeper
    sender failure: courier mail server
    sender failure: system administrator
    subject delay: delivery status notification (delay)
    subject failure: undeliverable
    subject failure: undelivered
    subject failure: undeliverable mail
    subject failure: delivery status notification (failure)
    subject failure: delivery status notification
    subject failure: delivery failure
    subject failure: delivery failed
    subject failure: delivery has failed
    subject failure: delivery error
    subject failure: delivery notification
    subject failure: delivery problem
    subject failure: mail delivery
    subject failure: message delivery failure
    subject failure: failure notice
    subject failure: failure delivery
    subject failure: failed mail
    subject failure: mail failed
    subject failure: mail could not be delivered
    subject failure: could not be delivered
    subject failure: non-delivery
    subject failure: nondeliverable
    subject failure: non delivery
    subject failure: not delivered
    subject failure: returned mail
    subject failure: returned to sender
    subject failure: returning message to sender
    subject failure: returning to sender
    subject failure: mail error
    subject failure: mail system error
    subject failure: processing error
    subject failure: error during delivery
    subject failure: user unknown
    subject failure: automatically rejected mail
    subject failure: unzustellbar
    subject failure: nicht zugestellt
    subject failure: unzustellbare nachricht
    subject failure: non remis
    subject failure: non distribuable
    subject failure: échec de la remise
    subject failure: mail revenu en erreur
    subject failure: utilisateur non recensé
    subject failure: no se puede entregar
    subject failure: no entregado
    subject failure: error de entrega
    subject failure: mancato recapito
    subject failure: impossibile recapitare
    subject failure: não entregue
    subject failure: não foi possível entregar
    subject failure: onbestelbaar
    subject failure: kan inte levereras
    subject failure: niet bezorgd
    subject failure: niedostarczona
    subject failure: ваше сообщение не доставлено
    subject failure: недоставленное
    subject failure: 退信
    subject failure: 系统退信
    subject failure: 配信不能
    subject delay: delayed mail
    subject delay: message delayed
    subject delay: delivery delayed
    subject delay: mail delivery warning
    subject delay: warning: message * delayed
    subject delay: warning: could not send message
    subject delay: not yet been delivered
    subject delay: verzögert
    subject delay: différé
    subject delay: retrasado
    text delay: no action is required on your part. delivery attempts will continue
    text delay: this is a warning message only
    text delay: this is just a warning
    text delay: delivery attempts will continue
    text delay: message will be retried for
    text delay: you do not need to resend your message
    text delay: we will continue to try to deliver
    text delay: we will continue to attempt delivery
    text delay: has been postponed
    text delay: there was a temporary problem delivering your message
    text delay: will retry for * more hours
    text failure: could not be delivered
    text failure: cannot be delivered
    text failure: couldn't be delivered
    text failure: was not delivered
    text failure: wasn't delivered
    text failure: unable to deliver
    text failure: wasn't able to deliver
    text failure: not able to deliver
    text failure: delivery failed
    text failure: delivery has failed
    text failure: permanent fatal errors
    text failure: permanent fatal delivery errors
    text failure: this is a permanent error
    text failure: did not reach
    text failure: returned because
    text failure: has been returned
    text failure: has not been delivered
    text failure: automatically rejected
    text failure: konnte nicht zugestellt werden
    text failure: nicht zugestellt
    text failure: n'a pas pu être remis
    text failure: no pudo ser entregado
    text failure: impossibile recapitare

    text failure: error message below
    text failure: there was an error delivering your mail
    text failure: has failed due to
    text failure: could not be sent
    text failure: has been rejected
    text failure: was undeliverable
    text failure: could not deliver
    # OpenSMTPD calls it a delay when it gives a message up.
    text given-up: envelope expired

    # It arrived, or was read (RFC 8098).
    subject arrival: ^successful mail delivery report
    subject arrival: delivery status notification (success)
    text arrival: ^disposition: manual-action/mdn-sent
    text arrival: ^disposition: automatic-action/mdn-sent

    # Machines of recipients that answer: RFC 3834, and what was there before it.
    header auto-reply auto-submitted: auto-replied
    header auto-reply auto-submitted: auto-notified
    header auto-reply x-autoreply
    header auto-reply x-autorespond
    header auto-reply x-autoresponder
    header auto-reply x-autoreply-from
    header auto-reply x-mail-autoreply
    header auto-reply x-auto-reply
    header auto-reply precedence: auto_reply
    header auto-reply precedence: auto-reply
    header auto-reply x-precedence: auto_reply
    header auto-reply preference: auto_reply
    header auto-reply x-ms-exchange-inbox-rules-loop
    header auto-reply x-ms-exchange-generated-message-source: mailbox rules agent
    header auto-reply delivered-to: autoresponder
    header auto-reply x-mailer: vacation
    subject auto-reply: ^auto:
    subject auto-reply: ^autoreply
    subject auto-reply: ^auto-reply
    subject auto-reply: ^auto reply
    subject auto-reply: ^autoresponse
    subject auto-reply: ^auto response
    subject auto-reply: ^automatic reply
    subject auto-reply: ^automated reply
    subject auto-reply: ^automatic response
    subject auto-reply: ^automated response
    subject auto-reply: out of office
    subject auto-reply: out of the office
    subject auto-reply: out-of-office
    subject auto-reply: away from my mail
    subject auto-reply: away from the office
    subject auto-reply: on vacation
    subject auto-reply: on holiday
    subject auto-reply: on leave
    subject auto-reply: vacation reply
    subject auto-reply: vacation
    subject auto-reply: automatische antwort
    subject auto-reply: abwesenheitsnotiz
    subject auto-reply: abwesenheit
    subject auto-reply: abwesend
    subject auto-reply: nicht im büro
    subject auto-reply: im urlaub
    subject auto-reply: réponse automatique
    subject auto-reply: absence du bureau
    subject auto-reply: message d'absence
    subject auto-reply: absent du bureau
    subject auto-reply: respuesta automática
    subject auto-reply: fuera de la oficina
    subject auto-reply: fuera de oficina
    subject auto-reply: risposta automatica
    subject auto-reply: fuori sede
    subject auto-reply: fuori ufficio
    subject auto-reply: resposta automática
    subject auto-reply: fora do escritório
    subject auto-reply: ausência
    subject auto-reply: automatisch antwoord
    subject auto-reply: afwezigheid
    subject auto-reply: afwezig
    subject auto-reply: autosvar
    subject auto-reply: automatiskt svar
    subject auto-reply: automaattinen vastaus
    subject auto-reply: odpowiedź automatyczna
    subject auto-reply: automatyczna odpowiedź
    subject auto-reply: automatická odpověď
    subject auto-reply: automatikus válasz
    subject auto-reply: otomatik yanıt
    subject auto-reply: αυτόματη απάντηση
    subject auto-reply: автоматический ответ
    subject auto-reply: автоответ
    subject auto-reply: нет на месте
    subject auto-reply: 自动回复
    subject auto-reply: 自動回覆
    subject auto-reply: 自動応答
    subject auto-reply: 自動返信
    subject auto-reply: 不在通知
    subject auto-reply: 부재중
    subject auto-reply: 자동 회신
    text auto-reply: i am currently out of the office
    text auto-reply: i am out of the office
    text auto-reply: i'm out of the office
    text auto-reply: i am on vacation
    text auto-reply: i will be out of the office
    text auto-reply: this is an automatic reply
    text auto-reply: this is an automated reply
    text auto-reply: this is an automated response
    text auto-reply: ich bin * nicht im büro
    text auto-reply: ich bin im urlaub
    text auto-reply: je suis absent
    text auto-reply: estoy fuera de la oficina
    text auto-reply: sono fuori ufficio
    text auto-reply: estou fora do escritório

    # Filters that want a person to prove itself.
    header challenge x-spamarrest-probe
    header challenge x-boxbe-cookie
    header challenge x-tmda-confirm-done
    header challenge x-uol-sms
    sender challenge: spamarrest
    sender challenge: boxbe
    sender challenge: bluebottle
    subject challenge: please confirm your message
    subject challenge: please confirm your email
    subject challenge: confirm your message
    subject challenge: verification required
    subject challenge: sender verification
    subject challenge: requires verification
    subject challenge: action required to deliver your message
    text challenge: to have your message delivered, please click
    text challenge: to complete the delivery of your message
    text challenge: click the link below to confirm * your message
    text challenge: i am protecting myself from receiving junk mail
    text challenge: my email account is protected by
    text challenge: prove that you are a human
    text challenge: to be added to my approved senders
    text challenge: awaiting your verification

    # Apple Mail's button.
    header unsubscribe x-apple-unsubscribe: true
    # "No more", as a subject by itself.
    subject unsubscribe: ^unsubscribe $
    subject unsubscribe: ^unsubscribe me $
    subject unsubscribe: ^please unsubscribe $
    subject unsubscribe: ^please unsubscribe me $
    subject unsubscribe: ^re: unsubscribe $
    subject unsubscribe: ^remove $
    subject unsubscribe: ^remove me $
    subject unsubscribe: ^opt out $
    subject unsubscribe: ^opt-out $
    subject unsubscribe: ^stop $
    subject unsubscribe: ^abmelden $
    subject unsubscribe: ^abmeldung $
    subject unsubscribe: ^abbestellen $
    subject unsubscribe: ^désinscription $
    subject unsubscribe: ^désabonnement $
    subject unsubscribe: ^désabonner $
    subject unsubscribe: ^se désabonner $
    subject unsubscribe: ^se désinscrire $
    subject unsubscribe: ^baja $
    subject unsubscribe: ^darse de baja $
    subject unsubscribe: ^cancelar suscripción $
    subject unsubscribe: ^disiscrizione $
    subject unsubscribe: ^cancellami $
    subject unsubscribe: ^cancelar inscrição $
    subject unsubscribe: ^descadastrar $
    subject unsubscribe: ^afmelden $
    subject unsubscribe: ^uitschrijven $
    subject unsubscribe: ^wypisz $
    subject unsubscribe: ^отписаться $
    subject unsubscribe: ^отписка $
    subject unsubscribe: ^退订 $
    subject unsubscribe: ^配信停止 $

    # Mail of lists and of other campaigns.
    header list list-id
    header list precedence: list
    header list precedence: bulk
    header list precedence: junk
    """#
