import DatabaseClient
import Foundation
import TestKit

/// Ways to a server through a proxy that can fail as networks do.
extension Stage {
    /// A proxy before the broker.
    func detourToBroker() async throws -> FaultProxy {
        try await FaultProxy.start(port: URLComponents(string: brokerURL)?.port ?? 5672)
    }

    /// A proxy before the database.
    func detourToDatabase() async throws -> FaultProxy {
        try await FaultProxy.start(port: Int(database.superuserSettings.port))
    }

    /// The setting that sends a program to the broker through a proxy.
    func broker(through proxy: FaultProxy) -> [String: String] {
        var url = URLComponents(string: brokerURL)
        url?.host = "127.0.0.1"
        url?.port = proxy.port
        return ["VEREDUS_AMQP_URL": url?.string ?? brokerURL]
    }

    /// The setting that sends a program to the database through a proxy.
    func database(through proxy: FaultProxy, as role: StatementRole) -> [String: String] {
        var url = URLComponents(string: database.url(role: role))
        url?.host = "127.0.0.1"
        url?.port = proxy.port
        return ["VEREDUS_DATABASE_URL": "\(url?.string ?? "")?sslmode=disable"]
    }

    /// The setting that sends a worker to the mail world through a proxy.
    func mail(through proxy: FaultProxy) -> [String: String] { ["VEREDUS_SMTP_URL": "smtp://127.0.0.1:\(proxy.port)"] }
}
