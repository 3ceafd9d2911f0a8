/// What servers say of senders on lists, of filters and of their own rules; see ``RefusalTable`` for the form.
let refusalsOfLists = #"""
    @ Spamhaus_users https://www.spamhaus.org/faqs/spamhaus-blocklist/
    block rcpt 550 192.0.2.1 blacklisted see http://www.spamhaus.org/query/bl?ip=192.0.2.1
    block rcpt 550 5.2.1 Mailbox unavailable. Your IP address 192.0.2.1 is blacklisted using SPAMHAUS-XBL.
    block rcpt 550 5.7.1 Blacklisted by zen.spamhaus.org. - Bezoek de site om dit probleem te verhelpen
    block rcpt 554 5.7.1 <ada@example.net>: Recipient address rejected: https://www.spamhaus.org/query/ip/192.0.2.1
    block connect 554 mx.example.net cmsmtp IP blacklisted by Spamhaus. For remediation see [103]
    block mail 550 mailfrom domain is listed in spamhaus, see http://www.spamhaus.org/dbl

    @ Other_lists https://multirbl.valli.org/list/
    block rcpt 550 Black listed at hostkarma http://ipadmin.junkemailfilter.com/remove.php?ip=192.0.2.1
    block rcpt 550 REJECTED - MULTI-BLACKLIST
    block dot 554 listed in work.drbl.imedia.ru
    block rcpt 550 mail from 192.0.2.1 refused, see http://dsbl.org/
    block rcpt 550 5.7.1 TEIE server 192.0.2.1 on BLACKLISTIS, Sorbs blokeeris kirja!
    block rcpt 550 The sending IP (192.0.2.1) is listed on https://spamrl.com/. Please resolve this and retry.
    block rcpt 554 5.7.1 Client host rejected by blocklist.de
    block connect 554 extreme bad ip profile

    @ AOL_codes https://postmaster.aol.com/error-codes
    block connect 554 (RTR:RD) http://postmaster.info.aol.com/errors/554rtrrd.html
    block connect 554 5.7.1 : (RTR:DU)
    block dot 554 (RLY:SN)
    block dot 554 5.7.1 : (HVU:B2)

    @ Microsoft_TLS https://learn.microsoft.com/purview/how-smtp-dane-works
    soft rcpt 550 5.7.321 starttls-not-supported: Destination mail server must support TLS to receive mail.
    soft rcpt 550 5.7.323 tlsa-invalid: The domain failed DANE validation.
    soft rcpt 550 5.4.8 MX hosts of example.net failed MTA-STS validation
    block dot 554 5.3.0 Too many related errors
    block dot 550 5.5.6 Invalid message content

    @ Mimecast_codes https://community.mimecast.com/s/article/email-security-cloud-gateway-mimecast-smtp-error-codes
    block rcpt 550 Local CT IP Reputation - (reject)
    block mail 553 This route requires encryption (TLS)
    block mail 554 Configuration is invalid for this certificate
    block rcpt 554 Host network, not allowed
    block mail 550 Submitter failed to authenticate
    block rcpt 550 Exceeding outbound thread limit
    soft dot 554 Maximum email size exceeded

    @ QQ_codes https://service.mail.qq.com/detail/122
    block rcpt 550 Mailbox unavailable or access denined.
    block rcpt 550 The frequency of receiving messages is limited.
    block dot 550 Spam is embedded in the email.

    @ GoDaddy_codes https://www.godaddy.com/help/fix-rejected-email-with-a-bounce-error-40685
    block connect 554 This IP has been temporarily blocked for attempting to mail too many invalid recipients. IB112
    block rcpt 550 This message has exceeded the max number of messages per session. Open a new session. IB510
    block mail 550 news@example.org IP addresses are not allowed as a From: Address. Provide a valid From. IB502

    @ Laposte_codes https://www.postmastery.com/laposte-net-postmaster-smtp-error-codes-lpn/
    block dot 550 Mail rejete. Mail rejected. OUK_513
    block mail 550 5.5.3 Mail from not owned by user. LPN105_421
    dead rcpt 550 5.5.0 Le compte du destinataire est bloque. The recipient account is blocked. LPN007_426
    dead rcpt 550 5.1.1 Boite du destinataire archivee. Archived recipient. OFR_420

    @ Broadcom_codes https://knowledge.broadcom.com/external/article/169652/email-error-and-bounce-codes-for-email-s.html
    block dot 553 Stray linefeeds in message (#5.6.2)
    block rcpt 553 Sorry, your domain has been blocked
    dead rcpt 553 Recipient mailbox is not allowed

    @ iUA https://mail.i.ua/err/3/
    block rcpt 550 Use SMTP of your provider to send mail.
    dead rcpt 550 Mailbox was not used for more than 3 months.

    @ SpamAssassin https://spamassassin.apache.org/doc.html
    block dot 550 Rejected: SpamAssassin score 9.1 too high
    block dot 550 Mail score (12) over MessageScoringUpperLimit (5) - send report
    block dot 550 rejected: fingerprint known (Razor)
    block dot 550 Reject bulk.advertising
    block dot 550 You're using a mass mailer
    block dot 550 Message does not pass DomainKeys requirements

    @ Recipients_choice https://help.mdaemon.com/mdaemon/en/
    block rcpt 550 recipient is only accepting mail from specific email addresses
    block rcpt 550 user refuses to receive this mail
    block rcpt 550 Rejected: sender not in address book
    block rcpt 550 error: no third-party DSNs
    block rcpt 550 not allowed access from your location
    """#
