import Testing

@testable import Core

/// Every form that the RFCs know of an address, and whether it can be mailed: a row each, with the reason.
///
/// ``EmailAddressTests`` holds the words of each refusal.
@Suite struct AddressRulesTests {
    typealias Row = (address: String, because: Comment)

    private static let local64 = String(repeating: "m", count: 64)
    private static let label63 = String(repeating: "n", count: 63)

    static let accepted: [Row] = [
        ("ada@shop.example", "a dot-atom and a domain"), ("a@shop.example", "one character"),
        ("ada@b.example", "a label of one"), ("ada.b.c@shop.example", "dots between"),
        ("!#$%&'*+-/=?^_`{|}~@shop.example", "RFC 5321 §4.1.2: every character that an atom may have"),
        ("0815@shop.example", "digits alone before the sign"), ("ada@0815.example", "a label of digits"),
        ("ada@4u.example", "a label that begins with a digit"), ("ada@co-op.example", "a hyphen inside a label"),
        ("ada@a--b.example", "two of them"), ("ada@b.co-uk", "one in the last label"),
        ("-@shop.example", "a hyphen is an atom's character"),
        ("xn--ada@shop.example", "what looks encoded before the sign"),
        ("ada@xn--bcher-kva.example", "a label that is encoded"), ("ada@xn--r8jz45g.xn--zckzah", "also the last one"),
        ("ada@intranet", "one label: a name inside a network"), ("ada@deep.er.and.deep.er.example", "many labels"),
        ("ada@none.invalid", "whether there is such a domain is not for syntax to say"),
        (local64 + "@shop.example", "64 octets before the sign are the most"),
        ("ada@" + label63 + ".example", "63 octets in a label are the most"),
        (
            "a@" + [label63, label63, label63, String(repeating: "n", count: 56), "com"].joined(separator: "."),
            "254 octets in all are the most"
        ),
    ]

    @Test(arguments: accepted) func `what can be mailed is accepted`(row: Row) {
        #expect(throws: Never.self, row.because) { try EmailAddress(row.address) }
    }

    static let broken: [Row] = [
        ("", "nothing"), ("ada", "no sign"), ("@", "the sign alone"), ("ada@", "no domain"),
        ("@shop.example", "nobody"),
        ("ada.shop.example", "a dot instead of the sign"), ("ada_shop-one.example", "an underscore instead"),
        (".ada@shop.example", "a dot first"), ("ada.@shop.example", "a dot last"), ("a..da@shop.example", "two dots"),
        ("ada@.shop.example", "an empty label first"), ("ada@shop.example.", "an empty label last"),
        ("ada@shop..example", "an empty label between"), ("ada@.example", "nothing before the last label"),
        ("ada@-shop.example", "a hyphen first"), ("ada@shop-.example", "a hyphen last"),
        ("ada@shop.example-", "a hyphen at the end of it all"), ("ada@bob@shop.example", "two signs"),
        ("ada\\@bob@shop.example", "a backslash quotes nothing outside of quotes"),
        ("ada@shop/pub.example", "a slash in a domain"), ("ada@shop_one.example", "an underscore in a domain"),
        (local64 + "m@shop.example", "65 octets before the sign"), ("ada@" + label63 + "n.example", "64 in a label"),
        ("ada@192.0.2.1", "an IP address without brackets, or a mistake"), ("ada@shop.123", "a last label of digits"),
        ("ada\u{0}@shop.example", "NUL"), ("\u{7}@shop.example", "BEL"), ("ada@\u{7}.example", "BEL in a domain"),
        ("ada@shop.example\n", "a line feed at the end"), ("\nada@shop.example", "and at the beginning"),
        ("ada@shop.example\r", "a carriage return at the end"), ("\rada@shop.example", "and at the beginning"),
        ("ada@shop.example\r\n", "both"),
    ]

    static let notForMail: [Row] = [
        ("\"ada\"@shop.example", "quoted, though it need not be"), ("\"\"@shop.example", "quoted nothing"),
        ("\"ada b\"@shop.example", "quoted for its blank"), ("\"a\\\"b\"@shop.example", "a quoted quote"),
        ("\"a\\\\\"@shop.example", "a quoted backslash"), ("\"ada@shop.example", "a quote that never ends"),
        ("\"ada\\\"@shop.example", "one whose end is quoted"), ("ada\"@shop.example", "an end without a beginning"),
        ("\"ada\"b@shop.example", "text after a quote"), ("a\"d\"a@shop.example", "a quote inside a word"),
        ("\"a\".\"b\"@shop.example", "two quotes and a dot: obsolete"),
        ("\"a\"\"b\"@shop.example", "two quotes and none"),
        ("\"a\r\n b\"@shop.example", "a quote over two lines"),
        ("\"\\\u{7}\"@shop.example", "a quoted control character"),
        ("(home)ada@shop.example", "a comment first"), ("ada(home)@shop.example", "a comment before the sign"),
        ("ada@(home)shop.example", "after it"), ("ada@shop.example(home)", "last"),
        ("((a)b)ada@shop.example", "comments inside each other"), ("(ada@shop.example", "one that never ends"),
        ("a(x)da@shop.example", "one inside a word"), ("()ada@shop.example", "an empty one"),
        ("ada@[192.0.2.1]", "an address of a machine"), ("ada@[192.0.2]", "half an address of a machine"),
        ("ada@[192.0.2.256]", "none at all"), ("ada@[IPv6:2001:db8::1]", "IPv6"),
        ("ada@[IPv6:2001:db8::1::2]", "IPv6, broken"),
        ("ada@[2001:db8::1]", "IPv6 without the word"), ("ada@[x-private:here]", "some other literal"),
        ("ada@[192.0.2.1", "a bracket that never closes"), ("ada@shop[192.0.2.1]", "text before it"),
        ("ada@[a]b]", "text after it"), ("ada@[a\\]", "its end quoted"),
        (" ada@shop.example", "a blank first"), ("ada@shop.example ", "last"), ("ada @shop.example", "before the sign"),
        ("ada@ shop.example", "after it"), ("ada . b@shop.example", "around a dot"),
        ("\r\n ada@shop.example", "a folded line first"), ("ada@shop.example\r\n ", "last"),
        ("ada@shop.example\r\n \r\n", "folded twice"), (" \r\nada@shop.example", "a line end after a blank"),
        ("Ada <ada@shop.example>", "a name and angle brackets"), ("<ada@shop.example>", "angle brackets"),
        ("ada@shop.example, bob@shop.example", "two addresses"), ("readers: ada@shop.example;", "a group"),
        ("@relay.example:ada@shop.example", "a source route: obsolete"),
        ("mailto:ada@shop.example?subject=x", "a link"),
    ]

    @Test(arguments: broken) func `what is no address is refused`(row: Row) {
        #expect(throws: EmailAddress.Invalid.self, row.because) { try EmailAddress(row.address) }
    }

    @Test(arguments: notForMail) func `what only a header may say is refused`(row: Row) {
        #expect(throws: EmailAddress.Invalid.self, row.because) { try EmailAddress(row.address) }
    }
}
