import Testing

@testable import Shared

/// Tokens are in messages that were sent long ago, rules in files that others keep.
@Suite struct StoredWordsTests {
    @Test func `the purpose of a token keeps its number`() {
        #expect(
            TokenPurpose.allCases.map { "\($0) \($0.rawValue)" } == [
                "openNumber 1", "openRecipient 2", "clickNumber 3", "clickRecipient 4", "unsubscribe 5",
                "mailUnsubscribe 6", "bounce 7",
            ]
        )
    }

    @Test func `the words of rule files stay as they are`() {
        #expect(
            BounceRule.MailKind.allCases.map(\.rawValue)
                == ["failure", "delay", "arrival", "challenge", "unsubscribe", "list", "auto-reply"]
        )
        #expect(BounceRule.Field.allCases.map(\.rawValue) == ["subject", "text", "sender"])
    }
}
