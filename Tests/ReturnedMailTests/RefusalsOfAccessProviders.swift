/// What access providers, hosters and national mailbox providers answer; see ``RefusalTable`` for the form.
let refusalsOfAccessProviders = #"""
    @ Comcast http://postmaster.comcast.net/mail-error-codes.html
    block connect 554 resimta-ch2 comcast 192.0.2.1 Comcast block for spam. Please see
        http://postmaster.comcast.net/smtp-error-codes.php#BL000000
    block connect 554 192.0.2.1 found on one or more DNSBLs, see
        http://postmaster.comcast.net/smtp-error-codes.php#BL000001
    block connect 554 resimta-po comcast BL000010 Blocked for spam. Please see http://postmaster.comcast.net
    block connect 554 ES000001 dynamic address space
    block connect 421 RL000001 Too much mail from 192.0.2.1
    block connect 421 Too many sessions opened
    block connect 554 Comcast requires that all mail servers must have a PTR record with a valid Reverse DNS
        entry. Currently your mail server does not fill that requirement.
    block dot 554 5.2.0 Message rejected due to DMARC. Please see
        http://postmaster.comcast.net/smtp-error-codes.php#DM000001
    dead rcpt 550 5.1.1 Not our Customer
    dead rcpt 550 5.1.1 <ada@example.net> recipient does not exist here

    @ GoDaddy https://www.godaddy.com/help/fix-rejected-email-with-a-bounce-error-40685
    block connect 554 bizsmtp Connection refused. 192.0.2.1 has a poor reputation on Cloudmark Sender Intelligence
        (CSI). IB103
    block connect 554 bizsmtp Connection rejected. Reverse DNS for 192.0.2.1 failed. IB108
    block connect 554 bizsmtp RBL Reject: https://x.co/rlbounce IB106
    block rcpt 550 5.1.1 <ada@example.net> - 192.0.2.1 has sent to too many recipients this hour. IB607
    block rcpt 421 192.0.2.1 has sent to too many invalid recipients IB605
    block dot 552 5.2.0 This message has been rejected due to content judged to be spam by the internet community.
        IB212
    block mail 550 news@example.org Invalid SPF record. Inspect your SPF settings, and try again. IB508
    block mail 550 example.org From: Domain is invalid. Provide a valid From: IB506
    dead rcpt 550 Recipient not found
    dead rcpt 550 Account does not exist

    @ Orange https://www.postmastery.com/orange-postmaster-smtp-error-codes-ofr/
    block connect 550 5.7.1 mwinf5c Service refuse. Veuillez verifier votre liste noire. OFR_506 [506]
    block dot 550 5.2.0 Mail rejete. Mail rejected. OFR_999 [999]
    block connect 421 4.7.0 mwinf5c Trop de connexions, veuillez verifier. Too many connections, slow down. OFR004_104
    block mail 550 5.1.0 Emetteur invalide. Invalid Sender. OFR_405
    dead rcpt 550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]
    dead rcpt 550 5.1.1 Boite du destinataire inactive. OFR_418
    soft rcpt 552 5.2.2 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]

    @ Laposte https://www.postmastery.com/laposte-net-postmaster-smtp-error-codes-lpn/
    block connect 550 5.5.0 Service refuse. Veuillez essayer plus tard. service refused, please try later. LPN007_510
    block connect 450 4.7.1 Client host rejected: Service refuse. Veuillez essayer plus tard LPN027_503
    block mail 550 5.1.8 Emetteur invalide / Invalid Sender. LPN007_405
    block dot 550 5.7.0 Message refuse par la politique DMARC LPN007_517
    dead rcpt 550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. LPN007_416

    @ T-Online https://postmaster.t-online.de
    block connect 554 IP=192.0.2.1 - None/bad reputation. Ask your postmaster for help or to contact
        tobr@rx.t-online.de for reset. (NOWL)
    block connect 554 IP=192.0.2.1 - Dialup/transient IP not allowed. Use a mailgateway! (DYN)
    block connect 554 IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help or to contact
        tobr@rx.t-online.de to clarify.) (BL)
    block dot 550-5.7.0 Message considered as spam or virus, rejected 550-5.7.0 Message rejected because it was
        considered as spam
    dead rcpt 550 5.1.1 <ada@example.net>... unknown recipient

    @ Virgin_Media https://community.virginmedia.com/t5/Email/Email-Spam-Content-Found-error-550-554/td-p/3229831
    block dot 554 5.2.0 Spam content found
    block dot 550 5.2.0 Spam content found

    @ Cox http://postmaster.cox.net/confluence/display/postmaster/Error+Codes
    block connect 554 cmsmtp 192.0.2.1 blocked. Refer to Error Codes section at http://postmaster.cox.net for more
        information. AUP#CXBL
    block connect 554 cmsmtp 192.0.2.1 blocked. CDRBL
    block connect 554 cmsmtp 192.0.2.1 IPBL0001
    block connect 554 cmsmtp 192.0.2.1 IPBL0100
    block connect 421 cmsmtp 192.0.2.1 blocked. AUP#CXCNCT
    block mail 550 5.1.0 <news@example.org> message rejected. Refer to Error Codes section. AUP#CXSNDR
    block dot 552 5.2.0 message rejected. AUP#CXMJ

    @ AT&T http://worldnet.att.net/general-info/bls_info/block_enduser.html
    block connect 521 <192.0.2.1> is blocked
    block connect 553 5.3.0 DNSBL:RBL 521< 192.0.2.1 >_is_blocked. For assistance forward this error to
        abuse_rbl@abuse-att.net
    block connect 421-failure in DNS look-up. Your IP address must have a valid reverse DNS entry
    block mail 550 [permfail] bellsouth.net requires valid sender domain
    block rcpt 550 unauthorized interface for <192.0.2.1>
    block rcpt 550 <192.0.2.1> blocked by ldap:ou=rblmx, dc=bellsouth, dc=net
    dead rcpt 550 [suspend] Mailbox currently suspended--Please contact correspondent directly.

    @ EarthLink https://lists.freebsd.org/pipermail/freebsd-doc/2009-October/016377.html
    block connect 550 Dynamic/zombied/spam IPs blocked. Write blockedbyearthlink@abuse.earthlink.net

    @ Bytecamp https://www.bytecamp.net/de/faq/email/zustellen.html
    block dot 571 5.7.1 message classified as spam (Nachricht als Spam eingestuft)
    block connect 421 4.7.0 Error: too many connections from 192.0.2.1
    block connect 450 4.7.1 Client host rejected: cannot find your reverse hostname
    block rcpt 450 4.2.0 Recipient address rejected: Greylisted

    @ Konto.pl https://support.konto.pl/kb/a2164/blad-5_1_0.aspx
    block mail 550 5.1.0 <news@example.org> sender rejected
    block dot 550 5.1.0 piWs1j0010jifNx01iWsdh policy violation
    block dot 550 5.1.0 piWs1j0010jifNx01iWsdh spam detected

    @ MailChannels https://support.mailchannels.com/hc/en-us/articles/205825796-Fixing-the-550-5-7-1-STFWRBL-error
    block dot 550 5.7.1 [STFWRBL] message rejected

    @ Creoline https://help.creoline.com/en/doc/e-mail-rejection-based-on-a-real-time-block-list-rbl-iX6DdWB45M
    block rcpt 550 5.7.1 Service unavailable; client [192.0.2.1] blocked using mail.abusix.zone
    block rcpt 550 5.7.1 Service unavailable; client [192.0.2.1] blocked using bl.blocklist.de

    @ Comservice https://new-faq.comservice-ffo.de/smtp-fehlermeldungen-e-mail-fehler/
    block connect 421 Reject due to policy violations
    block connect 421 Rate limit reached. Please try again later

    @ MacHighway http://www.machighway.com/support/support_topics/email/troubleshooting/bounceback_email_codes.php
    dead rcpt 511 sorry, no mailbox here by that name (#5.1.1 - chkuser)

    @ Coremail https://www.icoremail.vip/support/index.php?cate_id=84
    block rcpt 550 Requested mail action not taken: Invalid IP
    block mail 550 Requested mail action not taken: Fake sender
    block mail 550 sender is rejected
    block connect 550 IP is Hangup
    block connect 550 IP is rejected
    dead rcpt 550 unavailable mail user
    dead rcpt 550 Mailbox not found
    dead rcpt 550 invalid user
    dead rcpt 550 user disabled
    dead rcpt 550 user not known
    dead rcpt 550 local server don't exists that user
    dead rcpt 550 Bad recipient address syntax
    dead rcpt 550 recipient does not have an account
    dead rcpt 550 not user of this server
    soft rcpt 550 This account has been temporarily suspended

    @ Emailhost https://www.emailhost.com.cn/service.html?article_category=25&brd=1
    block dot 554 Content reject/Spam denied
    block mail 550 sending quota exceeded
    dead rcpt 550 user not exist
    soft rcpt 552 Quota exceeded

    @ 21CN http://help.szhot.com/text_show.php?id=170
    dead rcpt 550 <ada@example.net> is now disabled with SMTP service.

    @ LWS https://aide.lws.fr/base/Email/codes-erreurs-email/Code-derreur-L-SPAM2
    block dot 550 L-SPAM20 spam detected
    """#
