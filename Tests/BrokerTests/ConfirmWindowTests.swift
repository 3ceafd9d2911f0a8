import Testing

@testable import Broker

@Suite struct ConfirmWindowTests {
    typealias Confirm = (tag: UInt64, multiple: Bool)
    typealias Row = (confirms: [Confirm], settled: [UInt64], because: Comment)

    /// Six publishes each, numbered 1 to 6.
    static let table: [Row] = [
        ([(6, true)], [1, 2, 3, 4, 5, 6], "one for all"),
        ([(0, true)], [1, 2, 3, 4, 5, 6], "0 and multiple: all so far"),
        ([(3, false), (1, false), (2, false)], [3, 1, 2], "single ones out of order"),
        ([(3, false), (4, true)], [3, 1, 2, 4], "a multiple over one that was settled"),
        ([(2, true), (2, true)], [1, 2], "the same again"),
        ([(2, true), (1, false)], [1, 2], "one that a multiple had taken"),
        ([(7, false)], [], "one that was never published"),
        ([(7, true)], [], "a multiple beyond what was published says nothing that can be trusted"),
        ([(0, false)], [], "0 alone names nothing"),
        ([(5, false), (6, false), (4, true)], [5, 6, 1, 2, 3, 4], "the end first"),
    ]

    @Test(arguments: table)
    func `a confirm settles each publish once, in any order`(row: Row) {
        var window = ConfirmWindow(capacity: 8)
        for tag in 1...6 as ClosedRange<UInt64> {
            let opened = window.open()
            #expect(opened == tag)
        }
        var settled: [UInt64] = []
        for confirm in row.confirms { window.settle(confirm.tag, multiple: confirm.multiple) { settled.append($0) } }
        #expect(settled == row.settled, row.because)
        #expect(window.outstanding == 6 - row.settled.count, row.because)
        for tag in 1...6 as ClosedRange<UInt64> {
            #expect(window.isOutstanding(tag) == !row.settled.contains(tag), row.because)
        }
    }

    @Test func `the oldest unconfirmed publish holds the window`() {
        var window = ConfirmWindow(capacity: 4)
        while window.hasRoom { _ = window.open() }
        #expect(window.outstanding == 4)
        window.settle(2, multiple: false) { _ in }
        #expect(!window.hasRoom)
        window.settle(1, multiple: false) { _ in }
        #expect(window.hasRoom)
    }

    @Test func `thousands of publishes confirmed in a mixed order are each settled once`() {
        var generator = SystemRandomNumberGenerator()
        var window = ConfirmWindow(capacity: 1_024)
        var open: Set<UInt64> = []
        var settled = 0
        while settled < 50_000 {
            while window.hasRoom { open.insert(window.open()) }
            guard let tag = open.randomElement(using: &generator) else { break }
            window.settle(tag, multiple: .random(using: &generator)) { tag in
                #expect(open.remove(tag) != nil)
                settled += 1
            }
            #expect(window.outstanding == open.count)
        }
    }
}
