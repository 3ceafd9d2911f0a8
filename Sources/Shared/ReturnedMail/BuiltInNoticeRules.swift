/// Built-in rules about notices that are no RFC 3464 reports: where the addresses stand, where the message begins.
let builtInNoticeRules = #"""
    # Where the addresses stand in notices that are no RFC 3464 reports.
    # Exim, qmail, sendmail
    recipients failed: the following address(es) failed:
    recipients failed: the following addresses failed:
    recipients failed: the following address failed:
    recipients failed: deliver your message to the following addresses.
    recipients failed: deliver your message to the following address.
    recipients failed: deliver your message to the following address(es)
    recipients failed: to deliver your message to the following addresses.
    recipients failed: the following addresses had permanent fatal errors
    recipients failed: the following addresses had delivery problems
    recipients failed: the following addresses had permanent delivery errors
    recipients delayed: the following addresses had transient non-fatal errors
    recipients delayed: the address to which the message has not yet been delivered is:
    recipients delayed: the addresses to which the message has not yet been delivered are:
    recipients delayed: has not yet been delivered to the following addresses:
    recipients delayed: the following addresses had transient
    alias: (generated from
    alias: (expanded from:
    alias: (originally addressed to
    # Yahoo, Gmail, Outlook and Exchange
    recipients failed: unable to deliver message to the following address(es).
    recipients failed: unable to deliver message to the following recipients
    recipients failed: unable to deliver your message to
    recipients failed: deliver your message to the following address
    recipients failed: delivery to the following recipient failed permanently:
    recipients failed: delivery to the following recipients failed permanently:
    recipients failed: delevery to the following recipients failed permanently:
    recipients failed: delivery to the following recipient failed
    recipients failed: delivery to the following recipients failed
    recipients failed: the following recipients was aborted
    recipients delayed: delivery to the following recipient has been delayed:
    recipients delayed: delivery to the following recipients has been delayed
    recipients failed: your message wasn't delivered to
    recipients failed: message wasn't delivered to
    recipients failed: your message to * couldn't be delivered
    recipients failed: delivery has failed to these recipients or groups:
    recipients failed: delivery has failed to these recipients or distribution lists:
    recipients failed: did not reach the following recipient(s):
    recipients failed: did not reach the following recipient:
    recipients failed: the following recipient(s) could not be reached:
    recipients failed: the following recipient(s) cannot be reached:
    recipients failed: the following recipients could not be reached
    recipients failed: the following recipients did not receive your message
    recipients failed: the following recipient did not receive
    recipients failed: the following addresses did not receive a copy
    recipients failed: diese nachricht wurde nicht zugestellt an
    recipients failed: fehler bei der zustellung an folgende empfänger
    recipients failed: échec de la remise à ces destinataires
    recipients failed: error de entrega a estos destinatarios
    recipients failed: impossibile recapitare il messaggio
    # Domino, GroupWise, iMail, InterScan, MDaemon, MailEnable, mail.ru, hMailServer, X.400 gateways and others
    recipients failed: was not delivered to:
    recipients failed: could not be delivered to:
    recipients failed: could not be delivered to the following recipients:
    recipients failed: could not be delivered to the following user:
    recipients failed: could not be delivered to the following address
    recipients failed: could not be delivered to
    recipients failed: cannot be delivered to the following
    recipients failed: could not be sent to the following
    recipients failed: could not deliver message to the following recipient(s):
    recipients failed: not delivered to the following
    recipients failed: was not delivered to the following
    recipients failed: wasn't able to deliver the following
    recipients failed: unable to deliver message to
    recipients failed: delivery to the following addresses failed
    recipients failed: following address(es) could not be delivered
    recipients failed: message to the following address(es) could not be delivered
    recipients failed: can't be delivered to the following
    recipients failed: quota violation for
    recipients failed: delivery failed * attempts:
    recipients failed: ^undeliverable to
    recipients failed: ^undeliverable address:
    recipients failed: ^unknown user:
    recipients failed: ^invalid final delivery userid:
    recipients failed: ^user mailbox exceeds allowed size:
    recipients failed: ^failed to deliver to
    recipients failed: ^failed recipient:
    recipients failed: ^failed recipients
    recipients failed: ^failed addresses follow
    recipients failed: ^intended recipient:
    recipients failed: ^final-recipient:
    recipients failed: ^error-for:
    recipients failed: ^recipient: [smtp:
    recipients failed: mailbox is full:
    recipients failed: ^local mailbox
    recipients failed: the following message, addressed to
    recipients failed: message was addressed,
    recipients failed: addressed to email address :
    recipients failed: your message to * was automatically rejected
    recipients failed: your message to * has not been delivered
    recipients failed: ^your message to * could not be delivered
    recipients failed: n'a pas pu etre delivre a
    recipients failed: n'a pas pu être délivré à
    recipients failed: n'a pu être remis
    recipients failed: konnte nicht zugestellt werden an
    recipients failed: konnte an folgende empfänger nicht zugestellt
    recipients failed: konnte an folgende adressen nicht
    recipients failed: no pudo ser entregado
    recipients failed: non è stato possibile recapitare
    recipients failed: não pôde ser entregue
    recipients failed: kon niet worden bezorgd
    recipients failed: 邮件无法发送到
    recipients failed: следующим адресам
    recipients failed: следующим получателям
    recipients failed: delivery of email to this address
    recipients failed: error delivering your mail to
    recipients failed: the following message to
    recipients failed: ^rcpt to:
    recipients failed: for the following list of recipients
    recipients failed: for the following recipient
    recipients failed: ^addressed to:
    recipients failed: ^failed to send to identified host
    recipients failed: the following addresses had delivery errors
    recipients failed: the following recipients returned permanent errors
    recipients failed: an error occurred while trying to deliver the mail to the following
    recipients failed: for the following recipients
    recipients delayed: has been delayed:
    recipients delayed: ^your message to: * has not yet been delivered

    # Where the returned message begins.
    original: ^received: from
    original: ^received: by
    original: ^received: (qmail
    original: ^return-path:
    original: ^original mail info
    original: ^the attachment contains the original
    original: ^below is a copy of the original message
    original: ^the original message headers
    original: ^message headers:
    original: ^the first 50 lines of your original message follow
    original: ^original message follows
    original: ^original message --
    original: ^original message $
    original: ^original message header
    original: ^original message attached
    original: ^original headers
    original: ^below this line is a copy of the message
    original: ^below this line is the original
    original: ^below the next line is a copy
    original: ^a copy of the original message
    original: ^this is a copy of the message
    original: ^this is a copy of your message
    original: ^the header of the original message
    original: ^here is a copy of the first part
    original: ^included is a copy of the message
    original: ^message header follows
    original: ^message headers follow
    original: ^message text follows
    original: ^header of the source mail
    original: ^returned mail
    original: ^returned mail follows
    original: ^returned message
    original: ^start of returned message
    original: ^unsent message below
    original: ^unsent message follows
    original: ^forwarded message
    original: ^your original message
    original: ^the original message follows
    original: ^the first 50 lines of your original message
    original: ^the header and top 20 lines
    original: ^your message reads
    original: ^old message:
    original: ^original message as received
    original: ^a summary of the undelivered message
    original: ^mensaje original
    original: ^ursprüngliche nachricht
    original: ^die ursprüngliche nachricht
    original: ^message d'origine
    original: ^messaggio originale
    original: ^исходное сообщение
    """#
