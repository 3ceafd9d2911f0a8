/// Built-in rules about refusals of the sender that single providers word in their own way.
///
/// They precede all words about mailboxes: a listed sender is refused for every recipient alike.
let builtInBlockRules = #"""
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
    # AOL: what connected, what it sent, what it linked to.
    reason policy: rtr:bb
    reason policy: rtr:bg
    reason policy: rtr:bl
    reason policy: rtr:ch
    reason policy: rtr:du
    reason policy: rtr:rd
    reason policy: rtr:sc
    reason policy: rly:b1
    reason policy: rly:b2
    reason policy: rly:b3
    reason policy: rly:b4
    reason policy: rly:bd
    reason policy: rly:bl
    reason policy: rly:bm
    reason policy: rly:bs
    reason policy: rly:ch
    reason policy: rly:ch2
    reason policy: rly:cs1
    reason policy: rly:cs2
    reason policy: rly:cs3
    reason policy: rly:cs4
    reason policy: rly:ir
    reason policy: rly:nw
    reason policy: rly:ob
    reason policy: rly:sn
    reason policy: hvu:b1
    reason policy: hvu:b2
    reason policy: con:b1
    reason rate-limited: dyn:t1
    reason rate-limited: dyn:t2
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
    # Laposte, Free, SFR, Orange: what is said of the recipient's mailbox comes before the number.
    reason mailbox-unknown: un destinataire invalide
    reason mailbox-unknown: boite du destinataire inactive
    reason mailbox-unknown: boite du destinataire archivee
    reason mailbox-unknown: compte du destinataire est bloque
    reason mailbox-full: boite du destinataire pleine
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
    reason policy: host network
    reason policy: bouncedeny
    reason policy: not allowed to send us
    reason policy: is refused. see
    reason policy: accept this email
    reason policy: in approved list
    reason policy: screening issues
    reason policy: dns says does not exist
    reason policy: connection refused from
    reason policy: aol will not accept
    reason policy: third-party dsn
    reason policy: third-party dsns
    reason policy: returned mail not accepted
    reason policy: not in the address book
    reason policy: not in address book
    reason policy: only accepting mail from
    reason policy: only accepts mail from
    reason policy: accepts mail only from
    reason policy: only accept mail from
    reason policy: refuses to receive
    reason policy: refuses to accept your
    reason policy: refuse to receive
    reason policy: requires confirmation
    reason policy: confirm this mail server
    reason policy: failed to authenticate
    reason policy: route requires
    reason policy: for this certificate
    reason policy: restricted sms
    reason policy: from your location
    reason policy: from your country
    reason policy: country * not allowed
    reason policy: geographical location
    reason policy: mass mailer
    reason policy: mass-mailer
    reason policy: bulk advertising
    reason policy: domainkeys
    reason policy: rejected by dcc
    reason policy 550,554: not accepting connections
    reason policy: not welcome
    reason policy: blocklisting
    reason policy: (mode: normal)
    reason policy: before sending
    reason policy: reject the mail
    reason policy: rejects the mail
    reason policy: delivery was refused
    reason policy: permanently rejected
    reason policy: want your email
    reason policy: want your e-mail
    reason policy: want your mail
    reason policy: blacklisting
    reason policy: black ip
    reason policy: black mail
    reason policy: mailpolicy
    reason policy: policy error
    reason policy: considered spam
    reason policy: considered as spam
    reason policy: spam or virus
    reason policy: spam or a virus
    reason policy: spam and virus
    reason policy: access forbidden
    reason policy: forbidden by
    reason policy: 'access denied'
    reason policy 5.7.*: access denied
    """#
