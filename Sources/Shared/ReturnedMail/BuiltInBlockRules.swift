/// Built-in rules about refusals of the sender that single providers and block lists word in their own way.
///
/// They precede all words about mailboxes: a listed sender is refused for every recipient alike.
let builtInBlockRules = #"""
    # Block lists by the address of their page.
    reason policy: spamhaus.org
    reason policy: spamcop.net
    reason policy: barracudacentral.org
    reason policy: barracudanetworks.com/reputation
    reason policy: sorbs.net
    reason policy: uceprotect.net
    reason policy: abuseat.org
    reason policy: abusix.com
    reason policy: abusix.zone
    reason policy: senderscore.org
    reason policy: senderscore.com
    reason policy: senderbase.org
    reason policy: talosintelligence.com
    reason policy: returnpath.net
    reason policy: cloudmark.com
    reason policy: surbl.org
    reason policy: uribl.com
    reason policy: invaluement.com
    reason policy: spamrats.com
    reason policy: psbl.org
    reason policy: surriel.com
    reason policy: mailspike.net
    reason policy: mailspike.org
    reason policy: backscatterer.org
    reason policy: nixspam.net
    reason policy: manitu.net
    reason policy: spfbl.net
    reason policy: junkemailfilter.com
    reason policy: trendmicro.com
    reason policy: mail-abuse.com
    reason policy: mail-abuse.org
    reason policy: proofpoint.com
    reason policy: symanteccloud.com
    reason policy: messagelabs.com
    reason policy: brightmail.com
    reason policy: fortiguard.com
    reason policy: cyren.com
    reason policy: csi.mimecast.org
    reason policy: spamcop.mimecast.org
    reason policy: s5h.net
    reason policy: gbudb.net
    reason policy: dnswl.org
    reason policy: openspf.org
    reason policy: openspf.net
    reason policy: anti-spam.org.cn
    reason policy: dnsbl.
    reason policy: rbl.
    reason policy: rbldns
    reason policy: dnsbl:
    reason policy: sender.office.com
    reason policy: delist.messaging.microsoft.com
    reason policy: ipremoval.sms.symantec.com
    reason policy: unblock.secureserver.net
    reason policy: x.co/rlbounce
    reason policy: x.co/srbounce
    reason policy: help_spam

    # Block lists in words; who has not used a mailbox for long is not its sender.
    reason mailbox-unknown: blocked due to inactivity
    reason policy: block listed
    reason policy: blocklisted
    reason policy: block-listed
    reason policy: black list
    reason policy: black-list
    reason policy: blacklisting
    reason policy: block-list
    reason policy: blocking list
    reason policy: blocked list
    reason policy: blockedlist
    reason policy: list of blocked
    reason policy: blackhole
    reason policy: deny list
    reason policy: denied by list
    reason policy: listed in a dns
    reason policy: is listed in
    reason policy: is listed on
    reason policy: is listed by
    reason policy: listed in rbl
    reason policy: listed on rbl
    reason policy: found in dnsbl
    reason policy: found on one or more
    reason policy: part of their network
    reason policy: on our block list
    reason policy: dynamic ip
    reason policy: dialup
    reason policy: dial-up
    reason policy: open relay
    reason policy: open proxy
    reason policy: botnet
    reason policy: poor reputation
    reason policy: bad reputation
    reason policy: low reputation
    reason policy: reputation of
    reason policy: email reputation
    reason policy: sender reputation
    reason policy: no reputation
    reason policy: none/bad reputation
    reason policy: cloudmark
    reason policy: senderscore
    reason policy: spamcop
    reason policy: _is_blocked
    reason policy: ip blocked
    reason policy: ip is blocked
    reason policy: ip address blocked
    reason policy: ip address is blocked
    reason policy: ip address has been blocked
    reason policy: ip has been blocked
    reason policy: address has been blocked due to
    reason policy: host is blocked
    reason policy: host blocked
    reason policy: has been blocked by
    reason policy: blocked by
    reason policy: blocked for
    reason policy: blocked due to
    reason policy: blocked because
    reason policy: blocked - see
    reason policy: blocked, see
    reason policy: blocked see
    reason policy: connection blocked
    reason policy: network blocked
    reason policy: ip rejected
    reason policy: ip is rejected
    reason policy: ip is hangup
    reason policy: invalid ip
    reason policy: denied (mode:
    reason policy: unsafe content
    reason content: macros found
    reason policy: access from ip
    reason policy: banned sending ip
    reason policy: banned ip
    reason policy: traffic not accepted from this ip
    reason policy: rejected by recipient's spam
    reason policy: no mail accepted from
    reason policy: not accepted from this ip
    reason policy: mail from your
    reason policy: emails from your
    reason policy: messages from your

    # GMX, WEB.DE, mail.com, 1&1, T-Online, Strato, Freenet.
    reason policy: nemesis esmtp service not available
    reason policy: transaction failed reject due to
    reason policy: kundenserver
    reason policy: use a mailgateway
    reason policy: ask your postmaster for help
    # Microsoft.
    reason policy: sc-001
    reason policy: sc-002
    reason policy: sc-003
    reason policy: sc-004
    reason policy: dy-001
    reason policy: dy-002
    reason policy: ou-001
    reason policy: ou-002
    reason policy: (s3140)
    reason policy: (s3150)
    reason policy: weren't sent. please contact your internet service provider
    reason policy: for policy reasons
    reason policy: spam abuse detected
    reason policy: spam content found
    # Comcast.
    reason policy: bl000000
    reason policy: bl000001
    reason policy: bl000010
    reason policy: bl000011
    reason policy: bl000100
    reason policy: bl000101
    reason policy: bl000110
    reason policy: bl000111
    reason policy: bl001000
    reason policy: es000001
    reason policy: es000010
    reason policy: ph000001
    reason policy: dm000001
    reason rate-limited: rl000001
    reason rate-limited: rl000002
    reason rate-limited: rl000003
    reason rate-limited: rl000010
    reason rate-limited: rl000011
    reason policy: comcast block
    reason policy: comcast requires
    # Cox, Charter, AT&T, Verizon, Virgin Media and other access providers.
    reason policy: aup#
    reason policy: cxr rejected
    reason policy: cxbl
    reason policy: cdrbl
    reason policy: ipbl0001
    reason policy: ipbl0010
    reason policy: ipbl0100
    reason policy: ipbl0011
    reason policy: ipbl0101
    reason policy: ipbl0110
    reason policy: ipbl0111
    reason policy: ipbl1000
    reason policy: ipbl1001
    reason policy: ipbl1010
    reason policy: ipbl1011
    reason policy: ipbl1100
    reason policy: ipbl1101
    reason policy: ipbl1110
    reason policy: ipbl1111
    reason policy: unauthorized interface
    reason policy: valid sender domain
    reason policy: is blocked
    reason policy: cxthrt
    reason policy: cxdns
    reason policy: abuse_rbl
    reason policy: vmpost
    reason policy: virgin media
    reason policy: virginmedia
    reason policy: mail rejected by
    # Laposte, Free, SFR, Orange.
    reason policy: service refuse
    reason policy: service refused
    reason mailbox-unknown: lpn007_416
    reason policy: lpn006_
    reason policy: lpn027_
    reason policy: lpn007_
    reason policy: lpn105_
    reason policy: lpnaaa_
    # NetEase and QQ; what they count by the hour is how fast.
    reason policy: mi:spb
    reason policy: mi:spf
    reason policy: mi:dmc
    reason policy: mi:dma
    reason policy: mi:sfq
    reason policy: mi:frl
    reason policy: mi:nht
    reason policy: mi:ipb
    reason policy: dt:sum
    reason policy: hl:ihu
    reason policy: dt:rbl
    reason policy: wm:bli
    reason policy: wm:blu
    reason rate-limited: hl:ifc
    reason rate-limited: hl:ifq
    reason rate-limited: mi:cel
    reason rate-limited: rp:ccl
    reason rate-limited: rp:qrc
    reason policy: hl:ipb
    reason policy: hl:rep
    reason policy: ip:qrc
    reason policy: sr:mrl
    reason policy: by:spm
    reason rate-limited: mi:stc
    reason rate-limited: mi:ccl
    reason rate-limited: hl:itc
    reason rate-limited: hl:mep
    reason rate-limited: hl:icc
    reason rate-limited: rp:cel
    reason rate-limited: rp:drc
    reason rate-limited: rp:trc
    reason rate-limited: rp:qlc
    reason policy: suspected spam
    reason policy: connection denied
    reason content: mail content denied
    reason policy: spam denied
    reason policy: content reject
    # GoDaddy.
    reason rate-limited: has sent to too many
    reason rate-limited: ib607
    reason rate-limited: ib605
    reason policy: ib103
    reason policy: ib104
    reason policy: ib105
    reason policy: ib106
    reason policy: ib108
    reason policy: ib110
    reason policy: ib111
    reason policy: ib212
    reason policy: ib501
    reason policy: ib504
    reason policy: ib506
    # Filters that are sold as a service.
    reason policy: message filtered
    reason policy: connection rejected by policy
    reason policy: connection refused due to abuse
    reason policy: local policy violation
    reason policy: security policies
    reason policy: blocked senders
    reason policy: envelope rejected
    reason policy: anti-spoofing
    reason policy: antispam
    reason policy: anti-spam
    reason policy: not accepted due to
    reason policy: under suspicion of
    reason policy: rejected by recipient
    reason policy: rejected by the recipient
    reason policy: rejected by recipients
    reason policy: refused by recipient
    reason policy: we don't accept mail from
    reason policy: don't accept mail from
    reason policy: not accept mail from
    reason policy: not accept email from
    reason policy: not accept messages from
    reason policy: not accepting email from
    reason policy: not a gateway
    reason policy: not authenticated
    reason policy: smtp authentication
    reason policy: must authenticate
    reason policy: tls required
    reason policy: starttls
    reason policy: due to recipient preferences
    reason policy: no smtp service here
    reason policy: go away
    reason policy: not welcome
    reason policy: access forbidden
    reason policy: forbidden by
    reason policy: 'access denied'
    reason policy 5.7.*: access denied
    """#
