import Testing

@testable import FlightLog

@Suite struct FileSystemTests {
    static let table: [(type: Int, judgement: FileSystemJudgement)] = [
        (0x0102_1994, .suitable("tmpfs")),
        (0xEF53, .suitable("ext4")),
        (0x5846_5342, .suitable("xfs")),
        (0x9123_683E, .suitable("btrfs")),
        (Int(Int32(bitPattern: 0x9123_683E)), .suitable("btrfs")),
        (0x6969, .refused("nfs")),
        (0x517B, .refused("smb")),
        (0xFF53_4D42, .refused("cifs")),
        (0xFE53_4D42, .refused("smb2")),
        (0x794C_7630, .refused("overlayfs")),
        (0x6573_5546, .refused("fuse")),
        (0x0102_1997, .refused("9p")),
        (0x2FC1_2FC1, .refused("zfs")),
        (0x00C3_6400, .refused("ceph")),
        (0x0BD0_0BD0, .refused("lustre")),
        (0x0116_1970, .refused("gfs2")),
        (0x7461_636F, .refused("ocfs2")),
        (0x8584_58F6, .refused("ramfs")),
        (0xF2F5_2010, .refused("f2fs")),
        (0xCA45_1A4E, .refused("bcachefs")),
        (0x4D44, .refused("vfat")),
        (0x9FA0, .refused("proc")),
        (0, .refused("type 0x0")),
        (0x1234_5678, .refused("type 0x12345678")),
        (-1, .refused("type 0xffffffff")),
    ]

    @Test(arguments: table)
    func `only file systems of the list may have a log`(row: (type: Int, judgement: FileSystemJudgement)) {
        let judgement = FileSystemJudgement(type: row.type)
        #expect(judgement == row.judgement)
        guard case .refused(let name) = judgement else { return }
        let error = #expect(throws: FlightLogError.self) { try judgement.check("/somewhere") }
        #expect(error?.kind == .wrongFileSystem)
        #expect(error?.description.contains(name) == true)
        #expect(error?.remedy.contains("tmpfs, ext4, xfs or btrfs") == true)
    }

    @Test func `a real folder is judged when it is opened`() {
        let error = #expect(throws: FlightLogError.self) { try FlightLogFolder("/proc/self", boot: .current()) }
        #expect(error?.kind == .wrongFileSystem || error?.kind == .noFolder)
        #expect(throws: FlightLogError.self) { try FlightLogFolder("/proc", boot: .current()) }
    }
}
