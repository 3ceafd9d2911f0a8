import HTTPTypes
import Hummingbird
import NIOCore
import ReturnedMail
import Testing

@testable import Web

struct SmallFormTests {
    static let types: [(type: String, kind: SmallForm.Kind?)] = [
        ("application/x-www-form-urlencoded", .urlencoded), ("APPLICATION/x-www-form-urlencoded ;a=b", .urlencoded),
        ("multipart/form-data; boundary=abc", .multipart(boundary: Array("abc".utf8))),
        ("multipart/form-data; charset=utf-8; Boundary=\"a b\"", .multipart(boundary: Array("a b".utf8))),
        ("multipart/form-data", nil), ("multipart/form-data; boundary=", nil),
        ("multipart/form-data; boundary=a;boundary=b", nil),
        ("multipart/form-data; boundary=\(String(repeating: "x", count: 71))", nil),
        ("multipart/mixed; boundary=a", nil),
        ("multipart/form-data; boundary=a\u{7f}", nil), ("text/html", nil), ("", nil),
    ]

    @Test(arguments: types) func `a type says how a form is written`(row: (type: String, kind: SmallForm.Kind?)) {
        #expect(SmallForm.Kind(row.type) == row.kind)
    }

    static let urlencoded: [(body: String, fields: [SmallForm.Field]?)] = [
        ("", []), ("a=b", [.init(name: "a", value: "b")]), ("a", [.init(name: "a", value: "")]),
        ("a=b=c&&d+e=%C3%BC%26", [.init(name: "a", value: "b=c"), .init(name: "d e", value: "ü&")]), ("a=%", nil),
        ("a=%4", nil), ("a=%4g", nil), ("a=%c3", nil), ("a=%00", nil),
        ("a&b&c&d&e&f&g&h&i", nil),
    ]

    @Test(arguments: urlencoded) func `urlencoded is read strictly`(row: (body: String, fields: [SmallForm.Field]?)) {
        #expect((try? SmallForm(Array(row.body.utf8), .urlencoded))?.fields == row.fields)
    }

    private static let part = "Content-Disposition: form-data; name=\"a\"\r\n\r\n"
    static let multipart: [(body: String, fields: [SmallForm.Field]?, because: Comment)] = [
        ("--b\r\n\(part)x\r\n--b--\r\n", [.init(name: "a", value: "x")], "one field"),
        (
            "--b\r\n\(part)x\r\n--b\r\n\(part)y\r\n--b--",
            [.init(name: "a", value: "x"), .init(name: "a", value: "y")],
            "two, and nothing after the end"
        ),
        ("--b\r\n\(part)\r\n--b--", [.init(name: "a", value: "")], "an empty one"),
        ("--b--", [], "none"), ("", nil, "nothing"), ("--b", nil, "cut short"), ("--b\r\n\(part)x", nil, "no end"),
        ("--b\r\n\(part)x\r\n--bb--", nil, "another boundary's end"),
        ("--b\n\(part)x\r\n--b--", nil, "a bare line feed"),
        ("--b\r\nX: y\r\n\r\nx\r\n--b--", nil, "no name"),
        ("--b\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--b--", nil, "not a form's"),
        ("pre\r\n--b\r\n\(part)x\r\n--b--", [.init(name: "a", value: "x")], "a preamble, RFC 2046 §5.1.1"),
        ("pre--b\r\n\(part)x", nil, "a delimiter that begins no line"),
        (String(repeating: "--b\r\n\(part)x\r\n", count: 9) + "--b--", nil, "too many"),
    ]

    @Test(arguments: multipart)
    func `multipart is read strictly`(row: (body: String, fields: [SmallForm.Field]?, because: Comment)) {
        let form = try? SmallForm(Array(row.body.utf8), .multipart(boundary: Array("b".utf8)))
        #expect(form?.fields == row.fields, row.because)
    }

    @Test func `a field that is there twice has no value`() throws {
        let form = try SmallForm(Array("a=1&a=2&b=3".utf8), .urlencoded)
        #expect(form["a"] == nil)
        #expect(form["b"] == "3")
    }

    @Test func `no bytes are a crash`() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("--b\r\n\r\n:;=\"&%0aContent-Disposition: form-data; name=".utf8)
        for _ in 1...5_000 {
            let bytes = (0..<Int.random(in: 0...80)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            _ = try? SmallForm(bytes, .urlencoded)
            _ = try? SmallForm(Array("--b".utf8) + bytes, .multipart(boundary: Array("b".utf8)))
        }
    }

    @Test func `a body that does not come is not waited for`() async throws {
        let (body, source) = RequestBody.makeStream()
        await source.yield(ByteBuffer(string: "action="))
        let request = Request(
            head: HTTPRequest(
                method: .post,
                scheme: nil,
                authority: nil,
                path: "/",
                headerFields: [.contentType: "application/x-www-form-urlencoded"]
            ),
            body: body
        )
        await #expect(throws: SmallForm.Refusal.tooSlow) {
            try await SmallForm(request, patience: .milliseconds(20))
        }
        source.finish()
    }
}
