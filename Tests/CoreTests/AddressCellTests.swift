import Testing

@testable import Core

@Suite struct AddressCellTests {
    static let table: [(cell: String, addresses: [String], because: Comment)] = [
        ("ann@a.example", ["ann@a.example"], "an address alone"),
        ("  ann@a.example\t", ["ann@a.example"], "blanks"),
        ("ann@a.example\u{A0}", ["ann@a.example"], "a space that does not break"),
        ("\u{FEFF}ann@a.example", ["ann@a.example"], "a byte order mark, where files were joined"),
        ("\u{200E}ann@a.example\u{200B}", ["ann@a.example"], "a mark of direction, a space without width"),
        ("\u{202A}ann@a.example\u{202C}", ["ann@a.example"], "as contacts are copied from address books"),
        ("ann@a.example\n", ["ann@a.example"], "a line end within quotation marks"),
        ("Ann Lee <ann@a.example>", ["ann@a.example"], "a name"),
        ("\"Lee, Ann\" <ann@a.example>", ["ann@a.example"], "a quoted name with a comma"),
        ("Lee, Ann <ann@a.example>", ["ann@a.example"], "one that is not quoted"),
        ("\"ann@old.example\" <ann@a.example>", ["ann@a.example"], "an address as a name"),
        ("<ann@a.example>", ["ann@a.example"], "brackets alone"),
        ("mailto:ann@a.example?subject=Hi", ["ann@a.example"], "a link"),
        ("<MAILTO:ann@a.example>", ["ann@a.example"], "in brackets"),
        ("'ann@a.example'", ["ann@a.example"], "apostrophes around it"),
        ("\"ann@a.example\"", ["ann@a.example"], "quotation marks around it"),
        ("ann@a.example;", ["ann@a.example"], "a list of one"),
        ("ned'o@a.example", ["ned'o@a.example"], "an apostrophe is a letter"),
        ("a/b@a.example", ["a/b@a.example"], "so is a slash"),
        ("ann@a.example; bob@b.example", ["ann@a.example", "bob@b.example"], "two"),
        ("ann@a.example, bob@b.example", ["ann@a.example", "bob@b.example"], "with a comma"),
        ("Ann <ann@a.example>, Bob <bob@b.example>", ["ann@a.example", "bob@b.example"], "with names"),
        ("ann@a.example bob@b.example", ["ann@a.example", "bob@b.example"], "with a blank"),
        ("ann@a.example / bob@b.example", ["ann@a.example", "bob@b.example"], "with a slash"),
        ("ann@a.example\nbob@b.example", ["ann@a.example", "bob@b.example"], "in two lines"),
        ("Ann <ann@a.example> <bob@b.example>", ["ann@a.example", "bob@b.example"], "two in brackets"),
        ("ann@a.example <ann@a.example>", ["ann@a.example"], "the address as its own name"),
        ("ann@a.example, ANN@A.example", ["ann@a.example"], "the same twice"),
    ]

    @Test(arguments: table)
    func `addresses are found in what people write`(row: (cell: String, addresses: [String], because: Comment)) throws {
        #expect(try AddressCell(Array(row.cell.utf8)[...]).addresses.map(\.string) == row.addresses, row.because)
    }

    static let refused: [(cell: String, because: Comment)] = [
        ("", "nothing"),
        (" \u{200B} ", "nothing to be seen"),
        ("bob@gmail,com", "a comma for a dot: bob@gmail is not meant"),
        ("Ann Lee", "a name"),
        ("ann@a.exa\u{200B}mple", "an invisible mark inside"),
        ("Ann ann@a.example", "a name without brackets"),
        ("ann@a.example, Bob", "something that is no address beside one"),
        ("\"quoted local\"@a.example", "a quoted local part"),
        ("ann@a.example (home)", "a comment"),
        ("<>", "empty brackets"),
        ("ann@@a.example", "two at signs"),
    ]

    @Test(arguments: refused)
    func `what is no address for sure is refused`(row: (cell: String, because: Comment)) {
        #expect(throws: EmailAddress.Invalid.self, row.because) { try AddressCell(Array(row.cell.utf8)[...]) }
    }

    static let doubts: [(address: String, doubt: String?, because: Comment)] = [
        ("ann@gmail", "the domain has no dot", "half a domain"),
        ("kim@localhost", "the domain has no dot", "a machine of one's own"),
        ("dan@gmail.c", "no domain ends in .c", "a letter is missing"),
        ("dan@gmail.con", "no domain ends in .con", "a common mistake"),
        ("dan@gmail.com", nil, "a domain"),
        ("dan@sub.co.uk", nil, "of a country"),
        ("dan@пример.рф", nil, "in another script"),
        ("dan@a.example", nil, "for examples"),
    ]

    @Test(arguments: doubts)
    func `a domain that nobody can have is doubted`(row: (address: String, doubt: String?, because: Comment)) throws {
        #expect(try EmailAddress(row.address).domainDoubt == row.doubt, row.because)
    }
}
