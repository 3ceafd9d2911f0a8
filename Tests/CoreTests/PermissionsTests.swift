import Core
import Testing

struct PermissionsTests {
    static let table: [(role: Role, may: Set<Permission>, because: Comment)] = [
        (.viewer, [.seeCampaigns], "looks, and reads no contact's fields"),
        (.editor, [.seeCampaigns, .seeContacts, .runCampaigns, .seeDeadLetters], "writes and runs campaigns"),
        (
            .owner, [.seeCampaigns, .seeContacts, .runCampaigns, .seeDeadLetters, .manageUsers],
            "an editor who manages people"
        ),
        (.admin, Set(Permission.allCases), "all, and each look has a reason"),
        (
            .support, [.seeCampaigns, .seeDeadLetters, .lookAtAccounts, .seeOperations],
            "looks without contacts' addresses, and changes nothing"
        ),
        (.billing, [.seeCounts], "counts, and no account's data"),
        (.marketing, [], "of the service: no account's data"),
    ]

    @Test(arguments: table) func `a role may do what the table says and nothing else`(
        row: (role: Role, may: Set<Permission>, because: Comment)
    ) {
        #expect(row.role.permissions == row.may, row.because)
    }

    @Test func `every role is in the table`() {
        #expect(Set(Self.table.map(\.role)) == Set(Role.allCases))
    }

    @Test func `nobody of an account sees what is of all accounts`() {
        for role in Role.ofAccounts {
            #expect(role.permissions.isDisjoint(with: [.lookAtAccounts, .seeCounts, .seeOperations]))
        }
    }
}

struct SecretTokenTests {
    @Test func `a token is read as it was written, and nothing else is`() throws {
        var random = SystemRandomNumberGenerator()
        let token = SecretToken(from: &random)
        #expect(SecretToken(token.text) == token)
        #expect(token.text.utf8.count == 43)
        #expect(token.hash.count == 32)
        for text in ["", "x", token.text + "A", String(token.text.dropLast()), token.text + "=", "../" + token.text] {
            #expect(SecretToken(text) == nil, "\(text)")
        }
    }

    @Test func `what is derived names its purpose and not the token`() {
        var random = SystemRandomNumberGenerator()
        let token = SecretToken(from: &random)
        #expect(token.derived("form") != token.derived("other"))
        #expect(token.derived("form") != token.text)
        #expect(token.derived("form") == SecretToken(token.text)?.derived("form"))
    }

    @Test func `logins are compared in lower case and hold nothing odd`() {
        #expect(LoginName.normalised("Ann@Acme.Example") == "ann@acme.example")
        for text in ["", "ab", "a b", "a\u{0}b", "änn", "<b>", String(repeating: "a", count: 201)] {
            #expect(LoginName.normalised(text) == nil, "\(text)")
        }
    }
}
