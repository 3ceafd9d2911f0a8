/// Built-in rules about where a notice quotes the reply of the server that refused, and at which step it was given.
let builtInReplyRules = #"""
    # Behind these stands the reply itself.
    # Postfix
    reply: said:
    reply: refused to talk to me:
    # Exim
    reply: smtp error from remote mail server
    reply: smtp error from remote mailer
    reply: lmtp error after
    # sendmail
    reply: (reason:
    reply: <<<
    # qmail
    reply: remote host said:
    # IronPort, and SES, whose words for it these are
    reply: unknown address error
    reply: bad destination email address
    reply: bad destination mailbox address
    reply: bad destination host
    reply: other address status
    reply: other or undefined mailbox status
    reply: mailbox disabled, not accepting messages
    reply: message length exceeds administrative limit
    reply: other mail system problem
    reply: system not accepting network messages -
    reply: other network problem
    reply: delivery expired (message too old)
    reply: other protocol error
    reply: other media error
    reply: other security error
    reply: delivery not authorized, message refused
    # DragonFly
    reply: did not like our
    # Gmail, Exchange, hMailServer, amavis and others
    reply: the response was:
    reply: the response from the remote server was:
    reply: response from the remote server:
    reply: error that the other server returned was:
    reply: remote server returned
    reply: remote server replied:
    reply: remote server answered:
    reply: remote server responded:
    reply: remote mail server replied:
    reply: server responded with:
    reply: server replied:
    reply: server returned:
    reply: technical details of permanent failure:
    reply: with the following error:
    reply: the following error:
    reply: error message below:
    reply: server message
    reply: last error:
    reply: from mta(
    reply: diagnostic-code: smtp;
    reply: smtp;

    # At which step.
    step connect: after initial connection
    step connect: refused to talk to me:
    step connect: but greeting failed
    step connect: while talking to
    step connect: transcript of session follows
    step connect: when connecting to
    step connect: did not like our greeting
    step ehlo: after ehlo
    step ehlo: after helo
    step ehlo: after lhlo
    step ehlo: in reply to ehlo command
    step ehlo: in reply to helo command
    step ehlo: in reply to lhlo command
    step ehlo: but my name was rejected
    step ehlo: >>> ehlo
    step ehlo: >>> helo
    step ehlo: did not like our ehlo
    step ehlo: did not like our helo
    step mail: after mail from:
    step mail: after pipelined mail from:
    step mail: in reply to mail from command
    step mail: but sender was rejected
    step mail: does not like sender
    step mail: did not like our mail from
    step mail: >>> mail from:
    step rcpt: after rcpt to:
    step rcpt: after pipelined rcpt to:
    step rcpt: in reply to rcpt to command
    step rcpt: does not like recipient
    step rcpt: did not like our rcpt to
    step rcpt: >>> rcpt to:
    step data: after data:
    step data: after pipelined data:
    step data: in reply to data command
    step data: failed on data command
    step data: did not like our data
    step data: >>> data
    step dot: after end of data
    step dot: after pipelined end of data
    step dot: after sending data block
    step dot: after pipelined sending data block
    step dot: in reply to end of data command
    step dot: failed after i sent the message
    step dot: did not like our final data
    step dot: did not like our eom
    step dot: >>> .
    """#
