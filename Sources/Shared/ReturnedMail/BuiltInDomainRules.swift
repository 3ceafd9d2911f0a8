/// Built-in rules about a domain that is not there, or that takes no mail.
let builtInDomainRules = #"""
    # No domain.
    reason expired: name service error * try again
    reason expired: host not found, try again
    reason domain-unknown: domain does not exist
    reason domain-unknown: domain doesn't exist
    reason domain-unknown: domain not found
    reason domain-unknown: domain couldn't be found
    reason domain-unknown: domain wasn't found
    reason domain-unknown: domain name not found
    reason domain-unknown: no such domain
    reason domain-unknown: unknown domain
    reason domain-unknown: unknown host
    reason domain-unknown: host unknown
    reason domain-unknown: host or domain name not found. name service error * type=mx: host not found
    reason expired: name server * temporarily
    reason expired: host name lookup failure
    reason domain-unknown: host or domain name not found
    reason domain-unknown: host not found
    reason domain-unknown: couldn't find any host
    reason domain-unknown: couldn't find any host named
    reason domain-unknown: couldn't find a mail exchanger
    reason domain-unknown: nxdomain
    reason domain-unknown: null mx
    reason domain-unknown: does not accept mail (nullmx)
    reason expired: loops back to myself
    reason domain-unknown: all relevant mx records point to non-existent hosts
    reason domain-unknown: no mx or a record
    reason domain-unknown: domäne existiert nicht
    reason domain-unknown: le domaine * n'existe pas

    # RFC 7505 and RFC 7504 in the words of single servers.
    reason domain-unknown 5.7.27: does not accept mail
    reason domain-unknown 556,521: does not accept mail
    reason domain-unknown: host does not accept mail
    reason domain-unknown: domain does not accept mail
    reason domain-unknown: does not accept email
    reason domain-unknown: accepts no mail
    reason domain-unknown: indicated no smtp service
    reason domain-unknown: nullmx
    reason domain-unknown: mx is null
    reason domain-unknown: null mx record
    reason domain-unknown 521: system not accepting network messages
    reason expired *.3.2: not accepting
    reason domain-unknown 521: not accepting
    reason domain-unknown 5.1.10: recipient address has null mx
    # No such domain, as resolvers and servers say it.
    reason domain-unknown: name or service not known
    reason domain-unknown: nodename nor servname provided
    reason domain-unknown: no address associated with
    reason domain-unknown: infodomainnonexistent
    reason domain-unknown: dns domain * does not exist
    reason domain-unknown: domain * does not exist
    reason domain-unknown: domain * doesn't exist
    reason domain-unknown: domain * not found
    reason domain-unknown: non-existent domain
    reason domain-unknown: nonexistent domain
    reason domain-unknown: non-existent host
    reason domain-unknown 5.1.2,5.1.10,5.4.4: invalid domain
    reason domain-unknown 5.1.2,5.1.10,5.4.4: invalid domain name
    reason domain-unknown 5.1.2,5.1.10,5.4.4: domain name is invalid
    reason domain-unknown 5.1.2,5.1.10,5.4.4: domain invalid
    reason domain-unknown 5.1.2,5.1.10,5.4.4: domain is invalid
    reason domain-unknown 5.1.2,5.1.10,5.4.4: bad domain
    reason domain-unknown 5.1.2,5.1.10,5.4.4: illegal host
    reason domain-unknown 5.1.2,5.1.10,5.4.4: illegal host/domain name
    reason domain-unknown: domain has no mx
    reason domain-unknown: no mx for
    reason domain-unknown: no mx record
    reason domain-unknown: no mx records
    reason domain-unknown: no valid mx
    reason domain-unknown: no mail server
    reason domain-unknown: no mail servers for
    reason domain-unknown: no mail hosts for
    reason domain-unknown: no mail exchanger
    reason domain-unknown: no mail exchangers
    reason domain-unknown: no smtp server for
    reason domain-unknown: has no mail exchanger
    reason domain-unknown: has no mx
    reason domain-unknown: no route to domain
    reason domain-unknown: unrouteable domain
    reason domain-unknown: unrouteable mail domain
    reason domain-unknown: unroutable domain
    reason domain-unknown: domain unknown
    reason domain-unknown: domain is unknown
    reason domain-unknown: domain not exist
    reason domain-unknown: domain name does not exist
    reason domain-unknown: no such host
    reason domain-unknown: recipient domain must exist
    reason domain-unknown: host does not exist
    reason domain-unknown: dns hard error
    reason domain-unknown: dns name does not exist
    reason domain-unknown: dns error * domain name not found
    reason domain-unknown: domain couldn't be resolved
    reason domain-unknown: domain could not be resolved
    reason domain-unknown: could not resolve host
    reason domain-unknown: domain has expired
    reason domain-unknown: domain expired
    reason domain-unknown 5.4.4: invalid
    reason domain-unknown 5.4.4: domain
    reason domain-unknown: nonexistentdomain
    reason domain-unknown: smtpsend.dns.nonexistentdomain
    reason domain-unknown: lookups failed permanently
    reason domain-unknown: no relevant answers
    reason domain-unknown: answer with no data
    reason domain-unknown 5.4.4: unable to look up host
    reason domain-unknown 5.4.4: unable to lookup
    reason domain-unknown: domain not configured to accept
    reason domain-unknown: not configured to accept mail
    reason domain-unknown: no mx found
    reason domain-unknown: domain doesnt exist
    reason domain-unknown: mail exchanger or ip address
    reason domain-unknown: not hosted here
    reason domain-unknown: is not hosted
    reason domain-unknown: domain not hosted
    reason domain-unknown: no valid mail servers
    reason domain-unknown: no valid mail exchanger
    reason domain-unknown: no dns records
    reason domain-unknown: domain not used
    reason domain-unknown: any mail exchanger
    reason domain-unknown: non-existant domain
    reason domain-unknown: nonexistant domain
    reason domain-unknown: no mail exchange for
    reason domain-unknown: domain not resolvable
    reason domain-unknown: domain disabled
    reason domain-unknown: domain is disabled
    reason domain-unknown: domain suspended
    reason domain-unknown: domain is suspended
    reason domain-unknown: domain closed
    reason domain-unknown: domain has been disabled
    reason domain-unknown: domain has been suspended
    """#
