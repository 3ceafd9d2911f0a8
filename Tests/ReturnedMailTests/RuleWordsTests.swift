import Core
import Testing

@testable import ReturnedMail

/// Rules are in files that others keep.
@Suite struct RuleWordsTests {
    @Test func `the words of rule files stay as they are`() {
        #expect(
            BounceRule.MailKind.allCases.map(\.rawValue)
                == ["failure", "delay", "arrival", "challenge", "unsubscribe", "list", "auto-reply", "given-up"]
        )
        #expect(BounceRule.Field.allCases.map(\.rawValue) == ["subject", "text", "sender"])
    }
}
