/// Servers in Python: each prints its port, then a line for each thing that happens.
enum PythonServers {
    /// aiosmtpd, with TLS and log-in. Arguments: `plain`, `starttls` or `smtps`; certificate; key; the mechanisms it
    /// offers, comma separated.
    static let aiosmtpd = """
        import asyncio, logging, ssl, sys
        from aiosmtpd.smtp import SMTP, AuthResult
        mode, certificate, key, mechanisms = sys.argv[1:5]
        logging.disable(logging.CRITICAL)

        class Handler:
            def handle_STARTTLS(self, server, session, envelope):
                print("tls", flush=True)
                return True
            async def handle_MAIL(self, server, session, envelope, address, options):
                print("mail", "encrypted" if server.transport.get_extra_info("ssl_object") else "plain", flush=True)
                envelope.mail_from = address
                return "250 OK"
            async def handle_DATA(self, server, session, envelope):
                print("message", len(envelope.content), flush=True)
                return "250 2.0.0 taken"
            async def auth_XOAUTH2(self, server, args):
                text = await self.challenged(server, args)
                print("auth XOAUTH2", text.replace(chr(1), "|"), flush=True)
                return AuthResult(success="Bearer good" in text, handled=False)
            async def challenged(self, server, args):
                from base64 import b64decode
                if len(args) > 1: return b64decode(args[1]).decode()
                return (await server.challenge_auth("")).decode()

        def authenticate(server, session, envelope, mechanism, data):
            print("auth", mechanism, "encrypted" if server.transport.get_extra_info("ssl_object") else "plain", flush=True)
            return AuthResult(success=(data.login, data.password) == (b"ada", b"secret word"), handled=False)

        async def main():
            context = None
            if mode != "plain":
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate, key)
            offered = [m for m in mechanisms.split(",") if m]
            hidden = [m for m in ["PLAIN", "LOGIN", "XOAUTH2"] if m not in offered]
            def session():
                return SMTP(Handler(), hostname="localhost", authenticator=authenticate,
                            tls_context=context if mode == "starttls" else None, require_starttls=False,
                            auth_require_tls=False, auth_exclude_mechanism=hidden, enable_SMTPUTF8=True)
            server = await asyncio.get_running_loop().create_server(
                session, "127.0.0.1", 0, ssl=context if mode == "smtps" else None)
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()
        asyncio.run(main())
        """

    /// One message over TLS, in blocking calls, so that the server decides when it reads. Arguments: `slow` or `long`,
    /// certificate, key. `slow` does not read the message until it is told so on standard input; `long` answers MAIL,
    /// RCPT and DATA in one TLS record that is longer than any buffer of ours.
    static let blocking = """
        import socket, ssl, sys
        mode, certificate, key = sys.argv[1:4]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        listener = socket.create_server(("127.0.0.1", 0))
        print(listener.getsockname()[1], flush=True)
        connection = context.wrap_socket(listener.accept()[0], server_side=True)
        reader = connection.makefile("rb")
        def say(text): connection.sendall(text.replace("\\n", "\\r\\n").encode())
        say("220 localhost ESMTP\\n")
        reader.readline()
        say("250-localhost\\n250 PIPELINING\\n")
        for _ in range(3): reader.readline()
        if mode == "slow":
            say("250 ok\\n250 ok\\n354 go on\\n")
            print("stalled", flush=True)
            sys.stdin.readline()
        else:
            say("".join("250-" + "x" * 80 + "\\n" for _ in range(100)) + "250 ok\\n250 ok\\n354 go on\\n")
        size = 0
        while True:
            line = reader.readline()
            if not line or line == b".\\r\\n": break
            size += len(line)
        print("message", size, flush=True)
        say("250 2.0.0 taken\\n")
        reader.readline()
        """
}
