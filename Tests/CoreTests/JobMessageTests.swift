import Core
import TestKit
import Testing

@Suite struct JobMessageTests {
    @Test func `an envelope is readable in the broker's own tools, and short`() {
        let envelope = JobMessage(campaign: 12, generation: 1, seqs: [7, 8, 1_000_000])
        #expect(String(decoding: envelope.encoded(), as: UTF8.self) == "v1 12 1 7,8,1000000")
        let mixed = JobMessage([
            .init(campaign: 12, generation: 1, seqs: [7, 8]), .init(campaign: 13, generation: 2, seqs: [1]),
        ])
        #expect(String(decoding: mixed.encoded(), as: UTF8.self) == "v2 12 1 7,8;13 2 1")
    }

    @Test func `what is written is read back`() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<1_000 {
            let envelope = JobMessage(
                (0..<Int.random(in: 1...4, using: &random)).map { _ in
                    let count = Int.random(in: 1...40, using: &random)
                    return JobMessage.Part(
                        campaign: .random(in: 1...(.max), using: &random),
                        generation: .random(in: 1...(.max), using: &random),
                        seqs: (0..<count).map { _ in .random(in: 1...(.max), using: &random) }
                    )
                }
            )
            #expect(try JobMessage(decoding: envelope.encoded()) == envelope)
        }
    }

    static let unreadable: [(body: String, error: JobMessage.Unreadable, because: Comment)] = [
        ("", .malformed(at: 0), "nothing there"),
        ("{}", .malformed(at: 0), "another format"),
        ("v3 1 1 1", .tooNew(version: 3), "a newer program's"),
        ("v1 1 1 1;2 1 1", .malformed(at: 8), "the first version had one campaign"),
        ("v2 1 1 1;", .malformed(at: 9), "a semicolon too many"),
        ("v1 1 1", .malformed(at: 6), "cut short"),
        ("v1 1 1 ", .malformed(at: 7), "no seq"),
        ("v1 1 1 1,", .malformed(at: 9), "a comma too many"),
        ("v1 1 1 0", .malformed(at: 7), "seqs begin at 1"),
        ("v1 -1 1 1", .malformed(at: 3), "numbers are positive"),
        ("v1 2147483648 1 1", .malformed(at: 3), "does not fit 32 bits"),
        ("v1 99999999999999999999999 1 1", .malformed(at: 3), "does not fit anything"),
        ("v1 1 1 1 ", .malformed(at: 8), "something behind"),
        ("v1  1 1 1", .malformed(at: 3), "one spelling only"),
    ]

    @Test(arguments: unreadable)
    func `a body that is no envelope says where it goes wrong`(
        row: (body: String, error: JobMessage.Unreadable, because: Comment)
    ) {
        #expect(throws: row.error, row.because) { try JobMessage(decoding: Array(row.body.utf8)) }
    }

    @Test func `an envelope with too many jobs is refused`() {
        for sizes in [[1_001], [600, 401]] {
            let parts = sizes.map { JobMessage.Part(campaign: 1, generation: 1, seqs: Array(1...Seq($0))) }
            let body = JobMessage(parts).encoded()
            #expect(throws: JobMessage.Unreadable.self) { try JobMessage(decoding: body) }
        }
    }
}
