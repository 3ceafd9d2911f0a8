/// What large providers of mailboxes answer, after their own pages; see ``RefusalTable`` for the form.
let refusalsOfLargeProviders = #"""
    @ Gmail https://support.google.com/a/answer/3726730
    block dot 550 5.7.1 Our system has detected that this message is likely unsolicited mail. To reduce the amount
        of spam sent to Gmail, this message has been blocked.
    block dot 550 5.7.1 The IP you're using to send mail is not authorized to send email directly to our servers.
        Please use the SMTP relay at your service provider instead.
    block dot 550 5.7.1 The user or domain that you are sending to (or from) has a policy that prohibited the mail
        that you sent.
    block dot 550 5.7.1 Unauthenticated email is not accepted from this domain.
    block dot 550 5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all
        senders to authenticate with either SPF or DKIM.
    block dot 550 5.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC policy.
    block dot 421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address.
    block dot 550 5.7.28 Mail sending rate from your IP address has been limited because of an unusual amount of
        unsolicited mail.
    block rcpt 550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional
        messages from being delivered.
    block mail 550 5.7.25 The IP address sending this message does not have a PTR record setup.
    block dot 550 5.4.5 Daily sending quota exceeded.
    block dot 552 5.7.0 This message was blocked because its content presents a potential security issue.
    soft rcpt 452 4.2.2 The email account that you tried to reach is over quota.
    soft rcpt 552 5.2.2 The email account that you tried to reach is over quota.
    soft dot 552 5.3.4 Your message exceeded Google's message size limits.
    dead rcpt 550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the
        recipient's email address.
    dead rcpt 550 5.2.1 The email account that you tried to reach is disabled.
    dead rcpt 550 5.2.1 The email account that you tried to reach is inactive.
    dead rcpt 553 5.1.2 We weren't able to find the recipient domain. Please check for any spelling errors.

    @ Yahoo https://senders.yahooinc.com/smtp-error-codes/
    block connect 553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in
        Spamhaus's list; see http://postmaster.yahoo.com/550-bl23.html
    block connect 421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user
        complaints
    block connect 553 5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT
        succeed.
    block dot 554 5.7.9 Message not accepted for policy reasons. See https://senders.yahooinc.com/error-codes
    block dot 554 5.7.5 (DELIVERY) Message not accepted due to failed DMARC check
    block mail 553 Mail from example.org not allowed - 5.7.1 [BL21]
    dead dot 554 delivery error: dd This user doesn't have a yahoo.com account (ada@example.net) [0]
    dead dot 554 delivery error: dd Not a valid recipient - mta1
    dead dot 554 delivery error: dd This account has been disabled or discontinued [#102]
    dead rcpt 554 30 Sorry, your message to ada@example.net cannot be delivered. This mailbox is disabled (554.30).
    soft dot 554 delivery error: dd Sorry, your message to ada@example.net cannot be delivered. This account is
        over quota.
    soft rcpt 552 1 Requested mail action aborted, mailbox full

    @ AOL https://postmaster.aol.com/error-codes
    block connect 554 5.7.1 : (RTR:BL) https://postmaster.aol.com/error-codes#554rtrbl
    block connect 421 4.7.1 : (RLY:B1) the originating IP is blocked due to complaints
    block mail 521 5.2.1 : (CON:B1) The IP address has been blocked due to a spike in unfavorable e-mail statistics
    block dot 554 5.7.1 : (HVU:B1) The URL contained in the email has generated substantial complaints
    dead rcpt 550 5.1.1 <ada@example.net>: Recipient address rejected: aol.com
    dead rcpt 550 MAILBOX NOT FOUND

    @ Outlook.com https://sendersupport.olc.protection.outlook.com/pm/troubleshooting.aspx
    block mail 550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet
        service provider since part of their network is on our block list (S3150).
    block dot 550 SC-001 Mail rejected by Outlook.com for policy reasons. Reasons for rejection may be related to
        content with spam-like characteristics or IP/domain reputation.
    block dot 550 SC-002 (COL004-MC1F1) Unfortunately, messages from 192.0.2.1 weren't sent.
    block dot 550 SC-004 Mail rejected by Outlook.com for policy reasons. A block has been placed against your IP
        address because we have received complaints concerning mail coming from that IP address.
    block connect 550 DY-001 Mail rejected by Outlook.com for policy reasons. We generally do not accept email
        from dynamic IP's as they are not typically used to deliver unauthenticated SMTP email.
    block connect 550 OU-002 Mail rejected by Outlook.com for policy reasons. Reasons for rejection may be related
        to content with spam-like characteristics or IP/domain reputation.
    block connect 421 RP-001 The mail server IP connecting to Outlook.com server has exceeded the rate limit allowed.
    block mail 550 5.7.515 Access denied, sending domain example.org does not meet the required authentication level.
    block dot 550 5.7.606 Access denied, banned sending IP [192.0.2.1]
    block rcpt 550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus. To request removal
        from this list see https://www.spamhaus.org/query/ip/192.0.2.1
    block rcpt 451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation.
    dead rcpt 550 5.5.0 Requested action not taken: mailbox unavailable
    dead rcpt 550 Requested action not taken: mailbox unavailable (S2017062302)

    @ Exchange_Online
        https://learn.microsoft.com/troubleshoot/exchange/email-delivery/ndr/non-delivery-reports-in-exchange-online
    block rcpt 550 5.7.51 TenantInboundAttribution; There is a partner connector configured that matched the
        message's recipient domain.
    block rcpt 550 5.7.64 TenantAttribution; Relay Access Denied
    block dot 550 5.7.708 Access denied, traffic not accepted from this IP
    block mail 550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains
    block mail 501 5.1.8 Access denied, bad outbound sender
    block rcpt 550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery
        restriction check failed because the sender was not authenticated
    block dot 550 5.7.520 Message blocked because it contains content identified as spam. AS(4810)
    block rcpt 554 5.7.1 spam abuse detected; the sending IP is on the list
    block mail 550 5.7.23 The message was rejected because of Sender Policy Framework violation -> 550 5.7.0
    soft rcpt 554 5.2.2 mailbox full;
        STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded
    dead rcpt 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ada@example.net not found by SMTP address lookup
    dead rcpt 550 5.4.1 Recipient address rejected: Access denied. AS(201806281)
    dead rcpt 550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found
    dead rcpt 550 5.4.310 DNS domain example.net does not exist [Message=InfoDomainNonexistent]
    dead rcpt 550 5.1.351 Remote server returned unknown recipient or mailbox unavailable

    @ iCloud https://smtp.codes/icloud
    block dot 550 5.7.1 [CS01] Message rejected due to local policy. Please visit
        https://support.apple.com/en-us/HT204137
    block dot 554 5.7.1 [HM08] Message rejected due to local policy. Please visit
        https://support.apple.com/en-us/HT204137
    block connect 550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1
    block dot 550 5.7.1 [PR01] Message rejected due to recipient preferences
    soft rcpt 552 5.2.2 <ada@example.net>: user is over quota
    dead rcpt 550 5.1.1 <ada@example.net>: user does not exist
    dead rcpt 550 5.1.6 recipient no longer on server: ada@example.net

    @ GMX https://postmaster.gmx.net/en/error-messages
    block connect 554-gmx.net (mxgmx104) Nemesis ESMTP Service not available 554-No SMTP service 554-IP address is
        block listed. 554 For explanation visit https://postmaster.gmx.net/en/case?c=r0201
    block connect 554-gmx.net (mxgmx007) Nemesis ESMTP Service not available 554-No SMTP service 554-Bad DNS PTR
        resource record. 554 For explanation visit https://postmaster.gmx.net/en/case?c=rdns
    block mail 550-Requested action not taken: mailbox unavailable 550-Sender address is not allowed. 550 For
        explanation visit https://postmaster.gmx.net/en/error-messages
    block mail 550-Requested action not taken: mailbox unavailable 550 invalid DNS MX or A/AAAA resource record
    block dot 554-Transaction failed 554-Reject due to policy restrictions. 554 For explanation visit
        https://postmaster.gmx.net/en/case?c=hi
    block connect 421-gmx.net (mxgmx016) Nemesis ESMTP Service not available 421-Service not available 421-Too
        many connections
    dead rcpt 550 Requested action not taken: mailbox unavailable
    soft rcpt 552-Requested mail action aborted: exceeded storage allocation 552 Quota exceeded. The recipient's
        inbox is full.

    @ WEB.DE https://smtp.codes/unitedinternet/
    block connect 554-web.de (mxweb011) Nemesis ESMTP Service not available 554-No SMTP service 554-IP address is
        black listed. 554 For explanation visit https://postmaster.web.de/en/case?c=r0103
    block dot 550 <ada@example.net>: Reject due to SPF policy. The originating IP of the message is not permitted
        by the domain owner

    @ Mail.ru https://help.mail.ru/developers/mailing_rules/error_codes
    block dot 550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=abc or report
        details to abuse@corp.mail.ru. Error code: ABC.
    block connect 554 Access from ip address 192.0.2.1 blocked. Visit http://help.mail.ru/notspam-support
    block connect 550 Sorry, we do not accept mail from hosts with dynamic IP or generic DNS PTR-records. Please
        get a custom reverse DNS name from your ISP for your host 192.0.2.1
    block dot 550 5.7.1 This message was not accepted due to domain owner DMARC policy (RFC 7489)
    block mail 550 Sender verify failed
    dead rcpt 550 Message was not accepted -- invalid mailbox. Local mailbox ada@example.net is unavailable: user
        not found
    dead rcpt 550 Message was not accepted -- invalid mailbox. Local mailbox ada@example.net is unavailable:
        account is disabled
    dead rcpt 550 User <ada@example.net> not found

    @ Yandex https://yandex.com/support/mail/web/message/create.html
    block dot 554 5.7.1 [2] Message rejected under suspicion of SPAM; https://ya.cc/1IrBc
    block dot 550 5.7.1 Email rejected per DMARC policy for example.org
    block connect 550 5.7.1 Your IP is on a blocking list, please contact your provider
    soft rcpt 451 4.7.1 Sorry, the service is currently unavailable. Please come back later.
    dead rcpt 550 5.7.1 No such user!
    dead rcpt 550 5.1.1 Invalid mailbox ada@example.net

    @ QQ https://smtp.codes/qq
    block rcpt 550 Mail content denied. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000726
    block connect 550 Connection frequency limited. http://service.mail.qq.com/cgi-bin/help?no=1000722
    block connect 550 Connection denied. http://service.mail.qq.com/cgi-bin/help?no=1000725
    block mail 550 Domain frequency limited. http://service.mail.qq.com/cgi-bin/help?no=1000725
    block mail 550 Sender frequency limited. http://service.mail.qq.com/cgi-bin/help?no=1000723
    block connect 550 Suspected bounce attacks. http://service.mail.qq.com/cgi-bin/help?no=1000727
    block dot 550 Suspected spam. http://service.mail.qq.com/
    block mail 550 SPF check failed. http://service.mail.qq.com/
    dead rcpt 550 Mailbox not found. http://service.mail.qq.com/cgi-bin/help?no=1000728
    block rcpt 550 Mailbox unavailable or access denied. http://service.mail.qq.com/cgi-bin/help?no=1000728
    block rcpt 550 Mail is rejected by recipients
    block dot 550 DMARC check failed
    block dot 550 Suspected spam sender.
    dead rcpt 550 The recipient may contain a non-existent account, please check the recipient address.

    @ NetEase https://biecuoliao.com/pa/MBRrwEM.html
    block dot 554 DT:SPM 163 mx12,PMCowAD3 1, please see http://mail.163.com/help/help_spam_16.htm?ip=192.0.2.1
    block connect 554 MI:SPB 163 smtp1 http://mail.163.com/help/help_spam_16.htm
    block connect 554 HL:IHU 163 mx3 http://mail.163.com/help/help_spam_16.htm
    block connect 554 HL:IPB 126 mx21
    block connect 421 HL:REP 163 mx8
    block connect 421 HL:ICC 163 mx8
    block mail 553 MI:SPF 163 mx14
    block rcpt 450 RP:DRC 163 mx2
    block mail 451 MI:SFQ 163 mx2
    block dot 450 DT:RBL 163 mx2
    dead rcpt 550 User not found: ada@example.net
    soft rcpt 552 Quota exceeded: ada@example.net

    @ Zoho https://www.zoho.com/mail/help/smtp-errors.html
    block dot 554 5.7.1 Email rejected due to security policies
    block rcpt 550 5.7.1 Message rejected because 192.0.2.1 is blacklisted
    block rcpt 550 5.1.8 Sender address rejected: Domain not found
    dead rcpt 550 5.1.1 User does not exist - <ada@example.net>
    dead rcpt 550 5.1.1 Unknown or illegal user
    """#
