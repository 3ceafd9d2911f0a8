/// What filters, lists and server programs answer; see ``RefusalTable`` for the form.
let refusalsOfFilters = #"""
    @ Spamhaus https://www.spamhaus.org/faqs/spamhaus-blocklist/
    block rcpt 550 https://www.spamhaus.org/query/ip/192.0.2.1
    block rcpt 554 5.7.1 https://www.spamhaus.org/sbl/query/SBL1
    block connect 554 blocked, see http://check.spamhaus.org/listed/?searchterm=192.0.2.1

    @ SpamCop https://forum.spamcop.net/topic/35-faq-entry-why-is-my-email-blocked/
    block rcpt 550 Blocked - see http://www.spamcop.net/bl.shtml?192.0.2.1
    block rcpt 554 http://www.spamcop.net/bl.shtml?192.0.2.1
    block mail 550 192.0.2.1 Defined SPAM source: bl.spamcop.net
    block rcpt 554 IP 192.0.2.1 found in Spamcop Black List. Visit spamcop.net for more information

    @ SORBS http://www.sorbs.net/faq/
    block rcpt 550 Dynamic IP Addresses See: http://www.sorbs.net/lookup.shtml?192.0.2.1
    block rcpt 550 5.0.0 Spam Received See: http://www.sorbs.net/lookup.shtml?192.0.2.1

    @ UCEPROTECT http://www.uceprotect.net/en/index.php?m=6&s=0
    block rcpt 550 Your ISP UPC/AS12345 is UCEPROTECT-Level3 listed. See
        http://www.uceprotect.net/rblcheck.php?ipr=192.0.2.1

    @ Barracuda https://www.barracudacentral.org/rbl/how-to-use
    block connect 554 Service unavailable; Client host [mail.example.org] blocked using Barracuda Reputation;
        http://www.barracudanetworks.com/reputation/?r=1&ip=192.0.2.1
    block rcpt 550 http://www.barracudacentral.org/lookups?ip_address=192.0.2.1
    block dot 550 permanent failure for one or more recipients (ada@example.net:blocked)
    dead rcpt 550 permanent failure for one or more recipients (ada@example.net:550 5.1.1 No such user)

    @ Proofpoint https://ipcheck.proofpoint.com
    block connect 554 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.1
    block rcpt 550 5.7.0 Local Policy Violation
    block dot 554 5.7.0 Message Size Violation or Spam: rejected by policy
    dead rcpt 550 5.1.1 <ada@example.net>: Recipient address rejected: Invalid address

    @ Mimecast https://wordtothewise.com/2018/07/who-are-mimecast
    block rcpt 550 Envelope blocked - User Entry
    block rcpt 550 Administrative prohibition - envelope blocked
    block rcpt 550 Rejected by header based manually Blocked Senders
    block rcpt 550 Rejected by header based Anti-Spoofing policy: news@example.org
    block rcpt 550 spamcop.mimecast.org Blocked - see http://www.spamcop.net/bl.shtml?192.0.2.1
    block dot 554 Email rejected due to security policies
    block mail 550 Sender address verification failed
    dead rcpt 550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550

    @ MessageLabs http://www.symanteccloud.com/nl/nl/supportcentre/information/r_troublshooting
    block dot 553-Message filtered. Refer to the Troubleshooting page at
        553-http://www.symanteccloud.com/troubleshooting for more 553 information. (#5.7.1)
    block connect 501 Connection rejected by policy [7.7] 34103, please visit www.messagelabs.com/support
    block connect 553-mail rejected because your IP is in the PBL. 553 See http://www.spamhaus.org/pbl
    dead rcpt 550-Invalid recipient 550 (#5.1.1)

    @ Broadcom https://knowledge.broadcom.com/external/article/162445/outbound-mail-returned-by-mailerdaemonme.html
    soft dot 552 5.3.4 Message size exceeds fixed maximum message size
    soft dot 552 Message size exceeds fixed limit
    soft rcpt 552 Mailbox is full
    soft rcpt 552 Requested mail action aborted: exceeded storage allocation
    dead rcpt 550 User unknown
    dead rcpt 554 5.7.1 Recipient address rejected: No such user
    block rcpt 550 5.7.1 Unable to Relay
    block rcpt 554 5.7.1 Relay access denied
    block dot 550 5.7.1 Message rejected as spam by Content Filtering.
    block dot 554 Denied (Mode: normal)
    block dot 550 Denied by policy
    block dot 552 MS-Office file containing VBA macros found inside of the email
    block dot 550 5.7.1 Message rejected due to content restrictions
    block mail 554 5.1.0 Sender denied
    block mail 553 Envelope sender rejected
    block mail 550 SPF check failed. Sender not authorized
    block mail 550 Sender verify failed
    block mail 550 5.7.1 SPF unauthorized mail is prohibited.
    soft dot 554 5.4.7 [internal] exceeded max time without delivery

    @ Gateways https://knowledge.broadcom.com/external/article/169925/common-external-spam-filtering-error-cod.html
    block rcpt 550 5.7.0 Mail relay denied
    block dot 550 Message contained unsafe content (Heuristics.Phishing.Email.SpoofedDomain)
    block rcpt 550 Permission denied
    block rcpt 551 Sender is on domain's blacklist
    block rcpt 550 5.7.1 Recipient not authorized, your IP has been found on a block list
    block dot 554 Rejected due to banned content
    block dot 554 Rejected due to spam content

    @ Cisco https://www.cisco.com/c/en/us/support/docs/security/email-security-appliance/118382-qanda-esa-00.html
    block connect 554-mx.example.net 554 Your access to this mail system has been rejected due to the sending
        MTA's poor reputation.
    block rcpt 550 #5.7.1 Your access to submit messages to this e-mail system has been rejected.
    block rcpt 452 Too many recipients received this hour
    block mail 553 #5.1.8 Domain of sender address news@example.org does not exist
    dead rcpt 550 #5.1.0 Address rejected.

    @ Trend_Micro https://success.trendmicro.com/en-US/solution/KA-0008036
    block connect 550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using Trend Micro RBL+. Please
        see http://www.mail-abuse.com/cgi-bin/lookup?ip_address=192.0.2.1
    block connect 550 5.7.1 http://ers.trendmicro.com/reputations?ip=192.0.2.1

    @ Cloudmark https://csi.cloudmark.com/en/reset/
    block connect 554 5.7.1 https://csi.cloudmark.com/en/reset/?ip=192.0.2.1

    @ Postfix https://www.postfix.org/postconf.5.html
    block ehlo 550 5.7.1 <mail>: Helo command rejected: need fully-qualified hostname
    block mail 450 4.1.8 <news@example.org>: Sender address rejected: Domain not found
    block mail 550 5.1.0 <news@example.org>: Sender address rejected: User unknown in virtual mailbox table
    block rcpt 554 5.7.1 <ada@example.net>: Relay access denied
    block rcpt 554 5.7.1 <mail.example.org[192.0.2.1]>: Client host rejected: Access denied
    block rcpt 450 4.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.1]
    block rcpt 450 4.2.0 <ada@example.net>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/
    block dot 550 5.7.1 Blocked by SpamAssassin
    block dot 500 5.0.0 Line too long
    dead rcpt 550 5.1.1 <ada@example.net>: Recipient address rejected: User unknown in local recipient table
    dead rcpt 550 5.1.1 <ada@example.net>: Recipient address rejected: undeliverable address: unknown user: "ada"
    soft rcpt 452 4.3.1 Insufficient system storage

    @ Exim https://www.exim.org/exim-html-current/doc/html/spec_html/ch-access_control_lists.html
    block rcpt 550 JunkMail rejected - mail.example.org [192.0.2.1] is in an RBL:
        https://www.spamhaus.org/query/ip/192.0.2.1
    block mail 550-Verification failed for <news@example.org> 550-No Such User Here 550 Sender verify failed
    block ehlo 550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)
    block rcpt 550 relay not permitted
    block dot 550 This message was classified as SPAM and may not be delivered
    block dot 550 maximum allowed line length is 998 octets, got 1200
    dead rcpt 550 Unrouteable address
    dead rcpt 550 No Such User Here
    dead rcpt 550 unknown user

    @ sendmail https://www.sendmail.org/~ca/email/doc8.12/op-sh-5.html
    block mail 553 5.1.8 <news@example.org>... Domain of sender address news@example.org does not exist
    block mail 553 5.1.8 Domain of sender address does not resolve
    block rcpt 550 5.7.1 <ada@example.net>... Relaying denied. IP name lookup failed [192.0.2.1]
    block connect 550 5.7.1 Access denied
    block rcpt 550 5.7.1 IP address blacklisted by recipient
    block connect 554 5.7.1 Rejected 192.0.2.1 found in dnsbl.sorbs.net
    block dot 553 Sender Policy Framework (SPF) fail
    dead rcpt 550 5.1.1 <ada@example.net>... User unknown
    dead rcpt 550 5.7.27 Host does not accept mail: MX 0 .
    dead rcpt 550 5.1.2 <ada@example.net>... Host unknown (Name server: example.net: host not found)

    @ qmail http://cr.yp.to/qmail/guarantee.html
    block rcpt 553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)
    block rcpt 553 sorry, that domain isn't in my list of allowed rcpthosts
    block mail 553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)
    block connect 553 sorry, your mailserver is blocked using rbl (#5.7.1)
    dead rcpt 550 sorry, no mailbox here by that name (#5.1.1 - chkuser)
    dead rcpt 553 sorry, badrcptto(user mail-box not found) (#5.7.1)
    dead rcpt 550 This address no longer accepts mail.

    @ MDaemon https://help.mdaemon.com/mdaemon/en/
    block rcpt 550 Access forbidden by invalid RDNS record of your mail server (192.0.2.1)
    block rcpt 550 Rejected message because 192.0.2.1 is in a black list
    dead rcpt 550 <ada@example.net>, Recipient unknown
    dead rcpt 550 ada@example.net unknown user account

    @ hMailServer https://www.hmailserver.com/documentation
    block dot 554 Rejected - spam score too high
    dead rcpt 550 Unknown user

    @ RFC https://www.rfc-editor.org/rfc/rfc7505
    dead rcpt 556 5.1.10 Recipient address has null MX
    dead rcpt 550 5.1.10 <ada@example.net>: Domain does not accept mail (nullMX)
    dead rcpt 550 5.1.2 Bad destination host
    dead rcpt 550 5.4.4 Invalid domain
    block mail 550 5.7.27 Sender address has null MX
    dead rcpt 551 User not local
    dead rcpt 550 User [ada@example.net] does not exist
    dead rcpt 550 ** No mail box available for this user **
    dead rcpt 550 bad recipient ada@example.net
    dead rcpt 550 The recipient's mailbox is a deactivated mailbox
    dead rcpt 550 Local user not found
    dead rcpt 550 RCPT (ada@example.net) does not exist
    dead rcpt 550 El usuario no existe
    dead rcpt 550 Benutzer existiert nicht
    dead rcpt 550 L'utilisateur n'existe pas
    """#
