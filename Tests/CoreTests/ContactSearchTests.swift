import Core
import Testing

struct ContactSearchTests {
    typealias Row = (address: String?, field: String?, search: ContactSearch?, because: Comment)

    static let table: [Row] = [
        (nil, nil, .all, "nothing is searched for"),
        ("Anna.M", nil, .beginning("anna.m"), "addresses are found in lower case"),
        ("Anna@Example.ORG", nil, .beginning("anna@example.org"), "a whole address"),
        ("JÖRG", nil, .beginning("jörg"), "not in ASCII"),
        ("%_", nil, .beginning("%_"), "no wildcards"),
        ("@Example.ORG", nil, .domain("example.org"), "a domain"),
        ("@bücher.example", nil, .domain("xn--bcher-kva.example"), "as addresses have it"),
        ("@exa mple", nil, nil, "no domain"), ("@", nil, nil, "no domain"), ("", nil, nil, "empty"),
        (nil, "city=Berlin", .field(["city"], "Berlin"), "a field"),
        (nil, "town.zip=10115", .field(["town", "zip"], "10115"), "a field in a field"),
        (nil, "sum=a=b", .field(["sum"], "a=b"), "the first = divides"),
        (nil, "city=", .field(["city"], ""), "an empty value"),
        (nil, "city", nil, "no value"), (nil, "=x", nil, "no name"), (nil, "a..b=x", nil, "an empty name"),
        (nil, "a.b.c.d.e.f.g.h.i=x", nil, "too deep"), ("a", "b=c", nil, "one at a time"),
    ]

    @Test(arguments: table) func `a search is read, or refused`(row: Row) {
        #expect((try? ContactSearch(address: row.address, field: row.field)) == row.search, row.because)
    }

    @Test(arguments: [
        ("city=Berlin", [#"{"city":"Berlin"}"#]), ("town.zip=010", [#"{"town":{"zip":"010"}}"#]),
        ("n=1.50", [#"{"n":"1.50"}"#, #"{"n":1.50}"#]), ("ok=true", [#"{"ok":"true"}"#, #"{"ok":true}"#]),
        (#"q=" or "#, [#"{"q":"\" or "}"#]), ("n=-", [#"{"n":"-"}"#]), ("n=1e9", [#"{"n":"1e9"}"#]),
    ]) func `a value is found as a text, and as the number it may be`(field: String, fields: [String]) throws {
        let search = try ContactSearch(address: nil, field: field)
        #expect(search.fields == fields)
        #expect(search.keys == fields.map { #"{"fields":\#($0)}"# })
    }
}
