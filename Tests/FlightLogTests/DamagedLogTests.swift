import Core
import Foundation
import TestKit
import Testing

@testable import FlightLog

@Suite(.timeLimit(.minutes(2))) struct DamagedLogTests {
    static let slots = 16

    /// A valid file, and what its slots prove.
    private struct Original {
        let bytes: [UInt8]
        let records: [FlightRecord]
    }

    private let place: LogFolder
    private let folder: FlightLogFolder
    /// The same log at two times.
    private let early: Original
    private let late: Original

    init() throws {
        place = try LogFolder()
        folder = try place.open()
        let owner = try OwnedFlightLog.create(in: folder, workerRun: 9, slots: Self.slots)
        let (folder, path) = (folder, place.file(9))
        func original() throws -> Original {
            Original(
                bytes: Array(try Data(contentsOf: URL(fileURLWithPath: path))),
                records: try folder.log(9, evenIfOwned: true).contents().records
            )
        }
        func fill(_ tokens: Int) throws {
            for slot in 0..<Self.slots where slot % 6 > 0 {
                let token = ClaimToken(tokens + slot)
                #expect(owner.write(slot, token))
                if slot % 6 > 1 { #expect(owner.begin(slot)) }
                if slot % 6 > 2 { #expect(owner.allowDot(slot)) }
                if slot % 6 > 3 { #expect(owner.reply(slot, token)) }
            }
        }
        try fill(100)
        early = try original()
        for slot in 0..<Self.slots { #expect(owner.free(slot)) }
        try fill(200)
        late = try original()
        #expect(early.records.count == 13 && late.records.count == 13)
    }

    @Test func `of 10,000 damaged files no slot is read with other contents than were written`() throws {
        var generator = SeededGenerator(seed: 12)
        var (refused, read, lost) = (0, 0, 0)
        for round in 0..<10_000 {
            let bytes = damaged(kind: round % 6, &generator)
            try put(bytes)
            switch folder.open(FlightLogFolder.name(of: 9)) {
            case .refused(let fault):
                #expect([.damaged, .foreign, .misnamed].contains(fault) || fault.isVersion, "\(fault)")
                refused += 1
            case .log(let log):
                let contents = log.contents()
                for record in contents.records {
                    let isAsWritten = late.records.contains(record) || early.records.contains(record)
                    guard isAsWritten, record.isOfOneSample else {
                        Issue.record("round \(round): \(record)")
                        return
                    }
                }
                read += contents.records.count
                lost += contents.unproved
            case .owned, .gone: Issue.record("round \(round)")
            }
        }
        // Otherwise the test would show nothing.
        #expect(refused > 1_000 && read > 10_000 && lost > 1_000, "\(refused) \(read) \(lost)")
    }

    @Test func `each flipped bit of the header in use is noticed`() throws {
        for bit in 0..<FlightHeader.wordCount * 64 {
            var bytes = late.bytes
            bytes[bit / 8] ^= 1 << (bit % 8)
            try put(bytes)
            _ = try folder.fault(FlightLogFolder.name(of: 9))
        }
    }

    @Test func `each flipped bit of a slot in use costs that slot alone`() throws {
        let reply = try #require(late.records.first { $0.slot == 4 })
        guard case .replied(let words) = reply.step else { throw Unexpected(description: "\(reply)") }
        let used = 40 + words.text.utf8.count
        for bit in 0..<used * 8 {
            var bytes = late.bytes
            bytes[(reply.slot + 1) * 512 + bit / 8] ^= 1 << (bit % 8)
            try put(bytes)
            let contents = try folder.log(9).contents()
            #expect(contents.records == late.records.filter { $0.slot != reply.slot }, "bit \(bit)")
            #expect(contents.unproved == 1)
        }
    }

    @Test func `an unknown version is told as such`() throws {
        var bytes = late.bytes
        bytes[12] = 2
        try put(bytes)
        #expect(try folder.fault(FlightLogFolder.name(of: 9)) == .unknownVersion(2))
        #expect(!folder.removeUseless(FlightLogFolder.name(of: 9)), "its own program may use it")
    }

    @Test func `an empty file, and one of nothing but zeros, are no logs`() throws {
        try put([])
        #expect(try folder.fault(FlightLogFolder.name(of: 9)) == .damaged)
        try put([UInt8](repeating: 0, count: 17 * 512))
        #expect(try folder.fault(FlightLogFolder.name(of: 9)) == .foreign)
    }

    private func put(_ bytes: [UInt8]) throws {
        let descriptor = open(place.file(9), O_WRONLY | O_TRUNC | O_CLOEXEC)
        guard descriptor >= 0, bytes.isEmpty || write(descriptor, bytes, bytes.count) == bytes.count else {
            throw Unexpected(description: "written: \(errno)")
        }
        close(descriptor)
    }

    private func damaged(kind: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = late.bytes
        func place() -> Int { .random(in: 0..<bytes.count, using: &generator) }
        switch kind {
        case 0: bytes.removeLast(bytes.count - place())
        case 1:
            for _ in 0..<Int.random(in: 1...200, using: &generator) {
                bytes[place()] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            }
        case 2:
            for index in Set([place(), place()]).sorted() { bytes[index] = .random(in: 0...255, using: &generator) }
        case 3:
            // Pages, sectors or words of another time.
            let unit = [8, 64, 512, 4_096][Int.random(in: 0..<4, using: &generator)]
            for start in stride(from: 0, to: bytes.count, by: unit) where Bool.random(using: &generator) {
                let range = start..<min(start + unit, bytes.count)
                bytes.replaceSubrange(range, with: early.bytes[range])
            }
        case 4:
            // A slot in another one's place.
            let (from, to) = (
                Int.random(in: 1...Self.slots, using: &generator), Int.random(in: 1...Self.slots, using: &generator)
            )
            bytes.replaceSubrange(to * 512..<(to + 1) * 512, with: late.bytes[from * 512..<(from + 1) * 512])
        default:
            let (start, end) = (place(), place())
            let filler: UInt8? = Bool.random(using: &generator) ? 0 : nil
            for index in min(start, end)..<max(start, end) where index >= 512 {
                bytes[index] = filler ?? .random(in: 0...255, using: &generator)
            }
        }
        return bytes
    }
}

extension FlightLogFault {
    fileprivate var isVersion: Bool { if case .unknownVersion = self { true } else { false } }
}
