import Core
import Testing

@testable import Messages

@Suite struct RelayFieldTests {
    @Test func `a message tells a provider which message it is, in the provider's own field`() throws {
        for (relay, start) in [
            (RelayProvider.other, nil), (.sendGrid, "X-SMTPAPI: {\"unique_args\":{\"veredus\":\"u+"),
            (.postmark, "X-PM-Metadata-veredus: u+"),
        ] as [(RelayProvider, String?)] {
            var sender = try MessageFixture.sender()
            sender.relay = relay
            let template = try MessageTemplate(
                source: TemplateSource(subject: "Hello", html: "<p>Hello</p>"),
                sender: sender,
                campaign: MessageFixture.campaign()
            )
            let lines = try MessageFixture.render(template, MessageFixture.recipient()).headerLines
            let found = lines.filter { $0.hasPrefix("X-") }
            #expect(found.count == (start == nil ? 0 : 1))
            if let start { #expect(found.first?.hasPrefix(start) == true, "\(found)") }
        }
    }
}
