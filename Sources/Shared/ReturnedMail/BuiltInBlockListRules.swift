/// Built-in rules about lists of senders: by the address of their page, and in words.
///
/// They precede all words about mailboxes: a listed sender is refused for every recipient alike.
let builtInBlockListRules = #"""
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
    reason policy: blocklist.de
    reason policy: dsbl.org
    reason policy: ordb.org
    reason policy: njabl.org
    reason policy: ahbl.org
    reason policy: spews.org
    reason policy: dronebl.org
    reason policy: wpbl.info
    reason policy: swinog.ch
    reason policy: inps.de
    reason policy: 0spam.org
    reason policy: drbl.
    reason policy: multi-rbl
    reason policy: multi-blacklist
    reason policy: postmaster.info.aol.com
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
    reason mailbox-unknown: due to long-time inactivity
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
    """#
