/// Built-in rules about the mailbox: what single providers mean, then full, then refused for who sends.
///
/// Written after RFC 3463, IANA's registry of enhanced codes, and what the servers document or say.
let builtInProviderRules = #"""
    # Providers that mean something of their own.
    # Exchange Online looks up the recipient at the edge.
    reason mailbox-unknown 5.4.1: recipient address rejected: access denied
    reason mailbox-unknown 5.1.10,5.1.1,5.4.1: recipientnotfound
    reason mailbox-unknown 5.1.10,5.1.1,5.4.1: resolver.adr.recipientnotfound
    reason mailbox-unknown: resolver.adr.recipnotfound
    reason mailbox-unknown: resolver.adr.exrecipnotfound
    reason mailbox-unknown: recipnotfound; not found
    reason policy: resolver.rst.notauthorized
    reason policy: resolver.rst.authrequired
    reason size: resolver.rst.sendsizelimit
    reason size: resolver.rst.recipsizelimit
    reason mailbox-full: storedrv.deliver; mailbox full
    reason mailbox-full: storedrv.deliver.exception:quotaexceededexception
    reason policy 5.7.*,550: tenantattribution; relay access denied
    # Gmail says 5.2.1 for mailboxes that get too much, and 4.2.1 for those that are off.
    reason rate-limited 4.2.1,5.2.1,450,550: is receiving email at a rate that
    reason rate-limited 4.2.1,5.2.1,450,550: is receiving mail at a rate that
    reason rate-limited 4.2.1,5.2.1,450,550: receiving email too quickly
    reason rate-limited 4.2.1,5.2.1,450,550: receiving mail too quickly
    reason rate-limited 4.2.1,5.2.1,450,550: receivingrate
    reason rate-limited 4.2.1,5.2.1,450,550: receivingrateperm
    reason mailbox-full 4.2.2,5.2.2,452,552: out of storage space
    reason mailbox-unknown 5.2.1: the email account that you tried to reach is disabled
    reason mailbox-unknown 5.2.1: the email account that you tried to reach is inactive
    # Yahoo and AOL.
    reason mailbox-unknown: this user doesn't have a * account
    reason mailbox-unknown: mailbox is disabled (#
    reason mailbox-unknown: this account has been disabled or discontinued
    reason mailbox-unknown 554: delivery error: dd not a valid recipient
    reason rate-limited: messages from * temporarily deferred due to
    reason rate-limited 421,451: [tss
    reason policy: [ts01]
    reason policy 553: [bl2
    # Apple, Comcast, Orange, Mail.ru, QQ, T-Online.
    reason mailbox-full: user is overquota
    reason policy: [cs01]
    reason mailbox-unknown: not our customer
    reason rate-limited: too many connections, slow down
    reason mailbox-unknown: ofr_416
    reason mailbox-full: ofr_417
    reason mailbox-unknown: ofr_418
    reason policy 550,554: ofr_
    reason mailbox-full: invalid mailbox * quota exceeded
    reason mailbox-full: mailbox unavailable (not enough free space)
    reason mailbox-unknown: invalid mailbox
    # QQ: too much came for this recipient in a short time.
    reason rate-limited: mailbox unavailable or access denied
    reason rate-limited: mailbox unavailable or access denined
    reason policy: reject by content spam at helo

    # A full mailbox.
    reason mailbox-full: over quota
    reason mailbox-full: overquota
    reason mailbox-full: over the quota
    reason mailbox-full: over its quota
    reason mailbox-full: over their quota
    reason mailbox-full: over disk quota
    reason mailbox-full: over the allowed quota
    reason mailbox-full: quota exceeded
    reason mailbox-full: quota is exceeded
    reason mailbox-full: quota has been exceeded
    reason mailbox-full: quota exceed
    reason mailbox-full: quota violation
    reason mailbox-full: quota reached
    reason mailbox-full: quota full
    reason mailbox-full: quotaexceeded
    reason mailbox-full: disc quota
    reason mailbox-full: disk quota
    reason mailbox-full: diskquota
    reason mailbox-full: mailbox quota
    reason mailbox-full: storage quota
    reason mailbox-full: exceeded storage allocation
    reason mailbox-full: exceeds storage allocation
    reason mailbox-full: exceeded * quota
    reason mailbox-full: exceeding * quota
    reason mailbox-full: exceeds * quota
    reason mailbox-full: reached disk quota
    reason mailbox-full: mailbox full
    reason mailbox-full: mailbox is full
    reason mailbox-full: mailbox has exceeded
    reason mailbox-full: mailbox exceeds
    reason mailbox-full: mailbox exceeds allowed size
    reason mailbox-full: mailbox size limit exceeded
    reason mailbox-full: mailbox for user is full
    reason mailbox-full: mail box full
    reason mailbox-full: mailbox space not enough
    reason mailbox-full: mail box space not enough
    reason mailbox-full: mailfolder is full
    reason mailbox-full: mailfolder is over
    reason mailbox-full: maildir over quota
    reason mailbox-full: maildir delivery failed: disk quota
    reason mailbox-full: inbox is full
    reason mailbox-full: inbox is too full
    reason mailbox-full: account is full
    reason mailbox-full: account full
    reason mailbox-full: is a full mailbox
    reason mailbox-full: due to a full mailbox
    reason mailbox-full: user has exceeded
    reason mailbox-full: user mailbox exceeds
    reason mailbox-full: not enough storage space
    reason mailbox-full: not enough space in
    reason mailbox-full: no space left in mailbox
    reason mailbox-full: insufficient mailbox space
    reason mailbox-full: insufficient disk quota
    reason mailbox-full: has too much mail stored
    reason mailbox-full: too many messages in mailbox
    reason mailbox-full: would be over the allowed quota
    reason mailbox-full: would exceed maximum allowed storage
    reason mailbox-full: mailbox would exceed
    reason mailbox-full: has run out of space
    reason mailbox-full: postfach ist voll
    reason mailbox-full: postfach voll
    reason mailbox-full: speicherplatz * überschritten
    reason mailbox-full: boîte aux lettres pleine
    reason mailbox-full: boîte de réception * pleine
    reason mailbox-full: buzón lleno
    reason mailbox-full: buzón está lleno
    reason mailbox-full: cuota excedida
    reason mailbox-full: casella * piena
    reason mailbox-full: caixa de correio * cheia
    reason mailbox-full: caixa postal * cheia
    reason mailbox-full: postvak is vol
    reason mailbox-full: ящик переполнен
    reason mailbox-full: превышен размер ящика
    reason mailbox-full: skrzynka * przepełniona
    reason mailbox-full: 邮箱已满
    reason mailbox-full: メールボックスがいっぱい
    reason mailbox-full: not enough free space
    reason mailbox-full: not have enough space
    reason mailbox-full: full mailbox
    reason mailbox-full: mailbox exceeded
    reason mailbox-full: userdisk quota
    reason mailbox-full: domaindisk quota
    reason mailbox-full: space has been used up
    reason mailbox-full: space has used up
    reason mailbox-full: maximum size allowed for mail delivery
    reason mailbox-full: too many messages in their mailbox
    reason mailbox-full: number of messages exceeds
    reason mailbox-full: storage limit exceeded
    reason mailbox-full: storage full
    reason mailbox-full: storage is full
    reason mailbox-full: exhausted * storage
    reason mailbox-full: mail allowance
    reason mailbox-full: quota is over
    reason mailbox-full: mailbox of * is full
    reason mailbox-full: mailbox for * is full
    reason mailbox-full: overdrawn
    reason mailbox-full: over quote
    reason mailbox-full: maximum allowed number of messages
    reason mailbox-full: enough diskspace
    reason mailbox-full: mailbox_full
    reason mailbox-full: 522_mailbox_full
    reason mailbox-full: mailbox_quota_exceeded
    reason mailbox-full: receive any more mail
    reason mailbox-full: larger than the space
    reason mailbox-full: allowed message count
    reason mailbox-full: disk full
    reason mailbox-full: his/her quota
    reason mailbox-full 522
    reason mailbox-full: overflowing
    reason mailbox-full: not sufficient disk space
    reason mailbox-full: too many messages on the server
    reason mailbox-full: zuviele mails auf dem server
    reason mailbox-full: zu viele nachrichten auf dem server
    reason mailbox-full: account storage limit
    reason mailbox-full: inbox full
    reason mailbox-full: mail box is full
    reason mailbox-full: mailbox limit
    reason mailbox-full: mailbox storage
    reason mailbox-full: storage limit
    reason mailbox-full: storage space
    reason mailbox-full: out of space
    reason mailbox-full: not enough disk space
    reason mailbox-full: out of disk space
    reason mailbox-full: out of quota
    reason mailbox-full: exceed quota
    reason mailbox-full: exceed maximum allowed storage
    reason mailbox-full: quota for the mailbox
    reason mailbox-full 552: disk space
    reason mailbox-full 552: quota
    reason mailbox-full: is over the limit
    reason mailbox-full: no space left
    reason mailbox-full: no free space
    reason mailbox-full: exceeded its space
    reason mailbox-full: over its limit
    reason mailbox-full: writing message: file too
    reason mailbox-full *.2.2

    # Refused, and the words "user" or "recipient" in it mislead.
    reason policy: envelope blocked
    reason policy: user has blocked
    reason policy: not accepting mail from
    reason policy: does not accept mail from
    reason policy: is not accepting * from this sender
    reason policy: recipient has blocked
    reason policy: likely unsolicited mail
    reason policy: blocked using
    reason policy: listed at
    reason policy: spamhaus
    reason policy: barracudacentral
    reason policy: spamcop
    reason policy: on our block list
    reason policy: client host * blocked
    reason policy: relay access denied
    reason policy: relaying denied
    reason policy: unable to relay
    reason policy: relay not permitted
    reason policy: we do not relay
    reason policy: not permitted to relay
    reason policy: authentication required
    reason policy 5.7.1: members-only
    reason policy: restricted to members
    reason policy: not allowed to send to
    reason policy: not authorized to send to
    reason policy: you do not have permission
    """#
