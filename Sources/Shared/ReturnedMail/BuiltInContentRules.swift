/// Built-in rules about the message itself: its form, its size, what it carries.
let builtInContentRules = #"""
    # The message.
    reason content: line too long
    reason content: line is too long
    reason content: lines too long
    reason content: too long line
    reason content: line length
    reason content: header too long
    reason content: headers too long
    reason content: header line too long
    reason content: header field too long
    reason content: subject too long
    reason content: too long for transport
    reason content: header size
    reason content: message header size
    reason content: mime header
    reason content: mime headers
    reason content: bad header
    reason content: 8-bit data in
    reason content: 8bit data in
    reason content: malformed
    reason content: improperly-formatted
    reason content: base64 encoding
    reason content: infected
    reason content: executable files
    reason content: multipart structure
    reason content: from headers
    reason content: date header
    reason content: missing header
    reason content: header missing
    reason content: duplicate header
    reason content: duplicate headers
    reason size: max message size
    reason size: message file too big
    reason size: mail file too big
    reason size: taille limite du message
    reason size: message too long
    reason size: message is too long
    reason size: mail too large
    reason size: mail size
    reason size: data too long
    reason size: message too large
    reason size: message too big
    reason size: message is too large
    reason size: message is too big
    reason size: message size exceeds
    reason size: message size limit
    reason size: message length exceeds
    reason size: exceeds size limit
    reason size: exceeded maximum inbound message size
    reason size: exceeds the maximum message size
    reason size: exceeded * message size
    reason size: larger than the maximum
    reason size: exceeds fixed maximum
    reason size: nachricht ist zu groß
    reason content: virus
    reason content: malware
    reason content: prohibited attachment
    reason content: attachment type
    reason content: message content rejected
    reason content: content rejected
    reason content: content denied
    reason content: bare lf
    reason content: no resent-from
    reason content: invalid header
    reason content: header error
    reason content: not rfc 5322 compliant
    reason content: not rfc 2822 compliant
    reason content: not rfc compliant
    reason content: html tag
    reason content: required standards
    reason content: too many related errors
    reason content: message depth exceeded
    reason content: invalid message content
    reason content: linefeeds in message
    reason content: message must be rfc
    reason content: stray cr
    reason content: invalid data in
    reason content: invalid structure
    reason size: class=size
    reason size: message length too
    reason size: too heavy
    reason size: email is larger
    reason size: mail is larger
    reason size: message is larger
    reason size: maximum email size
    reason size: maximum allowed size
    reason size: maximum message size
    reason size: email size limit
    reason size: mail is too big
    reason size: mail is too large
    reason size: email is too large
    reason size: email too large
    reason size: attachment too large
    reason size: attachment is too large
    reason size: attachment too big
    reason size: attachment is too big
    reason size: exceeds maximum size
    """#
