import Core
import Testing

@Suite struct DeliveryMachineTests {
    /// The whole table, drawn: a line a state, a column an event, in the order of the enums; `·` changes nothing.
    static let table = """
                   claim accept refuse defer lose optOut cancel expire dead-letter bounce engage reopen
        pending    send  ·      ·      ·     ·    supp   canc   expi   dead ·      ·      ·
        sending    ·     acce   fail   defe  unce ·      ·      ·      ·    ·      ·      ·
        deferred   send  acce   fail   ·     ·    supp   canc   expi   dead ·      ·      ·
        accepted   ·     ·      ·      ·     ·    ·      ·      ·      ·    ·      ·      ·
        failed     ·     ·      ·      ·     ·    ·      ·      ·      ·    ·      ·      ·
        suppressed ·     ·      ·      ·     ·    ·      ·      ·      ·    ·      ·      ·
        uncertain  ·     acce   fail   ·     ·    ·      ·      ·      ·    fail   acce   pend
        cancelled  ·     ·      ·      ·     ·    ·      ·      ·      ·    ·      ·      ·
        expired    ·     ·      ·      ·     ·    ·      ·      ·      ·    ·      ·      ·
        dead       ·     ·      ·      ·     ·    ·      ·      ·      ·    ·      ·      pend
        """

    @Test func `every event has one answer in every state`() {
        let lines = Self.table.split(separator: "\n").dropFirst()
        #expect(lines.count == DeliveryState.allCases.count)
        for (state, line) in zip(DeliveryState.allCases, lines) {
            let words = line.split(separator: " ").map(String.init)
            #expect(words.first == state.name)
            #expect(words.count == DeliveryEvent.allCases.count + 1)
            for (event, word) in zip(DeliveryEvent.allCases, words.dropFirst()) {
                let next = state.after(event).map { String($0.name.prefix(4)) } ?? "·"
                #expect(next == word, "\(state.name) after \(event)")
            }
        }
    }

    @Test func `only evidence and a reopen lead out of a final state`() {
        let ways = DeliveryState.allCases.filter(\.isFinal).flatMap { state in
            DeliveryEvent.allCases.filter { state.after($0) != nil }
        }
        #expect(Set(ways) == [.accept, .refuse, .bounce, .engagement, .reopen])
    }

    @Test func `nobody is marked as being sent but from a state that waits`() {
        for state in DeliveryState.allCases {
            for event in DeliveryEvent.allCases where state.after(event) == .sending {
                #expect(event == .claim && !state.isFinal && state != .sending)
            }
        }
    }
}
