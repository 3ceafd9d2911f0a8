import Core
import Database
import DatabaseClient
import Foundation
import Glibc
import Logging
import TestKit
import Testing

@testable import Bootstrap

private func entry(_ person: UInt8, _ event: Int64, isWithheld: Bool = true) -> JournalEntry {
    JournalEntry(
        right: MailRight(
            kind: .suppression,
            account: "6b0f6c1e-7f3a-4d39-9b3e-1f1f4b1c2d3e",
            hashKey: 1,
            addressHash: [UInt8](repeating: person, count: 32),
            scope: 0,
            list: nil,
            reason: 3
        ),
        stamp: RightStamp(generation: 0, event: event),
        isWithheld: isWithheld,
        keyCheck: ""
    )
}

@Suite struct JournalFileTests {
    @Test func `what was appended is there after a crash, and a torn end is cut off`() throws {
        let folder = JournalFolder()
        defer { folder.remove() }
        var file = try JournalFile.open(machineFolder: folder.path, name: "veredus-web")
        let id = file.id
        try file.append([.entry(entry(1, 1), batch: 1), .entry(entry(2, 2), batch: 1)])
        _ = consume file
        let whole = try folder.bytes()
        let handle = try FileHandle(forWritingTo: URL(filePath: folder.journal))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(JournalLine.entry(entry(3, 3), batch: 2).encoded.dropLast(5)))
        try handle.close()
        var again = try JournalFile.open(machineFolder: folder.path, name: "veredus-web")
        #expect(again.id == id && again.damaged == 0 && again.index.lastBatch == 1)
        #expect(try folder.bytes() == whole)
        try again.append([.entry(entry(3, 3), batch: 2)])
        #expect(try again.entries(after: 1) == [entry(3, 3)])
        #expect(try again.entries(after: 0).count == 3)
    }

    @Test func `a journal belongs to one program at a time`() throws {
        let folder = JournalFolder()
        defer { folder.remove() }
        let first = try JournalFile.open(machineFolder: folder.path, name: "veredus-web")
        let refusal = #expect(throws: JournalFile.Trouble.self) {
            _ = try JournalFile.open(machineFolder: folder.path, name: "veredus-web")
        }
        #expect(refusal?.isTaken == true)
        let id = first.id
        _ = try JournalFile.open(machineFolder: folder.path, name: "veredus-web@2")
        _ = consume first
        #expect(try JournalFile.open(machineFolder: folder.path, name: "veredus-web").id == id)
    }

    @Test func `compacted it keeps the newest change of each right, its name and its last batch`() throws {
        let folder = JournalFolder()
        defer { folder.remove() }
        var file = try JournalFile.open(machineFolder: folder.path, name: "veredus-web")
        let id = file.id
        try file.append([.numbers(HighestNumbers(campaign: 7, list: 1, account: 1, contact: 9), batch: 1)])
        for event in 1...50 as ClosedRange<Int64> {
            try file.append([.entry(entry(UInt8(event % 5), event, isWithheld: event < 46), batch: event + 1)])
        }
        let before = try folder.bytes().count
        try file.compact()
        #expect(try folder.bytes().count < before / 4)
        #expect(try file.entries(after: 0).map(\.stamp.event) == [46, 47, 48, 49, 50])
        try file.compact(mostRights: 3)
        try file.append([.entry(entry(9, 51), batch: 52)])
        _ = consume file
        let again = try JournalFile.open(machineFolder: folder.path, name: "veredus-web")
        #expect(again.id == id && again.index.lastBatch == 52 && again.index.numbers.campaign == 7)
        #expect(again.index.dropped == 2, "the oldest gave way, and that is told")
        #expect(try again.entries(after: 0).map(\.stamp.event) == [48, 49, 50, 51])
        #expect(!FileManager.default.fileExists(atPath: "\(folder.journal).new"))
    }

    @Test func `a file that is no journal is not written over`() throws {
        let folder = JournalFolder()
        defer { folder.remove() }
        try FileManager.default.createDirectory(atPath: "\(folder.path)/veredus-web", withIntermediateDirectories: true)
        let text = Data(String(repeating: "something of somebody's\n", count: 20).utf8)
        try text.write(to: URL(filePath: folder.journal))
        #expect(throws: JournalFile.Trouble.self) {
            _ = try JournalFile.open(machineFolder: folder.path, name: "veredus-web")
        }
        #expect(try folder.bytes() == text)
    }

    @Test(.enabled(if: SmallDisk.isPossible, "a volume is mounted: that needs root"))
    func `a full disk leaves the file as it was`() throws {
        let disk = try SmallDisk()
        defer { disk.unmount() }
        var file = try JournalFile.open(machineFolder: disk.path, name: "veredus-web")
        try file.append([.entry(entry(1, 1), batch: 1)])
        let before = try Data(contentsOf: URL(filePath: file.path))
        disk.fill()
        var trouble: JournalFile.Trouble?
        let many = (0...200).map { JournalLine.entry(entry(2, $0), batch: 2) }
        do throws(JournalFile.Trouble) { try file.append(many) } catch { trouble = error }
        #expect(trouble?.isOfDisk == true)
        #expect(try Data(contentsOf: URL(filePath: file.path)) == before)
        disk.empty()
        try file.append([.entry(entry(2, 2), batch: 2)])
        #expect(try file.entries(after: 0).count == 2)
    }
}
