import Core
import Hummingbird
import NIOCore
import TestKit
import Testing

@testable import Web

/// What a request brings costs CPU in proportion to its size.
@Suite struct LinearRequestTests {
    private static func json(_ because: String, size: Int, _ body: @escaping @Sendable (Int) -> String) -> TextWork {
        TextWork("FieldReader", because, size: size) { size in
            let bytes = Array(body(size).utf8)
            return {
                guard var reader = try? FieldReader(body: bytes) else { return }
                for name in ["name", "list", "html", "text", "sender"] { _ = reader.text(name, upTo: 1_000) }
                try? reader.finish()
            }
        }
    }

    static let works = [
        json("fields that nobody asked for", size: 100) { size in
            "{" + (0..<size).map { "\"f\($0)\":1" }.joined(separator: ",") + "}"
        },
        json("one name of combining marks", size: 100) { "{\"a\(String(repeating: "\u{327}\u{301}", count: $0))\":1}" },
        json("one text of combining marks", size: 100) {
            "{\"name\":\"a\(String(repeating: "\u{327}\u{301}", count: $0))\"}"
        },
        json("names that have to be escaped", size: 100) { "{\"\(String(repeating: "~/", count: $0))\":1}" },
        TextWork("QueryReader", "many parameters", size: 100) { size in
            let query = (0..<size).map { "p\($0)=%20" }.joined(separator: "&")
            return {
                var reader = QueryReader(query)
                _ = reader.text("p1")
                try? reader.finish()
            }
        },
        TextWork("SmallForm", "many fields", size: 100) { size in
            let bytes = Array(String(repeating: "a=%20&", count: size).utf8)
            return { _ = try? SmallForm(bytes, .urlencoded) }
        },
        TextWork("SmallForm", "lines of a part that never ends", size: 100) { size in
            let bytes = Array(("--b\r\n" + String(repeating: "\r\n--", count: size)).utf8)
            return { _ = try? SmallForm(bytes, .multipart(boundary: [0x62])) }
        },
        TextWork("TrustedProxies", "many hops", size: 50) { size in
            let proxies = try TrustedProxies(["10.0.0.0/8"])
            let field = String(repeating: "10.1.2.3, ", count: size) + "10.0.0.1"
            return { _ = proxies.reader(forwardedFor: field) }
        },
        TextWork("SendGridEvents", "many events", size: 20) { size in
            let event =
                #"{"event":"bounce","sg_event_id":"x","email":"a@b.example","reason":"550 no","status":"5.1.1"}"#
            let body = Array(("[" + [String](repeating: event, count: size).joined(separator: ",") + "]").utf8)
            return { _ = ProviderJSON(body).map { SendGridEvents.news($0) } }
        },
    ]

    @Test(arguments: works)
    func `sixteen times the request costs sixteen times the CPU, not its square`(work: TextWork) throws {
        let growth = try CPUGrowth.of(work)
        #expect(growth <= CPUGrowth.most, "\(work.description)")
    }
}
