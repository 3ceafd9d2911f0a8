import Core
import Testing

@testable import Messages

@Suite struct RelayFieldTests {
    @Test func `a letter tells a provider which letter it is, in the provider's own field`() throws {
        for (relay, start) in [
            (RelayProvider.other, nil), (.sendGrid, "X-SMTPAPI: {\"unique_args\":{\"veredus\":\"u+"),
            (.postmark, "X-PM-Metadata-veredus: u+"),
        ] as [(RelayProvider, String?)] {
            var sender = try LetterFixture.sender()
            sender.relay = relay
            let template = try LetterTemplate(
                source: TemplateSource(subject: "Hello", html: "<p>Hello</p>"),
                sender: sender,
                campaign: LetterFixture.campaign()
            )
            let lines = try LetterFixture.render(template, LetterFixture.recipient()).headerLines
            let found = lines.filter { $0.hasPrefix("X-") }
            #expect(found.count == (start == nil ? 0 : 1))
            if let start { #expect(found.first?.hasPrefix(start) == true, "\(found)") }
        }
    }
}
