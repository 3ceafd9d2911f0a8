import Core
import Foundation
import TestKit
import Testing

@testable import FlightLog

@Suite struct FlightFileTests {
    let place: LogFolder
    let folder: FlightLogFolder

    init() throws {
        place = try LogFolder()
        folder = try place.open()
    }

    /// The path of a log with one claimed message and without an owner.
    private func abandoned(_ run: WorkerRun = 1) throws -> String {
        let owner = try OwnedFlightLog.create(in: folder, workerRun: run, slots: 4)
        #expect(owner.write(2, 7))
        return place.file(run)
    }

    @Test func `a log is one complete private file with its space reserved`() throws {
        let owner = try OwnedFlightLog.create(in: folder, workerRun: 0xABC, slots: 264)
        #expect(try place.names() == ["0000000000000abc.flight"])
        #expect(try folder.names() == ["0000000000000abc.flight"])
        #expect(owner.name == "0000000000000abc.flight" && owner.slots == 264 && owner.workerRun == 0xABC)
        var status = stat()
        #expect(lstat(place.file(0xABC), &status) == 0)
        #expect(status.st_mode == S_IFREG | 0o600)
        #expect(status.st_size == 265 * 512)
        #expect(status.st_blocks * 512 >= status.st_size)
        #expect(status.st_nlink == 1)
    }

    @Test func `programs that this one starts do not inherit the log`() async throws {
        let owner = try OwnedFlightLog.create(in: folder, workerRun: 1, slots: 1)
        for descriptor in 3..<1_024 as Range<Int32> {
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
            guard let target, target.hasPrefix(place.path) else { continue }
            #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0, "\(target)")
        }
        #expect(owner.slots == 1)
    }

    @Test func `a log has an owner until the last reference goes`() throws {
        var owner: OwnedFlightLog? = try OwnedFlightLog.create(in: folder, workerRun: 1, slots: 4)
        #expect(owner?.write(2, 7) == true)
        guard case .owned = folder.open(FlightLogFolder.name(of: 1)) else {
            Issue.record("it is not locked")
            return
        }
        #expect(try folder.log(1, evenIfOwned: true).isOwned)
        owner = nil
        let found = try folder.log(1)
        #expect(!found.isOwned && found.workerRun == 1 && found.slots == 4)
        #expect(found.contents().records.map(\.slot) == [2])
        guard case .owned = folder.open(FlightLogFolder.name(of: 1)) else {
            Issue.record("a second settler got it, too")
            return
        }
    }

    @Test func `a settled log is removed, and only that file`() throws {
        let path = try abandoned()
        let found = try folder.log(1)
        try FileManager.default.moveItem(atPath: path, toPath: "\(place.path)/kept")
        try place.put("other", as: found.name)
        #expect(!found.remove())
        #expect(try place.names() == ["0000000000000001.flight", "kept"])
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: "\(place.path)/kept", toPath: path)
        #expect(found.remove())
        #expect(!found.remove())
        #expect(try place.names() == [])
        guard case .gone = folder.open(found.name) else {
            Issue.record("it is still there")
            return
        }
    }

    @Test func `a worker that ends with nothing in flight removes its log`() throws {
        let owner = try OwnedFlightLog.create(in: folder, workerRun: 1, slots: 4)
        #expect(owner.remove())
        #expect(try place.names() == [])
        #expect(owner.write(0, 1), "its memory stays")
    }

    @Test func `a log of another boot proves nothing, and is useless`() throws {
        _ = try abandoned()
        let later = try place.open(boot: BootID("01234567-89ab-cdef-0123-456789abcdef"))
        #expect(try later.fault(FlightLogFolder.name(of: 1)) == .otherBoot)
        #expect(!folder.removeUseless(FlightLogFolder.name(of: 1)), "of this boot")
        #expect(later.removeUseless(FlightLogFolder.name(of: 1)))
        #expect(try place.names() == [])
    }

    @Test func `boots are told apart by the kernel's UUID`() throws {
        #expect(
            BootID("01234567-89ab-cdef-0123-456789abcdef") == BootID(high: 0x0123456789abcdef, low: 0x0123456789abcdef)
        )
        #expect(BootID("") == nil)
        #expect(BootID("01234567-89ab-cdef-0123-456789abcde") == nil)
        #expect(BootID("01234567-89ab-cdef-0123-456789abcdeg") == nil)
        let (first, second) = (try BootID.current(), try BootID.current())
        #expect(first == second)
    }

    @Test func `a mode that lets others in is refused`() throws {
        let path = try abandoned()
        for mode in [0o644, 0o660, 0o400, 0o4600] as [mode_t] {
            #expect(chmod(path, mode) == 0)
            // Without root, it cannot even be opened for writing.
            let fault = try folder.fault(FlightLogFolder.name(of: 1))
            #expect(fault == .wrongMode(mode) || fault == .cannotOpen(EACCES))
        }
        #expect(chmod(path, 0o600) == 0)
        #expect(try folder.log(1).contents().records.count == 1)
    }

    @Test(.enabled(if: geteuid() == 0, "giving a file away needs root"))
    func `another user's log is refused`() throws {
        let path = try abandoned()
        #expect(chown(path, 65_534, 65_534) == 0)
        #expect(try folder.fault(FlightLogFolder.name(of: 1)) == .wrongOwner(65_534))
    }

    @Test func `a log with a second name is refused`() throws {
        let path = try abandoned()
        #expect(link(path, "\(place.path)/copy") == 0)
        #expect(try folder.fault(FlightLogFolder.name(of: 1)) == .links(2))
    }

    @Test func `a copy under another name is refused`() throws {
        let path = try abandoned()
        try FileManager.default.copyItem(atPath: path, toPath: place.file(2))
        #expect(chmod(place.file(2), 0o600) == 0)
        #expect(try folder.fault(FlightLogFolder.name(of: 2)) == .misnamed)
        #expect(try folder.log(1).contents().records.count == 1)
    }

    @Test func `a symbolic link, a folder and a pipe are no logs`() throws {
        let path = try abandoned()
        #expect(symlink(path, place.file(2)) == 0)
        #expect(mkdir(place.file(3), 0o700) == 0)
        #expect(mkfifo(place.file(4), 0o600) == 0)
        #expect(try folder.fault(FlightLogFolder.name(of: 2)) == .symbolicLink)
        #expect(try folder.fault(FlightLogFolder.name(of: 3)) == .notAFile)
        #expect(try folder.fault(FlightLogFolder.name(of: 4)) == .notAFile)
        #expect(try folder.names().count == 4)
    }

    @Test func `what stands in a new log's place is neither followed nor replaced`() throws {
        let target = "\(place.path)/target"
        try place.put("precious", as: "target")
        #expect(symlink(target, place.file(1)) == 0)
        let error = #expect(throws: FlightLogError.self) {
            try OwnedFlightLog.create(in: folder, workerRun: 1, slots: 4)
        }
        #expect(error?.kind == .nameTaken)
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "precious")
        #expect(try place.names() == ["0000000000000001.flight", "target"], "nothing is left behind")
    }

    @Test func `a log that was never finished is useless, unless it is being made`() throws {
        let name = FlightLogFolder.newName(of: 1, number: 5)
        let descriptor = open("\(place.path)/\(name)", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        #expect(flock(descriptor, LOCK_EX) == 0)
        #expect(try folder.names() == [name])
        #expect(!folder.removeUseless(name))
        close(descriptor)
        #expect(try folder.fault(name) == .unfinished)
        #expect(folder.removeUseless(name))
        #expect(try place.names() == [])
    }

    @Test func `logs are made while somebody tidies up`() async throws {
        let (folder, ended, disturbed, failed) = (folder, Race.Counter(), Race.Counter(), Race.Counter())
        await Race.run {
            for run in 1...4_000 as ClosedRange<WorkerRun> {
                do throws(FlightLogError) {
                    try OwnedFlightLog.create(in: folder, workerRun: run, slots: 1).remove()
                } catch {
                    _ = (error.kind == .other ? disturbed : failed).next()
                }
            }
            _ = ended.next()
        } _: {
            while ended.count == 0 { for name in (try? folder.names()) ?? [] { _ = folder.removeUseless(name) } }
        }
        #expect(failed.count == 0)
        #expect(disturbed.count < 100, "three times in a row is rare")
        #expect(try place.names() == [])
    }

    @Test func `a folder that cannot have logs is refused with the reason`() throws {
        let boot = try BootID.current()
        let missing = #expect(throws: FlightLogError.self) { try FlightLogFolder("\(place.path)/none", boot: boot) }
        #expect(missing?.kind == .noFolder)
        try place.put("", as: "file")
        let file = #expect(throws: FlightLogError.self) { try FlightLogFolder("\(place.path)/file", boot: boot) }
        #expect(file?.kind == .noFolder)
        #expect(symlink(place.path, "\(place.path)/link") == 0)
        let link = #expect(throws: FlightLogError.self) { try FlightLogFolder("\(place.path)/link", boot: boot) }
        #expect(link?.kind == .noFolder)
    }
}
