import Testing

@testable import Core

/// Tokens are in messages that were sent long ago, rules in files that others keep.
@Suite struct StoredWordsTests {
    @Test func `the purpose of a token keeps its number`() {
        #expect(
            TokenPurpose.allCases.map { "\($0) \($0.rawValue)" } == [
                "openNumber 1", "openRecipient 2", "clickNumber 3", "clickRecipient 4", "unsubscribe 5",
                "mailUnsubscribe 6", "bounce 7", "markedUnsubscribe 8", "markedMailUnsubscribe 9",
            ]
        )
    }
}
