import DatabaseClient
import TestKit
import Testing

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct TLSTests {
    @Test func `a server is believed only with a certificate for its name from our authority`() async throws {
        let cluster = try await PostgresCluster.start(settings: [
            "ssl = on", "ssl_cert_file = '../server.pem'", "ssl_key_file = '../server.key'",
        ]) { folder in
            try await makeCertificates(in: folder)
        }
        let password = try #require(cluster.superuser.password)
        let cases: [(host: String, options: String, kind: PostgresError.Kind?, because: Comment)] = [
            ("localhost", "sslrootcert=\(cluster.folder)/ca.pem", nil, "our authority, the certificate's name"),
            ("localhost", "sslrootcert=\(cluster.folder)/other.pem", .untrusted, "another authority"),
            ("127.0.0.1", "sslrootcert=\(cluster.folder)/ca.pem", .untrusted, "another name"),
            ("127.0.0.1", "sslmode=verify-ca&sslrootcert=\(cluster.folder)/ca.pem", nil, "the name was waived"),
            ("localhost", "sslmode=verify-ca&sslrootcert=\(cluster.folder)/other.pem", .untrusted, "the CA was not"),
            ("127.0.0.1", "sslmode=require", nil, "encrypted, and nothing else was asked for"),
            ("localhost", "sslrootcert=/nowhere.pem", .untrusted, "no file to check against"),
        ]
        let inUse = Statement("tls", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        for row in cases {
            let settings = try PostgresSettings(
                parsing: "postgresql://postgres:\(password)@\(row.host):\(cluster.port)/postgres?\(row.options)"
            )
            let error = await outcome {
                let connection = try await PostgresConnection.open(settings, name: "tls")
                let isEncrypted = try await connection.rows(inUse) { try $0.bool(0) }
                #expect(isEncrypted == [true])
                await connection.close()
            }
            #expect(error?.kind == row.kind, "\(row.because): \(error?.description ?? "no error")")
            #expect(error?.isTransient != true)
        }
        try await cluster.stop(.fast)
    }

    @Test func `a server without TLS is refused where TLS is asked for`() async throws {
        // One of its own: that of the test run may have TLS.
        let cluster = try await PostgresCluster.start()
        let plain = cluster.superuser
        let settings = try PostgresSettings(
            parsing: "postgresql://\(plain.user)@127.0.0.1:\(plain.port)/\(plain.database)?sslmode=require"
        )
        #expect(await outcome { _ = try await PostgresConnection.open(settings, name: "tls") }?.kind == .untrusted)
        try await cluster.stop(.fast)
    }
}

/// An authority `ca.pem`, another one `other.pem`, and `server.pem` for the name localhost from the first.
private func makeCertificates(in folder: String) async throws {
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    for name in ["ca", "other"] {
        try await PostgresCluster.runAsServer(
            ["/usr/bin/openssl", "req", "-x509"] + key
                + ["-subj", "/CN=\(name)", "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).pem"]
        )
    }
    try await PostgresCluster.runAsServer(
        ["/usr/bin/openssl", "req", "-x509", "-CA", "\(folder)/ca.pem", "-CAkey", "\(folder)/ca.key"] + key
            + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
            + ["-addext", "basicConstraints=critical,CA:FALSE"]
            + ["-keyout", "\(folder)/server.key", "-out", "\(folder)/server.pem"]
    )
}
