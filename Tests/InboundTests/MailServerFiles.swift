/// How each server is set up: it takes everything, hands it on at once, warns after two seconds and gives up after six,
/// OpenSMTPD after fifteen: it throws away its own notices by the same rule, of which a busy machine may be the cause.
extension MailServer {
    /// Run by a shell in the namespaces; `$0` is the folder of ``files(_:)``.
    var script: String {
        switch self {
        case .postfix:
            """
            install -d /var/spool/postfix && install -d -o postfix /var/lib/postfix
            exec postfix -c "$0" start-fg
            """
        case .exim: "install -d -o Debian-exim /var/spool/exim && exec exim4 -C \"$0/exim.conf\" -bdf -q1s"
        case .openSMTPD:
            """
            install -d -m 711 /var/spool/smtpd && install -d /var/lib/opensmtpd/empty
            exec /usr/sbin/smtpd -d -f "$0/smtpd.conf"
            """
        case .sendmail:
            """
            install -d -m 700 /var/spool/mqueue && install -d /var/spool/clientmqueue && touch /var/spool/statistics
            m4 -I/usr/share/sendmail/cf /usr/share/sendmail/cf/m4/cf.m4 "$0/sendmail.mc" >/var/lib/sendmail.cf
            exec /usr/libexec/sendmail/sendmail -C/var/lib/sendmail.cf -bD -q1s
            """
        case .dovecot:
            """
            chown nobody /var/mail && install -d -o nobody /var/mail/user
            exec setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=/var/mail/user USER=user \\
                /usr/lib/dovecot/dovecot-lda -c "$0/dovecot.conf" -f "$1" -a "$2" -p "$0/mail"
            """
        }
    }

    /// By name; none for Dovecot, which is a program that ends.
    func files(_ ports: Ports) -> [String: String] {
        switch self {
        case .postfix: ["main.cf": Self.postfixMain(ports), "master.cf": Self.postfixServices(ports)]
        case .exim: ["exim.conf": Self.eximConfiguration(ports)]
        case .openSMTPD: ["smtpd.conf": Self.openSMTPDConfiguration(ports)]
        case .sendmail: ["sendmail.mc": Self.sendmailMacros(ports)]
        case .dovecot: [:]
        }
    }

    private static func postfixMain(_ ports: Ports) -> String {
        """
        compatibility_level = 3.6
        queue_directory = /var/spool/postfix
        data_directory = /var/lib/postfix
        daemon_directory = /usr/lib/postfix/sbin
        meta_directory = \(Servers.postfix)/etc/postfix
        myhostname = \(hostname)
        mydestination =
        mynetworks = 127.0.0.0/8
        alias_maps =
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        relayhost = [127.0.0.1]:\(ports.far)
        transport_maps = inline:{bounces.example=smtp:[127.0.0.1]:\(ports.back)}
        smtpd_relay_restrictions = permit_mynetworks, reject
        smtp_dns_support_level = disabled
        queue_run_delay = 1s
        minimal_backoff_time = 1s
        maximal_backoff_time = 1s
        delay_warning_time = 2s
        maximal_queue_lifetime = 6s

        """
    }

    private static func postfixServices(_ ports: Ports) -> String {
        """
        127.0.0.1:\(ports.own) inet n - n - - smtpd
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        proxymap unix - - n - - proxymap
        error unix - - n - - error
        retry unix - - n - - error
        smtp unix - - n - - smtp
        relay unix - - n - - smtp
        anvil unix - - n - 1 anvil
        flush unix n - n 1000? 0 flush
        showq unix n - n - - showq

        """
    }

    private static func eximConfiguration(_ ports: Ports) -> String {
        """
        primary_hostname = \(hostname)
        spool_directory = /var/spool/exim
        log_file_path = /var/spool/exim/%slog
        local_interfaces = 127.0.0.1
        daemon_smtp_ports = \(ports.own)
        tls_advertise_hosts =
        keep_environment =
        acl_smtp_rcpt = accept
        acl_smtp_data = accept
        dsn_advertise_hosts = *
        smtputf8_advertise_hosts = *
        delay_warning = 2s
        begin routers
        all:
          driver = manualroute
          transport = remote
          # Exim holds a missing SMTPUTF8 against the host, and leaves it alone for a while: a name of its own.
          route_list = bounces.example 127.0.0.1::\(ports.back) ; foreign.example localhost::\(ports.far) byname ; \
            * 127.0.0.1::\(ports.far)
          self = send
        begin transports
        remote:
          driver = smtp
          allow_localhost
          utf8_downconvert = 0
        begin retry
        * * F,6s,1s

        """
    }

    private static func openSMTPDConfiguration(_ ports: Ports) -> String {
        """
        queue ttl 15s
        bounce warn-interval 2s
        listen on 127.0.0.1 port \(ports.own) hostname \(hostname)
        action "back" relay host smtp://127.0.0.1:\(ports.back)
        action "far" relay host smtp://127.0.0.1:\(ports.far)
        match from any for domain "bounces.example" action "back"
        match from any for any action "far"

        """
    }

    private static func sendmailMacros(_ ports: Ports) -> String {
        """
        OSTYPE(`linux')dnl
        define(`QUEUE_DIR', `/var/spool/mqueue')dnl
        define(`STATUS_FILE', `/var/spool/statistics')dnl
        undefine(`confHOST_STATUS_DIRECTORY')dnl
        define(`ALIAS_FILE', `/dev/null')dnl
        define(`confPID_FILE', `/var/run/sendmail.pid')dnl
        define(`confDOMAIN_NAME', `\(hostname)')dnl
        define(`confTO_IDENT', `0')dnl
        define(`confTO_QUEUEWARN', `2s')dnl
        define(`confTO_QUEUERETURN', `6s')dnl
        define(`confCONNECTION_CACHE_SIZE', `0')dnl
        FEATURE(`accept_unresolvable_domains')dnl
        FEATURE(`promiscuous_relay')dnl
        FEATURE(`nocanonify')dnl
        FEATURE(`no_default_msa')dnl
        DAEMON_OPTIONS(`Name=MTA, Port=\(ports.own), Addr=127.0.0.1')dnl
        define(`SMART_HOST', `relay:[127.0.0.1]')dnl
        define(`RELAY_MAILER_ARGS', `TCP $h \(ports.far)')dnl
        define(`ESMTP_MAILER_ARGS', `TCP $h \(ports.back)')dnl
        MAILER(`smtp')dnl
        LOCAL_RULE_0
        R$* < @ bounces.example $* > $*\t$#esmtp $@ [127.0.0.1] $: $1 < @ bounces.example $2 > $3

        """
    }
}
