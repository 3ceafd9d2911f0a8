import Testing

@testable import Inbound

@Suite struct TroubleTests {
    @Test func `trouble with a mailbox is told once, again when its cause changes, and when it is over`() {
        var trouble = Trouble()
        var said = [trouble.isOver()]
        for words in ["refused", "refused", "unknown host"] { said.append(trouble.isNews(words)) }
        said += [trouble.isOver(), trouble.isOver(), trouble.isNews("unknown host")]
        #expect(said == [false, true, false, true, true, false, true])
    }
}
